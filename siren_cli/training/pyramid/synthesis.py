"""The error of a tile's colors, and its gradients.

Features are made and used block by block, of as many pixels as a core's cache holds.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.model.pyramid.shape import LEVELS
from siren_cli.model.pyramid.splines import MARGIN, places, slope_spline, spline
from siren_cli.training.activations import sine
from siren_cli.training.pyramid.tile_shape import TileShape, joined
from siren_cli.training.pyramid.windows import Cut, Windows

# Side of a block in pixels: that of the smallest tile, and the distance of the nodes of the
# coarsest grid, so that all blocks are interpolated alike.
BLOCK_SIDE = 64
BLOCK_PIXELS = BLOCK_SIDE * BLOCK_SIDE


class SynthesisGradients(NamedTuple):
    """The error of a tile and its gradients.

    Attributes:
        error: Sum of the squared errors of its pixels and channels.
        by_latents: Gradient by its windows.
        by_matrices: Gradients by the matrices of the synthesis.
    """

    error: tf.Tensor
    by_latents: tf.Tensor
    by_matrices: list[tf.Tensor]


class Interpolation(NamedTuple):
    """What takes a window of a grid to the points of a block along one axis.

    Attributes:
        values: Shape (points, nodes).
        slopes: Likewise, for slopes.
    """

    values: NDArray[np.float32]
    slopes: NDArray[np.float32]


@cache
def interpolation(level: int) -> Interpolation:
    """Return the interpolation of a grid at a block, whose window begins MARGIN before it."""
    positions = places(np.arange(BLOCK_SIDE) + 0.5, 1 << level)
    nodes = np.arange(_block_nodes(level)) - MARGIN
    distances = positions[:, None] - nodes
    return Interpolation(
        spline(distances).astype(np.float32), slope_spline(distances).astype(np.float32)
    )


def _block_nodes(level: int) -> int:
    return (BLOCK_SIDE >> level) + 2 * MARGIN


def features(windows: Sequence[tf.Tensor]) -> tf.Tensor:
    """Return the features of a block's points, shape (FEATURES, BLOCK_PIXELS).

    Args:
        windows: What each grid has around the block: weights of the splines.
    """
    found = []
    for level, window in enumerate(windows):
        values, slopes = interpolation(level)
        down = tf.concat([values, slopes], axis=0) @ window
        across = tf.matmul(down, values, transpose_b=True)
        right = tf.matmul(down[:BLOCK_SIDE], slopes, transpose_b=True)
        found += [across, right]
    flat = tf.concat(found, axis=0)
    return tf.reshape(flat, (-1, BLOCK_PIXELS))


def colors(found: tf.Tensor, matrices: Sequence[tf.Tensor]) -> tf.Tensor:
    """Return the colors of points, around 0: the darkest is -1/2.

    Args:
        found: Their features, shape (FEATURES, points).
        matrices: Those of the synthesis.

    Returns:
        Shape (channels, points).
    """
    first, second, last = matrices
    hidden = sine(first[:, :-1] @ found + first[:, -1:])
    hidden = sine(second[:, :-1] @ hidden + second[:, -1:])
    return last[:, :-1] @ tf.concat([hidden, found], axis=0) + last[:, -1:]


def blocks(shape: TileShape) -> list[Windows]:
    """Return how the window of every grid is cut into those of blocks."""
    rows, columns = shape.height // BLOCK_SIDE, shape.width // BLOCK_SIDE
    return [
        Windows(*(Cut(n, _block_nodes(level), BLOCK_SIDE >> level) for n in (rows, columns)))
        for level in range(LEVELS)
    ]


def gradients(
    shape: TileShape,
    latents: tf.Tensor,
    targets: tf.Tensor,
    inside: tf.Tensor,
    matrices: Sequence[tf.Tensor],
) -> SynthesisGradients:
    """Return the error of a tile and its gradients; XLA compiles it as a whole.

    Args:
        shape: The shape of the tile.
        latents: Its windows.
        targets: Its colors around 0, shape (blocks, channels, BLOCK_PIXELS).
        inside: Rows and columns of its pixels that are the picture's.
        matrices: Those of the synthesis.
    """
    weights = latents / shape.gains
    cuts = blocks(shape)
    windows = [cut.of(each) for cut, each in zip(cuts, shape.split(weights), strict=True)]

    def block(parts: Any) -> tuple[tf.Tensor, ...]:
        own, target, weight = parts
        with tf.GradientTape() as tape:
            tape.watch([*own, *matrices])
            wrong = colors(features(own), matrices) - target
            error = tf.reduce_sum(weight * tf.square(wrong))
        return error, *tape.gradient(error, [*own, *matrices])

    outputs = [(), *(each.shape[1:] for each in windows), *(each.shape for each in matrices)]
    error, *rest = tf.map_fn(
        block,
        (windows, targets, _weights(shape, inside)),
        fn_output_signature=tuple(tf.TensorSpec(each) for each in outputs),
    )
    sums = [cut.sum(each) for cut, each in zip(cuts, rest[:LEVELS], strict=True)]
    by_matrices = [tf.reduce_sum(each, axis=0) for each in rest[LEVELS:]]
    return SynthesisGradients(tf.reduce_sum(error), joined(sums) / shape.gains, by_matrices)


def _weights(shape: TileShape, inside: tf.Tensor) -> tf.Tensor:
    """Return 1 for pixels of the picture and 0 for others, (blocks, 1, BLOCK_PIXELS)."""
    rows, columns = (
        tf.cast(tf.range(side) < inside[n], tf.float32)
        for n, side in enumerate((shape.height, shape.width))
    )
    rows = tf.reshape(rows, (-1, 1, BLOCK_SIDE, 1))
    columns = tf.reshape(columns, (1, -1, 1, BLOCK_SIDE))
    return tf.reshape(rows * columns, (-1, 1, BLOCK_PIXELS))
