"""The bits of a tile's latents, and their gradients.

A latent is predicted from twelve latents of its grid that come before it in its tile, and
from value and slopes of the next coarser grid at its place. The prediction is a Laplace
distribution. It is made block by block, of as many latents as a core's cache holds.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from siren_cli.model.pyramid.networks import CONTEXT_INPUTS, NEIGHBORS
from siren_cli.model.pyramid.shape import LEVELS
from siren_cli.model.pyramid.splines import MARGIN
from siren_cli.training.pyramid.canvas import without_repetitions
from siren_cli.training.pyramid.context_blocks import (
    BLOCK,
    BLOCK_LATENTS,
    REACH,
    BlockParts,
    LevelBlocks,
    block_parts,
    blocks,
    inside_picture,
)
from siren_cli.training.pyramid.interpolation import (
    after,
    by_window,
    interpolated,
    interpolation,
)
from siren_cli.training.pyramid.tile_shape import TileShape, joined

# From a latent to itself and its neighbors.
SHIFTS = ((0, 0), *NEIGHBORS)
# What takes nodes of the next coarser grid to those of a block, along rows and columns.
DOUBLING = tuple(interpolation(side, 2) for side in BLOCK)
# No latent is less probable: tables have no smaller part of their whole.
LEAST_PROBABILITY = 2.0**-16
# Bounds of the logarithm of a distribution's scale: those of the tables.
LOG_SCALES = (-4.0, 5.0)


class ContextGradients(NamedTuple):
    """The bits of a tile's latents and their gradients.

    Attributes:
        bits: Their sum.
        by_latents: Gradient by the tile's windows.
        by_matrices: Gradients by the matrices of the context model.
    """

    bits: tf.Tensor
    by_latents: tf.Tensor
    by_matrices: list[tf.Tensor]


def gradients(
    shape: TileShape, latents: tf.Tensor, inside: tf.Tensor, matrices: Sequence[tf.Tensor]
) -> ContextGradients:
    """Return the bits of a tile's latents and their gradients; XLA compiles it as a whole.

    Args:
        shape: The shape of the tile.
        latents: Its windows.
        inside: Rows and columns of its pixels that are the picture's.
        matrices: Those of the context model.
    """
    cuts = blocks(shape)
    masks = [inside_picture(nodes, inside, level) for level, nodes in enumerate(shape.nodes)]
    parts = block_parts(shape, latents, cuts, masks)
    outputs = [(), *(each.shape[1:] for each in parts[:2]), *(each.shape for each in matrices)]
    bits, by_own, by_coarser, *rest = tf.map_fn(
        lambda part: _of_block(part, matrices),
        parts,
        fn_output_signature=tuple(tf.TensorSpec(each) for each in outputs),
    )
    by_grids = _by_grids(cuts, masks, by_own, by_coarser)
    around = ((MARGIN, MARGIN), (MARGIN, MARGIN))
    return ContextGradients(
        tf.reduce_sum(bits),
        joined([tf.pad(each, around) for each in by_grids]),
        [tf.reduce_sum(each, axis=0) for each in rest],
    )


def _of_block(part: BlockParts, matrices: Sequence[tf.Tensor]) -> tuple[tf.Tensor, ...]:
    """Return the bits of a block, and their gradients by its windows and by the matrices."""
    with tf.GradientTape() as shifting:
        shifting.watch(part.own)
        shifted = _shifted(part.own)
    found = tf.concat([shifted, *interpolated(part.coarser, *DOUBLING)], axis=0)
    with tf.GradientTape() as tape:
        tape.watch([found, *matrices])
        flat = tf.reshape(found, (-1, BLOCK_LATENTS))
        predicted = prediction(flat[1:], part.level, matrices)
        bits = tf.reduce_sum(part.weights * laplace_bits(flat[:1], *predicted))
    by_found, *by_matrices = tape.gradient(bits, [found, *matrices])
    by_shifted, by_near = tf.split(by_found, (len(SHIFTS) * BLOCK[0], -1))
    by_own = shifting.gradient(shifted, part.own, output_gradients=by_shifted)
    return bits, by_own, by_window(after(by_near, by_own), *DOUBLING), *by_matrices


def _by_grids(
    cuts: Sequence[LevelBlocks],
    masks: Sequence[tf.Tensor],
    by_own: tf.Tensor,
    by_coarser: tf.Tensor,
) -> list[tf.Tensor]:
    """Return the gradient by the nodes of every grid from those by blocks."""
    counts = [cut.own.number for cut in cuts]
    found = []
    for cut, mask, windows in zip(cuts, masks, tf.split(by_own, counts), strict=True):
        rows, columns = cut.nodes
        whole = cut.own.sum(windows)
        found.append(mask * whole[REACH : REACH + rows, REACH : REACH + columns])
    for level, windows in enumerate(tf.split(by_coarser, counts)[:-1]):
        by_grid = cuts[level].coarser.sum(windows)
        for axis, length in enumerate(found[level + 1].shape):
            by_grid = without_repetitions(by_grid, length, axis)
        found[level + 1] += by_grid
    return found


def _shifted(window: tf.Tensor) -> tf.Tensor:
    """Return the latents of a block and their neighbors, below each other."""
    rows, columns = BLOCK
    starts = [(REACH + y, REACH + x) for y, x in SHIFTS]
    return tf.concat([window[y : y + rows, x : x + columns] for y, x in starts], axis=0)


def prediction(
    inputs: tf.Tensor, level: tf.Tensor, matrices: Sequence[tf.Tensor]
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return means and logarithms of the scales of latents, shape (1, latents).

    Args:
        inputs: Neighbors and features of the coarser grid, shape (CONTEXT_INPUTS, latents).
        level: 1 for the level of the grid and 0 for the others, shape (1, LEVELS).
        matrices: Those of the context model.
    """
    first, second, last = matrices
    weights, biases = first[:, :CONTEXT_INPUTS], first[:, CONTEXT_INPUTS:]
    hidden = tf.nn.relu(weights @ inputs + tf.reduce_sum(biases * level, axis=1, keepdims=True))
    hidden = tf.nn.relu(second[:, :-1] @ hidden + second[:, -1:])
    weights, biases = last[:, :-LEVELS], last[:, -LEVELS:]
    predicted = weights @ tf.concat([hidden, inputs], axis=0) + tf.reduce_sum(
        biases * level, axis=1, keepdims=True
    )
    return predicted[:1], predicted[1:]


def laplace_bits(values: tf.Tensor, mean: tf.Tensor, log_scale: tf.Tensor) -> tf.Tensor:
    """Return the bits of whole numbers, or of numbers between them while training.

    They are -log2 of the probability that a Laplace distribution gives to the interval of
    length 1 around the value (Balle et al. 2018, arXiv:1802.01436, section 2).
    """
    rate = tf.exp(-tf.clip_by_value(log_scale, *LOG_SCALES))
    distance = tf.abs(values - mean)
    near = tf.exp(-tf.abs(distance - 0.5) * rate)
    far = tf.exp(-(distance + 0.5) * rate)
    inside = 1 - 0.5 * (near + far)
    probability = tf.where(distance >= 0.5, 0.5 * (near - far), inside)  # noqa: PLR2004
    return -tf.math.log(probability + LEAST_PROBABILITY) / math.log(2)
