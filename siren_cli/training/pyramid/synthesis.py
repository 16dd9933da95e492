"""The error of a tile's colors, and its gradients.

Features are made and used block by block, of as many pixels as a core's cache holds.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import tensorflow as tf

from siren_cli.model.pyramid.shape import LEVELS
from siren_cli.model.pyramid.splines import MARGIN
from siren_cli.training.activations import sine
from siren_cli.training.pyramid.interpolation import (
    Interpolation,
    after,
    by_window,
    interpolated,
    interpolation,
)
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


@cache
def _interpolation(level: int) -> Interpolation:
    return interpolation(BLOCK_SIDE, 1 << level)


def _block_nodes(level: int) -> int:
    return (BLOCK_SIDE >> level) + 2 * MARGIN


def features(windows: Sequence[tf.Tensor]) -> tf.Tensor:
    """Return the features of a block's points, shape (FEATURES, BLOCK_PIXELS).

    Args:
        windows: What each grid has around the block: weights of the splines.
    """
    found = _at_own_nodes(windows[0])
    for level, window in enumerate(windows[1:], 1):
        along = _interpolation(level)
        found += interpolated(after(window, found[-1]), along, along)
    return tf.reshape(tf.concat(found, axis=0), (-1, BLOCK_PIXELS))


def by_windows(by_features: tf.Tensor) -> list[tf.Tensor]:
    """Return the gradient by the windows from that by the features."""
    parts = tf.split(tf.reshape(by_features, (-1, BLOCK_SIDE)), LEVELS)
    with tf.GradientTape() as tape:
        finest = tf.zeros((_block_nodes(0), _block_nodes(0)))
        tape.watch(finest)
        smoothed = tf.concat(_at_own_nodes(finest), axis=0)
    found = [tape.gradient(smoothed, finest, output_gradients=parts[0])]
    for level, part in enumerate(parts[1:], 1):
        along = _interpolation(level)
        found.append(by_window(after(part, found[-1]), along, along))
    return found


def _at_own_nodes(window: tf.Tensor) -> list[tf.Tensor]:
    """Return value and slopes of the finest grid at a block's points, its own nodes."""
    smooth = _smoothed(window, 1)
    right = 0.5 * (smooth[:, 2:] - smooth[:, :-2])
    across = smooth[:, 1:-1]
    down = _smoothed(across, 0)
    return [down[1:-1], 0.5 * (down[2:] - down[:-2]), _smoothed(right, 0)[1:-1]]


def _smoothed(values: tf.Tensor, axis: int) -> tf.Tensor:
    """Return splines at the nodes, but not at the first two and the last two of an axis."""
    if axis == 1:
        return values[:, 2:-2] * (4 / 6) + (values[:, 1:-3] + values[:, 3:-1]) * (1 / 6)
    return values[2:-2] * (4 / 6) + (values[1:-3] + values[3:-1]) * (1 / 6)


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
        found = features(own)
        with tf.GradientTape() as tape:
            tape.watch([found, *matrices])
            wrong = colors(found, matrices) - target
            error = tf.reduce_sum(weight * tf.square(wrong))
        by_features, *by_matrices = tape.gradient(error, [found, *matrices])
        return error, *by_windows(by_features), *by_matrices

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
