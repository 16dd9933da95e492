"""The tf.data pipeline: coordinates and colors, one element a batch.

All cells of a group see the same local coordinates, so a batch is some rows of a table
of points. Pipelines whose elements are single pixels cost ten times the training.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.model.grid import Axis, Grid
from siren_cli.pictures.picture import Pixels
from siren_cli.planning.plan import Batching

# Batches that are prepared before they are asked for.
PREFETCHED_BATCHES = 4


class Samples(NamedTuple):
    """The points that the cells of a group learn.

    Attributes:
        coordinates: Local coordinates, shape (points, 2), shared by all cells.
        colors: Targets in [-1, 1], shape (points, cells, channels).
    """

    coordinates: NDArray[np.float32]
    colors: Pixels


def cell_colors(pixels: Pixels, grid: Grid, cells: NDArray[np.int64]) -> Pixels:
    """Return the targets of some cells, in [-1, 1].

    Beyond its border the picture is mirrored.

    Args:
        pixels: Array of shape (height, width, channels), in [0, 1].
        grid: The division of the picture into cells.
        cells: Numbers of the cells.

    Returns:
        Array of shape (points, cells, channels), the points as in `grid.grid_points`.
    """
    colors = []
    for cell in cells:
        row, column = grid.row_and_column(int(cell))
        rows, columns = _mirrored(grid.y, row), _mirrored(grid.x, column)
        colors.append(pixels[rows[:, None], columns].reshape(-1, pixels.shape[2]))
    return np.stack(colors, axis=1) * np.float32(2) - np.float32(1)


def batches(samples: Samples, batching: Batching, seed: int, first: int = 0) -> tf.data.Dataset:
    """Return the batches of a fit, every point once an epoch (a few points twice).

    The order is a fresh permutation each epoch, a function of (seed, epoch). There is
    no last epoch.

    Args:
        samples: The points and their colors.
        batching: How the points are dealt.
        seed: Decides the order.
        first: Number of the first batch, counted from the beginning of the fit.

    Returns:
        A dataset of pairs: coordinates (batch_points, 2), colors
        (batch_points, cells, channels).
    """
    coordinates, colors = tf.constant(samples.coordinates), tf.constant(samples.colors)
    places = tf.range(batching.steps * batching.batch_points) % batching.points
    table = tf.reshape(places, (batching.steps, batching.batch_points))

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def deal(epoch: tf.Tensor) -> tf.data.Dataset:
        points = tf.range(batching.points)
        order = tf.random.experimental.stateless_shuffle(points, tf.stack([seed, epoch]))
        return tf.data.Dataset.from_tensor_slices(tf.gather(order, table))

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def look_up(points: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.gather(coordinates, points), tf.gather(colors, points)

    epoch, within = divmod(first, batching.steps)
    dealt = tf.data.Dataset.counter(epoch).flat_map(deal).skip(within)
    # There is nothing to tune, and the tuner's thread takes a second to end.
    options = tf.data.Options()
    options.autotune.enabled = False
    return dealt.map(look_up).prefetch(PREFETCHED_BATCHES).with_options(options)


def _mirrored(axis: Axis, cell: int) -> NDArray[np.int64]:
    """Return the pixels that a cell learns: symmetric, 0 1 2 2 1 0 0 1 2 ..., outside."""
    positions = np.arange(*axis.learned_pixels(cell)) % (2 * axis.length)
    return np.minimum(positions, 2 * axis.length - 1 - positions)
