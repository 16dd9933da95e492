"""The targets of cells that learn a lesson instead of a picture's values."""

import numpy as np

from siren_cli.model.grid import Axis, Grid
from siren_cli.pictures.picture import Pixels
from siren_cli.planning.checkpoint import Cells
from siren_cli.planning.lesson import Lesson


class CellLessons:
    """What the cells are taught.

    Args:
        lesson: What is taught at every pixel of the picture.
        grid: Its division into cells.
    """

    def __init__(self, lesson: Lesson, grid: Grid) -> None:
        self._targets, self._grid = lesson.targets, grid

    def take(self, cells: Cells) -> Pixels:
        """Return the targets of some cells; beyond the picture nothing is taught.

        Args:
            cells: Numbers of the cells, some perhaps several times.

        Returns:
            Array of shape (points, cells, orders * channels), the points as in
            `grid.grid_points`; NaN is not taught.
        """
        return np.stack([self._targets_of(cell) for cell in cells.tolist()], axis=1)

    def _targets_of(self, cell: int) -> Pixels:
        row, column = self._grid.row_and_column(cell)
        height, width = self._targets.shape[:2]
        y_places, y_outside = _learned(self._grid.y, row, height)
        x_places, x_outside = _learned(self._grid.x, column, width)
        targets = self._targets[y_places[:, None], x_places]
        targets[y_outside] = np.nan
        targets[:, x_outside] = np.nan
        return targets.reshape(len(y_places) * len(x_places), -1)


def _learned(axis: Axis, cell: int, length: int) -> tuple[Cells, Cells]:
    """Return the targets nearest to a cell's pixels, and which of these have none."""
    places = np.arange(*axis.learned_pixels(cell))
    inside = np.clip(places, 0, length - 1)
    return inside, np.flatnonzero(places != inside)
