"""The tf.data pipeline: coordinates and colors, one element a batch.

All cells of a group see the same local coordinates, so a batch is some rows of a table
of points. Pipelines whose elements are single pixels cost ten times the training.

A pixel of a camera is the light on its area, not at its center. In the last part of a fit
each pixel is therefore compared with the mean of the function at four points, the centers
of its quarters. A batch of as many points then has a quarter of the pixels, so the
compiled step stays the same.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.model.grid import PIXEL_POINTS, QUARTERS
from siren_cli.pictures.picture import Pixels
from siren_cli.planning.plan import Batching

# Batches that are prepared before they are asked for.
PREFETCHED_BATCHES = 4
# The cells of a single replica, as an index of their axis.
ALL_CELLS = (slice(None),)
# The size of pixels whose areas do not matter.
NO_AREA = (0.0, 0.0)


class Samples(NamedTuple):
    """The points that the cells of a group learn.

    Attributes:
        coordinates: Local coordinates, shape (points, 2), shared by all cells.
        colors: Targets in [-1, 1], shape (points, cells, channels).
        pixel: Height and width of a pixel in local coordinates.
    """

    coordinates: NDArray[np.float32]
    colors: Pixels
    pixel: tuple[float, float]


def whole_batches(samples: Samples, replicas: Sequence[Any] = ALL_CELLS) -> tf.data.Dataset:
    """Return batches of all points, in their order.

    Args:
        samples: The points and their colors.
        replicas: The cells of each replica, as an index of their axis.

    Returns:
        A dataset as that of `batches`.
    """
    colors = tuple(tf.constant(samples.colors[:, cells]) for cells in replicas)
    batch = tf.data.Dataset.from_tensors((tf.constant(samples.coordinates), colors))
    return batch.repeat()


def batches(
    samples: Samples,
    batching: Batching,
    seed: int,
    first: int = 0,
    *,
    areas: bool = False,
    replicas: Sequence[Any] = ALL_CELLS,
) -> tf.data.Dataset:
    """Return the batches of a fit, every pixel once an epoch (a few pixels twice).

    The order is a fresh permutation each epoch, a function of (seed, epoch). There is
    no last epoch. Where means over pixels are learned, four epochs see every pixel once.

    Args:
        samples: The points and their colors.
        batching: How the points are dealt.
        seed: Decides the order.
        first: Number of the first batch, counted from the beginning of the fit.
        areas: Whether a batch has the four quarters of fewer pixels, one after the other.
        replicas: The cells of each replica, as an index of their axis.

    Returns:
        A dataset of pairs: coordinates (batch_points, 2), and for each replica the colors
        of its cells (batch_points, cells, channels).
    """
    coordinates = tf.constant(samples.coordinates)
    colors = [tf.constant(samples.colors[:, cells]) for cells in replicas]
    pixel_points = PIXEL_POINTS if areas else 1
    steps, batch_pixels = batching.steps * pixel_points, batching.batch_points // pixel_points
    offsets = tf.constant(QUARTERS) * samples.pixel if areas else tf.zeros((1, 2))
    table = tf.reshape(tf.range(steps * batch_pixels) % batching.points, (steps, batch_pixels))

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def deal(epoch: tf.Tensor) -> tf.data.Dataset:
        points = tf.range(batching.points)
        order = tf.random.experimental.stateless_shuffle(points, tf.stack([seed, epoch]))
        return tf.data.Dataset.from_tensor_slices(tf.gather(order, table))

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def look_up(points: tf.Tensor) -> tuple[tf.Tensor, tuple[tf.Tensor, ...]]:
        around = tf.reshape(tf.gather(coordinates, points)[:, None] + offsets, (-1, 2))
        chosen = tf.repeat(points, pixel_points)
        return around, tuple(tf.gather(own, chosen) for own in colors)

    epoch, within = divmod(first, steps)
    dealt = tf.data.Dataset.counter(epoch).flat_map(deal).skip(within)
    # There is nothing to tune, and the tuner's thread takes a second to end.
    options = tf.data.Options()
    options.autotune.enabled = False
    return dealt.map(look_up).prefetch(PREFETCHED_BATCHES).with_options(options)
