"""The PSNR of a fit that several runs have made, each without the cells of the others."""

from collections.abc import Iterator, Sequence
from functools import reduce

from siren_cli.errors import RepresentationError, prefixed
from siren_cli.pictures.picture import Pixels
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.cell_rows import RowWindow
from siren_cli.planning.fit_psnr import ErrorSums, PictureRows, error_sums, rows_of_cells, split
from siren_cli.representation.part_file import seam_rows
from siren_cli.representation.part_reader import PartFile
from siren_cli.representation.representation import MosaicRepresentation


def measured_rows(
    source: PixelSource, fit: MosaicRepresentation, rows: range
) -> tuple[ErrorSums, Pixels]:
    """Return the errors at the pixels that need some rows of cells alone, and the seam.

    The seam is the rows of the picture below them that need the next row of cells, too.

    Raises:
        RepresentationError: The weights are so large that there is nothing to draw.
    """
    axis, window = fit.header.grid.y, RowWindow(source)
    sums = error_sums(rows_of_cells(window, axis, rows), fit)
    seam = seam_rows(fit.header, rows)
    return sums, window.take(seam.start, seam.stop)


def joined_psnr(
    fit: MosaicRepresentation, parts: Sequence[PartFile]
) -> tuple[float | None, float | None]:
    """Return the PSNR of a fit from what its parts have measured, and from their seams.

    As for `fit_psnr`, None is a match.

    Args:
        fit: The fit, joined.
        parts: Its parts, in their order.

    Raises:
        RepresentationError: A part is damaged, or there is nothing to draw.
    """
    own = (ErrorSums(*part.facts.error_sums) for part in parts)
    sums = reduce(ErrorSums.plus, own, error_sums(_seams(fit, parts), fit))
    return sums.psnr(fit.header.facts)


def _seams(fit: MosaicRepresentation, parts: Sequence[PartFile]) -> Iterator[PictureRows]:
    facts = fit.header.facts
    for part in parts:
        seam = seam_rows(fit.header, part.facts.rows)
        for rows in split(seam, facts.width):
            shape = rows.stop - rows.start, facts.width, facts.channels
            with prefixed(part.path, RepresentationError):
                pixels = part.seam_pixels(rows.start - seam.start, shape)
            yield PictureRows(rows, pixels)
