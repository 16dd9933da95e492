"""The targets of cells, read from a picture once, row by row of cells."""

from collections.abc import Iterable

import numpy as np

from siren_cli.model.grid import Grid
from siren_cli.pictures.picture import Pixels
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.cell_rows import learned_rows, mirrored
from siren_cli.planning.checkpoint import Cells


class CellColors:
    """The targets of cells, which wait until a group takes them.

    Args:
        source: The picture.
        grid: Its division into cells.
        wanted: Numbers of the cells that are taken.
    """

    def __init__(self, source: PixelSource, grid: Grid, wanted: Cells) -> None:
        self._grid, self._wanted = grid, set(wanted.tolist())
        rows = np.unique(wanted // grid.x.cells).tolist()
        self._rows: Iterable[tuple[int, Pixels]] = zip(
            rows, learned_rows(source, grid, rows), strict=True
        )
        self._waiting: dict[int, Pixels] = {}

    def take(self, cells: Cells) -> Pixels:
        """Return the targets of some cells, in [-1, 1]; they are read on until all are there.

        Args:
            cells: Numbers of the cells, some perhaps several times.

        Returns:
            Array of shape (points, cells, channels), the points as in `grid.grid_points`.
        """
        wanted = cells.tolist()
        while any(cell not in self._waiting for cell in wanted):
            self._read(*next(iter(self._rows)))
        colors = np.stack([self._waiting[cell] for cell in wanted], axis=1)
        for cell in set(wanted):
            del self._waiting[cell]
        colors *= np.float32(2)
        colors -= np.float32(1)
        return colors

    def _read(self, row: int, pixels: Pixels) -> None:
        """Let the cells of a row wait, from the rows of pixels that they learn."""
        for column in range(self._grid.x.cells):
            cell = row * self._grid.x.cells + column
            if cell in self._wanted:
                own = pixels[:, mirrored(self._grid.x, column)]
                self._waiting[cell] = own.reshape(-1, pixels.shape[2])
