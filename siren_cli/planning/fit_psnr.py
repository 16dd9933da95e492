"""The PSNR of a fit: its function, drawn part by part, against the picture."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from siren_cli.errors import DivergedError, RepresentationError
from siren_cli.metrics.psnr import psnr_of, squared_error
from siren_cli.model.grid import WHOLE
from siren_cli.pictures.bands import bands
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Picture, PictureFacts, Pixels
from siren_cli.pictures.shown import shown
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.plan import FitPlan
from siren_cli.rendering.drawing import Drawing
from siren_cli.rendering.geometry import size_of
from siren_cli.rendering.view import whole
from siren_cli.representation.siren_file import Representation
from siren_cli.representation.stored_cells import StoredCells
from siren_cli.system.parallel import ahead


class Part(NamedTuple):
    """Some rows of a picture.

    Attributes:
        rows: Their places.
        pixels: Array of shape (rows, width, channels).
    """

    rows: slice
    pixels: Pixels


def measured(source: PixelSource, plan: FitPlan, cells: StoredCells) -> Representation:
    """Return a representation with the PSNR of its weights as they are stored.

    Raises:
        DivergedError: The weights cannot be drawn.
    """
    header = plan.header(source)
    representation = Representation(header, cells, source.icc_profile, source.metadata)
    try:
        psnr, shown_psnr = fit_psnr(source, representation)
    except RepresentationError as error:
        raise DivergedError(f"{error}; try a lower fit.learning_rate (--set)") from error
    header = replace(header, psnr=psnr, tone_mapped_psnr=shown_psnr)
    return replace(representation, header=header)


def fit_psnr(
    source: PixelSource, representation: Representation
) -> tuple[float | None, float | None]:
    """Return the PSNR of a fit, and that of light as 8 bits show it; None is a match.

    The second one is None for a picture of other values, too.

    Raises:
        RepresentationError: The weights are so large that there is nothing to draw.
    """
    facts = source.facts
    drawing = Drawing(representation, whole(facts, size_of(facts)))
    is_light = facts.mapping is not None and facts.mapping.is_light

    def errors(part: Part) -> tuple[int, int]:
        drawn = drawing.block(part.rows, WHOLE)
        error = squared_error(part.pixels, drawn, facts.bit_depth)
        if not is_light:
            return error, 0
        first, second = (_shown(each, facts) for each in (part.pixels, drawn))
        return error, squared_error(first, second, LOW_BIT_DEPTH)

    own, of_shown = map(sum, zip(*ahead(errors, _parts(source)), strict=True))
    shown_facts = replace(facts, bit_depth=LOW_BIT_DEPTH)
    return psnr_of(own, facts), psnr_of(of_shown, shown_facts) if is_light else None


def _parts(source: PixelSource) -> Iterator[Part]:
    """Yield a picture in parts, for a core each."""
    top = 0
    for band in source.bands():
        for rows in bands(*band.shape[:2]):
            yield Part(slice(top + rows.start, top + rows.stop), band[rows])
        top += len(band)


def _shown(pixels: Pixels, facts: PictureFacts) -> Pixels:
    return shown(Picture(pixels, replace(facts, height=len(pixels)))).pixels
