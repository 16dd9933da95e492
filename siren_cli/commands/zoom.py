"""`siren zoom` without the command line: a figure of what lies between the pixels."""

import time
from dataclasses import replace
from pathlib import Path

from siren_cli.comparing import figures
from siren_cli.errors import UsageError
from siren_cli.model.grid import WHOLE
from siren_cli.output.json_results import Result, head
from siren_cli.pictures.picture import Pixels
from siren_cli.pictures.resize import Box, Filter, resized
from siren_cli.rendering.drawing import Drawing
from siren_cli.rendering.geometry import Point, Region, Size, size_of, with_longer_side
from siren_cli.rendering.view import View, whole
from siren_cli.representation import siren_file
from siren_cli.representation.representation import Representation
from siren_cli.system import files
from siren_cli.system.destination import Destination

# Side of each enlarged square in the figure, in pixels.
PANEL_PIXELS = 600
# Longer side of the whole picture in the figure, in pixels.
PICTURE_PIXELS = 900
# Smallest side of the square that is enlarged, in pixels of the picture.
MIN_SIDE = 0.01
# Largest side of that square, in pixels of the picture.
MAX_SIDE = 4096
# Most samples along each axis of a pixel of the whole picture, which only shows the place.
MAX_SAMPLES = 4
# Pixels beyond a region that bicubic interpolation reads.
BICUBIC_MARGIN = 2


def zoom(
    file: Path, at: Point | None, side: float, output: Path | None, *, force: bool
) -> Result:
    """Draw a figure of a picture and a square of it, enlarged in three ways.

    Args:
        file: The .siren file.
        at: The middle of the square; None is that of the picture.
        side: Side of the square, in pixels.
        output: The file to write; None is beside the .siren file.
        force: Whether a file that exists is overwritten.

    Raises:
        UsageError: The middle is outside the picture, or the square empty.
        OutputError: The output's suffix is none of a figure, or it cannot be written.
    """
    start = time.perf_counter()
    with siren_file.opened(file) as opened:
        facts = opened.header.facts
        region = square(size_of(facts), at, side)
        destination = Destination(output or files.beside(file, ".zoom.png"), force)
        form = "png" if destination.is_stdout else figures.figure_format(destination.path)
        destination.check(file)
        function = opened.read()
        overview, enlarged = _overview(function), panels(function, region)
    figure = figures.zoom_figure(overview, facts, region, enlarged)
    destination.save_locked(figures.figure_file(figure, form))
    return {
        **head("zoom", file, facts),
        "output": str(destination.path),
        "region": [region.x, region.y, region.width, region.height],
        "seconds": round(time.perf_counter() - start, 3),
    }


def square(own: Size, at: Point | None, side: float) -> Region:
    """Return the square around a point, moved into the picture where it leaves it."""
    at = at or Point(own.width / 2.0, own.height / 2.0)
    if not at.inside(own):
        raise UsageError(
            f"--at {at.x:.12g},{at.y:.12g}: is outside the picture, which is {own}"
        )
    if not MIN_SIDE <= side <= MAX_SIDE:
        raise UsageError(f"--side {side:g}: is not between {MIN_SIDE} and {MAX_SIDE} pixels")
    side = min(side, own.width, own.height)
    x = min(max(at.x - side / 2.0, 0.0), own.width - side)
    y = min(max(at.y - side / 2.0, 0.0), own.height - side)
    return Region(x, y, side, side)


def _overview(function: Representation) -> Pixels:
    facts = function.header.facts
    longest = min(PICTURE_PIXELS, max(facts.width, facts.height))
    view = whole(facts, with_longer_side(longest, size_of(facts)))
    view = replace(view, supersample=min(MAX_SAMPLES, max(view.samples)))
    return Drawing(function, view).block(WHOLE, WHOLE)


def panels(function: Representation, region: Region) -> dict[str, Pixels]:
    """Return a square, enlarged by nearest pixels, by bicubic interpolation, and drawn."""
    facts = function.header.facts
    left, top = (max(0, int(start) - BICUBIC_MARGIN) for start in (region.x, region.y))
    right = min(facts.width, int(region.x + region.width) + BICUBIC_MARGIN + 1)
    bottom = min(facts.height, int(region.y + region.height) + BICUBIC_MARGIN + 1)
    own = whole(facts, size_of(facts))
    pixels = Drawing(function, own).block(slice(top, bottom), slice(left, right))
    x, y = region.x - left, region.y - top
    box = Box(x, y, x + region.width, y + region.height)
    enlarged = Size(PANEL_PIXELS, PANEL_PIXELS)
    return {
        "nearest": resized(pixels, PANEL_PIXELS, PANEL_PIXELS, Filter.NEAREST, box),
        "bicubic": resized(pixels, PANEL_PIXELS, PANEL_PIXELS, Filter.BICUBIC, box),
        "SIREN": Drawing(function, View(region, enlarged)).block(WHOLE, WHOLE),
    }
