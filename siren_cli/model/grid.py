"""The grid of cells: pixel centers, local coordinates, margins and blending.

The picture spans [-1, 1] on both axes, in order (y, x). A `Grid` divides it into
rows x columns cells. The network of cell k takes the local coordinate u_k, which is in
[-1, 1] on the core of the cell. Where two cells meet, both learn a margin beyond the
border, and the picture is a blend of the two:

    f(y, x) = sum_k w_k(y, x) f_k(u_k),   w_k >= 0,   sum_k w_k = 1

The weight w_k is the product of one ramp per axis. So most of this module is about one
axis, an `Axis`, and a grid is two of them.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
WHOLE = slice(None)
# Centers of a pixel's quarters, in pixels from its own center, in order (y, x).
QUARTERS = ((-0.25, -0.25), (-0.25, 0.25), (0.25, -0.25), (0.25, 0.25))
# Points over which the mean over a pixel is taken.
PIXEL_POINTS = len(QUARTERS)


@dataclass(frozen=True)
class Axis:
    """One axis of a grid: `length` pixels cut into `cells` of `cell_size` pixels.

    The last cell may end beyond the picture, by less than its size. Positions on an axis
    are in pixels and continuous: the first pixel covers [0, 1], its center is 0.5.

    Attributes:
        length: Pixels of the picture, at least 1.
        cells: Number of cells, at least 1.
        cell_size: Pixels of each cell's core.
        margin: Pixels beyond the core that each cell learns; 0 with one cell.
    """

    length: int
    cells: int
    cell_size: int
    margin: int

    def learned_pixels(self, cell: int) -> tuple[int, int]:
        """Return the first and last (exclusive) pixel that `cell` learns.

        Both may lie outside the picture; the fit mirrors the picture there.
        """
        first = cell * self.cell_size
        return first - self.margin, first + self.cell_size + self.margin

    @property
    def whole_length(self) -> int:
        """Pixels of all cells, the last one as a whole."""
        return self.cells * self.cell_size

    def core(self, cell: int) -> slice:
        """Return the pixels of the picture in the core of `cell`."""
        return slice(cell * self.cell_size, min(self.length, (cell + 1) * self.cell_size))

    def alone(self, cell: int) -> slice:
        """Return the pixels of the picture that need no other cell than `cell`."""
        last = cell == self.cells - 1
        start = cell * self.cell_size + (self.margin if cell > 0 else 0)
        stop = self.length if last else (cell + 1) * self.cell_size - self.margin
        return slice(min(start, self.length), stop)

    def seam(self, cell: int) -> slice:
        """Return the pixels of the picture that are a blend of `cell` and the next one."""
        border = (cell + 1) * self.cell_size
        return slice(border - self.margin, min(self.length, border + self.margin))

    def support(self, cell: int) -> tuple[float, float]:
        """Return the first and last (exclusive) position where `cell` has a weight.

        The support of a cell at the picture's border is endless beyond the border.
        """
        first, last = self.learned_pixels(cell)
        return (first if cell > 0 else -math.inf, last if cell < self.cells - 1 else math.inf)

    def cells_between(self, first: float, last: float) -> range:
        """Return the cells whose support has a position in [first, last]."""
        lowest = int((first - self.margin) // self.cell_size)
        highest = int((last + self.margin) // self.cell_size)
        return range(
            min(max(0, lowest), self.cells - 1), max(0, min(self.cells - 1, highest)) + 1
        )

    def local(self, positions: FloatArray, cell: int) -> FloatArray:
        """Return the local coordinates of `positions` in `cell`."""
        return (positions - cell * self.cell_size) / self.cell_size * 2.0 - 1.0

    def ramp(self, positions: FloatArray, cell: int) -> FloatArray:
        """Return the blending weights of `cell` at `positions`, in [0, 1].

        They are smoothsteps across the margins between cells, and 1 at the picture's own
        borders, so the weights of all cells add up to 1 everywhere.
        """
        weights = np.ones_like(positions)
        if self.margin == 0:
            first, last = cell == 0, cell == self.cells - 1
            after = first | (positions >= cell * self.cell_size)
            before = last | (positions < (cell + 1) * self.cell_size)
            return weights * after * before
        if cell > 0:
            weights *= self._rise(positions - cell * self.cell_size)
        if cell < self.cells - 1:
            weights *= self._rise((cell + 1) * self.cell_size - positions)
        return weights

    def ramp_slopes(self, positions: FloatArray, cell: int) -> tuple[FloatArray, FloatArray]:
        """Return the first and second derivatives of the blending weights, per pixel."""
        first, second = np.zeros_like(positions), np.zeros_like(positions)
        if self.margin == 0:
            return first, second
        # The two ramps of a cell do not overlap, so their slopes add up.
        for border, sign, has_neighbor in (
            (cell, 1.0, cell > 0),
            (cell + 1, -1.0, cell < self.cells - 1),
        ):
            t = (positions - border * self.cell_size) / (2.0 * self.margin) + 0.5
            inside = has_neighbor & (t > 0.0) & (t < 1.0)
            first += sign * inside * 6.0 * t * (1.0 - t) / (2.0 * self.margin)
            second += sign * inside * (6.0 - 12.0 * t) / (2.0 * self.margin) ** 2
        return first, second

    def _rise(self, distance: FloatArray) -> FloatArray:
        t = np.clip(distance / (2.0 * self.margin) + 0.5, 0.0, 1.0)
        return t * t * (3.0 - 2.0 * t)


@dataclass(frozen=True)
class Grid:
    """The cells of a picture, numbered row by row."""

    y: Axis
    x: Axis

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.y.cells * self.x.cells

    @property
    def cell_pixels(self) -> int:
        """Number of pixels of a cell's core."""
        return self.y.cell_size * self.x.cell_size

    def without_margins(self) -> "Grid":
        """Return the grid of the same cells, which learn their cores alone."""
        return Grid(replace(self.y, margin=0), replace(self.x, margin=0))

    def row_and_column(self, cell: int) -> tuple[int, int]:
        """Return the row and column of a cell."""
        return divmod(cell, self.x.cells)


