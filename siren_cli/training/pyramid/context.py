"""The bits of a tile's latents, and their gradients.

A latent is predicted from twelve latents of its grid that come before it in its tile, and
from value and slopes of the next coarser grid at its place. The prediction is a Laplace
distribution. It is made block by block, of as many latents as a core's cache holds.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from siren_cli.model.pyramid.networks import CONTEXT_INPUTS, NEIGHBORS
from siren_cli.model.pyramid.shape import LEVELS
from siren_cli.model.pyramid.splines import MARGIN
from siren_cli.training.pyramid.canvas import without_repetitions
from siren_cli.training.pyramid.interpolation import (
    after,
    by_window,
    interpolated,
    interpolation,
)
from siren_cli.training.pyramid.tile_shape import TileShape, joined
from siren_cli.training.pyramid.windows import Cut, Windows

# Rows and columns of a block of latents.
BLOCK = (32, 64)
BLOCK_LATENTS = BLOCK[0] * BLOCK[1]
# Rows above a block and columns on either side of it from which it is predicted.
REACH = 2
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


class LevelBlocks(NamedTuple):
    """How the nodes of a grid in a tile are cut into blocks.

    Attributes:
        nodes: Rows and columns of the tile's nodes.
        own: The blocks' windows of the grid.
        coarser: Those of the next coarser grid.
    """

    nodes: tuple[int, int]
    own: Windows
    coarser: Windows

    @property
    def missing(self) -> tuple[int, int]:
        """Rows and columns that the tile lacks to be made of whole blocks."""
        counts = (self.own.y.number, self.own.x.number)
        y, x = (n * side for n, side in zip(counts, BLOCK, strict=True))
        return y - self.nodes[0], x - self.nodes[1]


def blocks(shape: TileShape) -> list[LevelBlocks]:
    """Return how every grid of a tile is cut."""
    found = []
    for nodes in shape.nodes:
        counts = [-(-n // side) for n, side in zip(nodes, BLOCK, strict=True)]
        own = Windows(
            Cut(counts[0], BLOCK[0] + REACH, BLOCK[0]),
            Cut(counts[1], BLOCK[1] + 2 * REACH, BLOCK[1]),
        )
        coarser = Windows(
            *(
                Cut(count, side // 2 + 2 * MARGIN, side // 2)
                for count, side in zip(counts, BLOCK, strict=True)
            )
        )
        found.append(LevelBlocks(nodes, own, coarser))
    return found


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
    masks = [_inside(nodes, inside, level) for level, nodes in enumerate(shape.nodes)]
    own, coarser = [], []
    grids = [each[MARGIN:-MARGIN, MARGIN:-MARGIN] for each in shape.split(latents)]
    for level, cut in enumerate(cuts):
        own.append(cut.own.of(_surrounded(grids[level] * masks[level], cut)))
        above = grids[level + 1] if level + 1 < LEVELS else tf.zeros((1, 1))
        coarser.append(cut.coarser.of(_repeated(above, cut)))
    weights = tf.concat(
        [_in_blocks(mask, cut) for mask, cut in zip(masks, cuts, strict=True)],
        axis=0,
    )
    levels = np.repeat(np.eye(LEVELS, dtype=np.float32), [c.own.number for c in cuts], axis=0)

    def block(parts: Any) -> tuple[tf.Tensor, ...]:
        window, near, weight, level = parts
        with tf.GradientTape() as shifting:
            shifting.watch(window)
            shifted = _shifted(window)
        found = tf.concat([shifted, *interpolated(near, *DOUBLING)], axis=0)
        with tf.GradientTape() as tape:
            tape.watch([found, *matrices])
            bits = tf.reduce_sum(weight * _bits(found, level, matrices))
        by_found, *by_matrices = tape.gradient(bits, [found, *matrices])
        by_shifted, by_near = tf.split(by_found, (len(SHIFTS) * BLOCK[0], -1))
        by_own = shifting.gradient(shifted, window, output_gradients=by_shifted)
        return bits, by_own, by_window(after(by_near, by_own), *DOUBLING), *by_matrices

    own, coarser = tf.concat(own, axis=0), tf.concat(coarser, axis=0)
    outputs = [(), own.shape[1:], coarser.shape[1:], *(each.shape for each in matrices)]
    bits, by_own, by_coarser, *rest = tf.map_fn(
        block,
        (own, coarser, weights, tf.constant(levels)[:, None]),
        fn_output_signature=tuple(tf.TensorSpec(each) for each in outputs),
    )
    by_grids = _by_grids(cuts, masks, by_own, by_coarser)
    around = ((MARGIN, MARGIN), (MARGIN, MARGIN))
    return ContextGradients(
        tf.reduce_sum(bits),
        joined([tf.pad(each, around) for each in by_grids]),
        [tf.reduce_sum(each, axis=0) for each in rest],
    )


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


def _inside(nodes: tuple[int, int], inside: tf.Tensor, level: int) -> tf.Tensor:
    """Return 1 for nodes of the picture and 0 for others, in the shape of the nodes."""
    rows, columns = (
        tf.cast(tf.range(side) * (1 << level) < inside[n], tf.float32)
        for n, side in enumerate(nodes)
    )
    return rows[:, None] * columns


def _surrounded(grid: tf.Tensor, cut: LevelBlocks) -> tf.Tensor:
    y, x = cut.missing
    return tf.pad(grid, ((REACH, y), (REACH, REACH + x)))


def _in_blocks(grid: tf.Tensor, cut: LevelBlocks) -> tf.Tensor:
    """Return a map of nodes as blocks, shape (blocks, BLOCK_LATENTS)."""
    y, x = cut.missing
    parts = tf.reshape(
        tf.pad(grid, ((0, y), (0, x))), (-1, BLOCK[0], cut.own.x.number, BLOCK[1])
    )
    return tf.reshape(tf.transpose(parts, (0, 2, 1, 3)), (-1, BLOCK_LATENTS))


def _repeated(grid: tf.Tensor, cut: LevelBlocks) -> tf.Tensor:
    """Return a grid that its last nodes go on, as far as the blocks reach."""
    rows, columns = _places(grid.shape[0], cut.coarser.y), _places(grid.shape[1], cut.coarser.x)
    return tf.gather(tf.gather(grid, rows), columns, axis=1)


def _places(nodes: int, cut: Cut) -> list[int]:
    return [min(max(n - MARGIN, 0), nodes - 1) for n in range(cut.length)]


def _shifted(window: tf.Tensor) -> tf.Tensor:
    """Return the latents of a block and their neighbors, below each other."""
    rows, columns = BLOCK
    starts = [(REACH + y, REACH + x) for y, x in SHIFTS]
    return tf.concat([window[y : y + rows, x : x + columns] for y, x in starts], axis=0)


def _bits(found: tf.Tensor, level: tf.Tensor, matrices: Sequence[tf.Tensor]) -> tf.Tensor:
    """Return the bits of a block's latents, shape (1, BLOCK_LATENTS).

    Args:
        found: The latents, their neighbors, and features of the coarser grid, below each other.
        level: 1 for the level of the grid and 0 for the others, shape (1, LEVELS).
        matrices: Those of the context model.
    """
    flat = tf.reshape(found, (-1, BLOCK_LATENTS))
    latents, inputs = flat[:1], flat[1:]
    first, second, last = matrices
    weights, biases = first[:, :CONTEXT_INPUTS], first[:, CONTEXT_INPUTS:]
    hidden = tf.nn.relu(weights @ inputs + tf.reduce_sum(biases * level, axis=1, keepdims=True))
    hidden = tf.nn.relu(second[:, :-1] @ hidden + second[:, -1:])
    weights, biases = last[:, :-LEVELS], last[:, -LEVELS:]
    prediction = weights @ tf.concat([hidden, inputs], axis=0) + tf.reduce_sum(
        biases * level, axis=1, keepdims=True
    )
    return laplace_bits(latents, prediction[:1], prediction[1:])


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
