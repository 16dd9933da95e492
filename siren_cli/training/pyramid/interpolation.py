"""Values and slopes of a grid at the points of a block, and the gradient by the grid.

They are a few small products of matrices, one after the other: XLA hands what could run at
the same time, and all that follows it, to TensorFlow's one thread for parts of operations,
where the tiles that other cores compute would wait for each other.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.model.pyramid.splines import MARGIN, places, slope_spline, spline


class Interpolation(NamedTuple):
    """What takes a window of a grid to the points of a block along one axis.

    Attributes:
        values: Shape (points, nodes).
        slopes: Likewise, for slopes.
    """

    values: NDArray[np.float32]
    slopes: NDArray[np.float32]

    @property
    def both(self) -> NDArray[np.float32]:
        """Values and then slopes, shape (2 points, nodes)."""
        return np.concatenate([self.values, self.slopes])


def interpolation(points: int, spacing: int) -> Interpolation:
    """Return the interpolation at some points whose distance is 1.

    The window has MARGIN nodes before the points and as many behind them.

    Args:
        points: Number of the points.
        spacing: Distance of the nodes, at most that of the ends of all points.
    """
    positions = places(np.arange(points, dtype=np.float64) + 0.5, spacing)
    nodes = np.arange(points // spacing + 2 * MARGIN) - MARGIN
    distances = positions[:, None] - nodes
    return Interpolation(
        spline(distances).astype(np.float32), slope_spline(distances).astype(np.float32)
    )


def interpolated(window: tf.Tensor, y: Interpolation, x: Interpolation) -> list[tf.Tensor]:
    """Return values and slopes at the points of a block.

    Args:
        window: What the grid has around the block.
        y: The interpolation of rows.
        x: The interpolation of columns.

    Returns:
        Values with slopes along y below them, and slopes along x.
    """
    down = y.both @ window
    across = tf.matmul(down, x.values, transpose_b=True)
    inner = after(down[: len(y.values)], across)
    return [across, tf.matmul(inner, x.slopes, transpose_b=True)]


def by_window(by_points: tf.Tensor, y: Interpolation, x: Interpolation) -> tf.Tensor:
    """Return the gradient by a window.

    Args:
        by_points: The gradient by values, slopes along y, and slopes along x, below each other.
        y: The interpolation of rows.
        x: The interpolation of columns.
    """
    points = len(y.values)
    by_down = by_points[: 2 * points] @ x.values
    also = after(by_points[2 * points :], by_down) @ x.slopes
    by_down += tf.pad(also, ((0, points), (0, 0)))
    return tf.matmul(y.both, by_down, transpose_a=True)


def after(values: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """Return values as they are, but not before others are known."""
    return values + 0.0 * others[0, 0]
