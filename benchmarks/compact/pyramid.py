"""The grids of latents, and their values and slopes at points."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.compact.splines import centers, interpolation

LEVELS = 7
# Features of one grid at a point: its value and its slopes along y and x.
GRID_FEATURES = 3
# A latent of the finest grid is this many times the number that Adam moves; those of each
# coarser grid twice as many, so that Adam moves coarse grids faster.
GAIN = 2.5


class Grid(NamedTuple):
    """One grid of latents: the distance of its nodes in pixels, its rows and columns."""

    spacing: int
    height: int
    width: int


class Pyramid:
    """The grids of a picture, from the finest to the coarsest.

    Attributes:
        grids: One for each level.
        size: Number of all latents.
        gains: Shape (size,): what a trained number is multiplied with to be a latent.
    """

    def __init__(self, height: int, width: int) -> None:
        coarsest = 2 ** (LEVELS - 1)
        if height % coarsest or width % coarsest:
            raise ValueError(f"{width}x{height}: sides must be multiples of {coarsest}")
        self.grids = [Grid(2**n, height >> n, width >> n) for n in range(LEVELS)]
        self._sizes = [grid.height * grid.width for grid in self.grids]
        self.size = sum(self._sizes)
        levels = np.repeat(np.arange(LEVELS), self._sizes)
        self.gains: NDArray[np.float32] = (GAIN * 2.0**levels).astype(np.float32)

    def split(self, latents: tf.Tensor) -> list[tf.Tensor]:
        """Return latents of shape (size,) as one array (height, width) for each grid."""
        parts = tf.split(latents, self._sizes)
        return [
            tf.reshape(part, (grid.height, grid.width))
            for part, grid in zip(parts, self.grids, strict=True)
        ]


class Lattice:
    """Rows and columns of points at which grids are interpolated.

    Args:
        grids: The grids.
        rows: Positions of the rows of points, in pixels.
        columns: Positions of the columns of points, in pixels.
    """

    def __init__(
        self,
        grids: Sequence[Grid],
        rows: NDArray[np.float64],
        columns: NDArray[np.float64],
    ) -> None:
        self.shape = (len(rows), len(columns))
        self._matrices: list[tuple[tf.Tensor, tf.Tensor] | None] = []
        for grid in grids:
            y = interpolation(rows, grid.spacing, grid.height)
            x = interpolation(columns, grid.spacing, grid.width)
            at_nodes = _at_nodes(rows, grid.height) and _at_nodes(columns, grid.width)
            own = grid.spacing == 1 and at_nodes
            self._matrices.append(None if own else (tf.constant(y), tf.constant(x)))

    def features(self, grids: Sequence[tf.Tensor]) -> tf.Tensor:
        """Return values and slopes of all grids, shape (GRID_FEATURES x grids, rows, columns).

        A slope is half the difference of the values a node's distance before and behind.
        """
        return tf.concat(
            [
                _smoothed(_with_slopes(grid))
                if matrices is None
                else matrices[0] @ tf.matmul(_with_slopes(grid), matrices[1], transpose_b=True)
                for grid, matrices in zip(grids, self._matrices, strict=True)
            ],
            axis=0,
        )

    def gradients(self, features: tf.Tensor) -> tf.Tensor:
        """Return the gradient by all latents, shape (latents,), from that by the features."""
        found = []
        parts = tf.split(features, len(self._matrices))
        for part, matrices in zip(parts, self._matrices, strict=True):
            if matrices is None:
                with_slopes = _smoothed(part)  # the filter is symmetric
            else:
                across = tf.matmul(matrices[0], part, transpose_a=True)
                with_slopes = tf.matmul(across, matrices[1])
            found.append(tf.reshape(_without_slopes(with_slopes), (-1,)))
        return tf.concat(found, axis=0)


def _at_nodes(positions: NDArray[np.float64], size: int) -> bool:
    return len(positions) == size and np.array_equal(positions, centers(size))


def _before(values: tf.Tensor, axis: int) -> tf.Tensor:
    if axis == 1:
        return tf.concat([values[:, :1], values[:, :-1]], axis)
    return tf.concat([values[:, :, :1], values[:, :, :-1]], axis)


def _behind(values: tf.Tensor, axis: int) -> tf.Tensor:
    if axis == 1:
        return tf.concat([values[:, 1:], values[:, -1:]], axis)
    return tf.concat([values[:, :, 1:], values[:, :, -1:]], axis)


@tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
def _with_slopes(grid: tf.Tensor) -> tf.Tensor:
    value = grid[None]
    slopes = [0.5 * (_behind(value, axis) - _before(value, axis)) for axis in (1, 2)]
    return tf.concat([value, *slopes], axis=0)


@tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
def _without_slopes(gradient: tf.Tensor) -> Any:
    with tf.GradientTape() as tape:
        grid = tf.zeros(gradient.shape[1:])
        tape.watch(grid)
        expanded = _with_slopes(grid)
    return tape.gradient(expanded, grid, output_gradients=gradient)


@tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
def _smoothed(values: tf.Tensor) -> tf.Tensor:
    """Return splines at their own nodes: 1/6, 4/6, 1/6 along each axis."""
    for axis in (1, 2):
        neighbors = _before(values, axis) + _behind(values, axis)
        values = values * (4 / 6) + neighbors * (1 / 6)
    return values