def make_grid(height: int, width: int, cell_size: int, margin: int) -> Grid:
    """Return the grid for a picture of `height` x `width` pixels.

    Args:
        height: Rows of pixels, at least 1.
        width: Columns of pixels, at least 1.
        cell_size: Side of a cell in pixels; cells are near it, not exactly as large.
            0 makes a single cell.
        margin: Pixels beyond its core that each cell learns.
    """
    if cell_size == 0:
        return Grid(Axis(height, 1, height, 0), Axis(width, 1, width, 0))
    return Grid(_make_axis(height, cell_size, margin), _make_axis(width, cell_size, margin))


def _make_axis(length: int, cell_size: int, margin: int) -> Axis:
    wanted = max(1, int(length / cell_size + 0.5))
    size = -(-length // wanted)
    cells = -(-length // size)  # rounding up the size may leave nothing for the last cells
    # The cells of a small picture are smaller, but at least four margins wide.
    return Axis(length, cells, size, min(margin, size // 4) if cells > 1 else 0)


def pixel_centers(
    count: int, length: float, start: float = 0.0, part: slice = WHOLE, samples: int = 1
) -> FloatArray:
    """Return the positions of `count` drawn pixels across `length` pixels, evenly spaced.

    Every position is the center of its share of the length, so grids of any size cover the
    same picture (as in LIIF, Chen et al. 2021, arXiv:2012.09161).

    Args:
        count: Number of drawn pixels.
        length: Pixels of the picture that they are spread over.
        start: Position where those pixels begin.
        part: The drawn pixels whose positions are returned.
        samples: Number of positions in each drawn pixel.

    Returns:
        Array of shape (count * samples,), or shorter for a part, of continuous positions
        in pixels.
    """
    first, last, _ = part.indices(count)
    positions = np.arange(first * samples, last * samples, dtype=np.float64) + 0.5
    return start + positions * (length / (count * samples))


def learned_coordinates(grid: Grid) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the local coordinates of the rows and of the columns that a cell learns.

    They are the same for every cell.
    """
    return _learned_local(grid.y), _learned_local(grid.x)


def grid_points(y: NDArray[np.float32], x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the points of a grid of rows and columns.

    Returns:
        Array of shape (len(y) * len(x), 2), in order (y, x), row by row.
    """
    return np.stack(np.meshgrid(y, x, indexing="ij"), axis=-1).reshape(-1, 2)


def _learned_local(axis: Axis) -> NDArray[np.float32]:
    centers = np.arange(*axis.learned_pixels(0), dtype=np.float64) + 0.5
    return axis.local(centers, 0).astype(np.float32)
