"""The pixels of a picture by rows of cells, while it is read in bands from the top down."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.grid import Axis, Grid
from siren_cli.pictures.picture import Pixels
from siren_cli.pictures.stream import PixelSource


class RowWindow:
    """The rows of pixels that are in memory, a window that moves down the picture.

    Args:
        source: The picture.

    Attributes:
        width: Pixels of a row.
    """

    def __init__(self, source: PixelSource) -> None:
        self.width = source.facts.width
        self._bands, self._top = source.bands(), 0
        shape = (0, source.facts.width, source.facts.channels)
        self._pixels: Pixels = np.empty(shape, np.float32)

    def take(self, first: int, last: int) -> Pixels:
        """Return some rows of pixels; those above them are forgotten.

        Args:
            first: The first row, which is not above that of the call before.
            last: The row after the last one.
        """
        end = self._top + len(self._pixels)
        if end < last:
            kept = self._pixels[max(0, first - self._top) :]
            parts, self._top = [kept] if len(kept) else [], end - len(kept)
            while end < last:
                band = next(self._bands)
                end += len(band)
                if end > first or end >= last:
                    parts.append(band)
                else:  # it is wholly above the rows that are wanted
                    self._top = end
            # A picture in memory is a single band, which is not copied.
            self._pixels = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return self._pixels[first - self._top : last - self._top]


def core_rows(source: PixelSource, grid: Grid) -> Iterator[Pixels]:
    """Yield the rows of pixels in the cores of each row of cells."""
    window = RowWindow(source)
    for row in range(grid.y.cells):
        core = grid.y.core(row)
        yield window.take(core.start, core.stop)


def learned_rows(source: PixelSource, grid: Grid, rows: Iterable[int]) -> Iterator[Pixels]:
    """Yield the rows of pixels that some rows of cells learn.

    Beyond its border the picture is mirrored.

    Args:
        source: The picture.
        grid: Its division into cells.
        rows: The rows of cells, rising.
    """
    window = RowWindow(source)
    for row in rows:
        places = mirrored(grid.y, row)
        top, bottom = int(places.min()), int(places.max()) + 1
        pixels = window.take(top, bottom)
        is_inside = len(places) == len(pixels)
        yield pixels if is_inside else pixels[places - top]


def mirrored(axis: Axis, cell: int) -> NDArray[np.int64]:
    """Return the pixels that a cell learns: symmetric, 0 1 2 2 1 0 0 1 2 ..., outside."""
    positions = np.arange(*axis.learned_pixels(cell)) % (2 * axis.length)
    return np.minimum(positions, 2 * axis.length - 1 - positions)
