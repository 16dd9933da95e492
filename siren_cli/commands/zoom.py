"""What `siren zoom` does: one figure of what is between the pixels."""

import time
from dataclasses import replace
from pathlib import Path

from PIL import Image

from siren_cli.comparing.figures import figure_format
from siren_cli.errors import UsageError
from siren_cli.model.grid import WHOLE
from siren_cli.output.json_results import Result, check_output, head
from siren_cli.pictures.conversion import resized
from siren_cli.pictures.picture import Pixels
from siren_cli.rendering.drawing import Drawing, View, whole
from siren_cli.rendering.geometry import Point, Region, Size, size_of, with_longer_side
from siren_cli.representation import siren_file
from siren_cli.representation.siren_file import Representation
from siren_cli.system import files, locks

# Of the panels and of the longer side of the picture, in pixels.
PANEL_PIXELS, PICTURE_PIXELS = 600, 900
# More is not worth enlarging; less is flat.
LEAST_SIDE, MOST_SIDE = 0.01, 4096
# Along each axis of a pixel of the picture; it is small, and meant to show where.
MOST_SAMPLES = 4
# Bicubic looks at two pixels beyond what it draws.
BEYOND = 2


def zoom(
    file: Path, at: Point | None, side: float, output: Path | None, *, force: bool
) -> Result:
    """Draw a figure of a picture and a square of it, enlarged in three ways.

    Args:
        file: The .siren file.
        at: The middle of the square; None is that of the picture.
        side: Of the square, in pixels.
        output: Where to write; None is beside the .siren file.
        force: Overwrite what is there.

    Raises:
        UsageError: The middle is outside the picture, or the square empty.
        OutputError: The output's suffix is none of a figure, or it cannot be written.
    """
    start = time.perf_counter()
    facts = siren_file.load_header(file).facts
    region = square(size_of(facts), at, side)
    output = output or files.beside(file, ".zoom.png")
    form = "png" if output == files.STDOUT else figure_format(output)
    check_output(file, output, force=force)
    from siren_cli.comparing import figures  # matplotlib

    with siren_file.loaded(file) as function:
        shown = _overview(function), facts, region, panels(function, region)
    figure = figures.zoom_figure(*shown)
    with locks.locked(output), files.writing(output, force=force) as out:
        figures.save(figure, out, form)
    return {
        **head("zoom", file, facts),
        "output": str(output),
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
    if not LEAST_SIDE <= side <= MOST_SIDE:
        raise UsageError(f"--side {side:g}: is not between {LEAST_SIDE} and {MOST_SIDE} pixels")
    side = min(side, own.width, own.height)
    x = min(max(at.x - side / 2.0, 0.0), own.width - side)
    y = min(max(at.y - side / 2.0, 0.0), own.height - side)
    return Region(x, y, side, side)


def _overview(function: Representation) -> Pixels:
    facts = function.header.facts
    longest = min(PICTURE_PIXELS, max(facts.width, facts.height))
    view = whole(facts, with_longer_side(longest, size_of(facts)))
    view = replace(view, supersample=min(MOST_SAMPLES, max(view.samples)))
    return Drawing(function, view).block(WHOLE, WHOLE)


def panels(function: Representation, region: Region) -> dict[str, Pixels]:
    """Return a square by the picture's own pixels, in two ways, and by the function."""
    facts = function.header.facts
    left, top = (max(0, int(start) - BEYOND) for start in (region.x, region.y))
    right = min(facts.width, int(region.x + region.width) + BEYOND + 1)
    bottom = min(facts.height, int(region.y + region.height) + BEYOND + 1)
    own = whole(facts, size_of(facts))
    pixels = Drawing(function, own).block(slice(top, bottom), slice(left, right))
    x, y = region.x - left, region.y - top
    box = (x, y, x + region.width, y + region.height)
    sides = PANEL_PIXELS, PANEL_PIXELS
    return {
        "nearest": resized(pixels, sides, Image.Resampling.NEAREST, box),
        "bicubic": resized(pixels, sides, Image.Resampling.BICUBIC, box),
        "SIREN": Drawing(function, View(region, Size(*sides))).block(WHOLE, WHOLE),
    }
