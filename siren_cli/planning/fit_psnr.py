"""The PSNR of a fit: its function, drawn part by part, against the picture.

The parts of a mosaic follow from its cells alone, whoever draws them and however the picture
is read, so that the same cells always have the same sums of errors. Those of a pyramid are
bands of the picture.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple, TypeVar

from siren_cli.errors import DivergedError, RepresentationError
from siren_cli.metrics.psnr import psnr_of, squared_error
from siren_cli.model.grid import WHOLE, Axis
from siren_cli.pictures.bands import bands
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Picture, PictureFacts, Pixels
from siren_cli.pictures.shown import shown
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.cell_rows import RowWindow
from siren_cli.planning.plan import FitPlan
from siren_cli.rendering.drawing import Drawing
from siren_cli.rendering.geometry import size_of
from siren_cli.rendering.view import whole
from siren_cli.representation.representation import MosaicRepresentation, Representation
from siren_cli.representation.stored_cells import StoredCells
from siren_cli.system.parallel import ahead

Fit = TypeVar("Fit", bound=Representation)


class PictureRows(NamedTuple):
    """Some rows of a picture.

    Attributes:
        rows: Their places.
        pixels: Array of shape (rows, width, channels).
    """

    rows: slice
    pixels: Pixels


class ErrorSums(NamedTuple):
    """Sums of squared errors over some pixels, as stored values.

    Attributes:
        own: The sum at the picture's own depth.
        shown: That of light as 8 bits show it; 0 for a picture of other values.
    """

    own: int
    shown: int

    def plus(self, other: "ErrorSums") -> "ErrorSums":
        """Return the sums over these pixels and others."""
        return ErrorSums(self.own + other.own, self.shown + other.shown)

    def psnr(self, facts: PictureFacts) -> tuple[float | None, float | None]:
        """Return the PSNR of the whole picture, and that of light as 8 bits show it.

        None is a match. The second one is None for a picture of other values, too.
        """
        shown_facts = replace(facts, bit_depth=LOW_BIT_DEPTH)
        of_shown = psnr_of(self.shown, shown_facts) if _is_light(facts) else None
        return psnr_of(self.own, facts), of_shown


def measured(source: PixelSource, plan: FitPlan, cells: StoredCells) -> MosaicRepresentation:
    """Return a mosaic with the PSNR of its weights as they are stored.

    Raises:
        DivergedError: The weights cannot be drawn.
    """
    representation = MosaicRepresentation(
        header=plan.header(source),
        cells=cells,
        icc_profile=source.icc_profile,
        metadata=source.metadata,
    )
    return with_psnr(source, representation)


def with_psnr(source: PixelSource, representation: Fit) -> Fit:
    """Return a representation with the PSNR of its weights as they are stored.

    Raises:
        DivergedError: The weights cannot be drawn.
    """
    is_mosaic = isinstance(representation, MosaicRepresentation)
    with weights_drawn("fit.learning_rate" if is_mosaic else "pyramid.latent_rate"):
        psnr, shown_psnr = fit_psnr(source, representation)
    header = replace(representation.header, psnr=psnr, tone_mapped_psnr=shown_psnr)
    return replace(representation, header=header)


@contextmanager
def weights_drawn(rate: str = "fit.learning_rate") -> Iterator[None]:
    """Take a fit whose weights cannot be drawn for one that has diverged.

    Args:
        rate: The setting that may be too high.

    Raises:
        DivergedError: They cannot.
    """
    try:
        yield
    except RepresentationError as error:
        raise DivergedError(f"{error}; try a lower {rate} (--set)") from error


def fit_psnr(
    source: PixelSource, representation: Representation
) -> tuple[float | None, float | None]:
    """Return the PSNR of a fit, and that of light as 8 bits show it; None is a match.

    The second one is None for a picture of other values, too.

    Raises:
        RepresentationError: The weights are so large that there is nothing to draw.
    """
    window = RowWindow(source)
    if isinstance(representation, MosaicRepresentation):
        axis = representation.header.grid.y
        parts = rows_of_cells(window, axis, range(axis.cells))
    else:
        parts = picture_rows(window, slice(0, source.facts.height))
    return error_sums(parts, representation).psnr(source.facts)


def error_sums(parts: Iterable[PictureRows], representation: Representation) -> ErrorSums:
    """Return the sums of the squared errors of a fit at some rows of the picture.

    Raises:
        RepresentationError: The weights are so large that there is nothing to draw.
    """
    facts = representation.header.facts
    drawing = Drawing(representation, whole(facts, size_of(facts)))

    def errors(part: PictureRows) -> ErrorSums:
        drawn = drawing.block(part.rows, WHOLE)
        error = squared_error(part.pixels, drawn, facts.bit_depth)
        if not _is_light(facts):
            return ErrorSums(error, 0)
        first, second = (_shown(each, facts) for each in (part.pixels, drawn))
        return ErrorSums(error, squared_error(first, second, LOW_BIT_DEPTH))

    total = ErrorSums(0, 0)
    for each in ahead(errors, parts):
        total = total.plus(each)
    return total


def rows_of_cells(window: RowWindow, axis: Axis, cells: range) -> Iterator[PictureRows]:
    """Yield the rows of pixels that need some rows of cells alone, in parts for a core each.

    Args:
        window: The picture, read up to those rows at most.
        axis: The rows of cells.
        cells: The rows of cells that are there, all neighbors.
    """
    for cell in cells:
        stretches = [axis.alone(cell)]
        if cell < cells[-1]:
            stretches.append(axis.seam(cell))
        for stretch in stretches:
            yield from picture_rows(window, stretch)


def picture_rows(window: RowWindow, rows: slice) -> Iterator[PictureRows]:
    """Yield some rows of pixels in parts for a core each.

    Args:
        window: The picture, read up to those rows at most.
        rows: The rows.
    """
    for part in split(rows, window.width):
        yield PictureRows(part, window.take(part.start, part.stop))


def split(rows: slice, width: int) -> Iterator[slice]:
    """Yield some rows of a picture in parts that are drawn by a core each."""
    for part in bands(rows.stop - rows.start, width):
        yield slice(rows.start + part.start, rows.start + part.stop)


def _is_light(facts: PictureFacts) -> bool:
    return facts.mapping is not None and facts.mapping.is_light


def _shown(pixels: Pixels, facts: PictureFacts) -> Pixels:
    return shown(Picture(pixels, replace(facts, height=len(pixels)))).pixels
