"""The network that predicts latents, and the bits that it leaves.

A latent is predicted from twelve latents of its grid that come before it, row by row, and
from value and slopes of the next coarser grid at its place. The prediction is a Laplace
distribution. Tiles are coded alone: no prediction looks into another tile of its own grid.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from benchmarks.compact.pyramid import GRID_FEATURES, LEVELS
from benchmarks.compact.tables import LOG_SCALE_STEPS, LOWEST_LOG_SCALE, SCALES, WHOLE
from benchmarks.compact.tiles import (
    Blocks,
    from_parent_blocks,
    from_windows,
    parent_blocks,
    windows,
)

# Rows and columns from a latent to those that predict it.
NEIGHBORS = (
    *((-2, column) for column in range(-2, 3)),
    *((-1, column) for column in range(-2, 3)),
    (0, -2),
    (0, -1),
)
INPUTS = len(NEIGHBORS) + GRID_FEATURES
# Fewest chunks that are worth a part of their own.
CHUNKS_OF_A_PART = 8
# No latent is less probable, for tables have no smaller part of their whole.
LEAST_PROBABILITY = 1 / WHOLE
# Bounds of the logarithm of a distribution's scale: those of the tables.
LOG_SCALES = (LOWEST_LOG_SCALE, LOWEST_LOG_SCALE + (SCALES - 1) / LOG_SCALE_STEPS)


class Bits(NamedTuple):
    """Bits of latents, and their gradients.

    Attributes:
        levels: Bits of each grid, shape (levels,).
        by_latents: Gradient by the latents, shape (size,).
        by_parents: Gradient by the features of coarser grids, for each grid but the coarsest.
        by_matrices: Gradients by the matrices.
    """

    levels: tf.Tensor
    by_latents: tf.Tensor
    by_parents: list[tf.Tensor]
    by_matrices: list[tf.Tensor]


def count(
    matrices: Sequence[tf.Tensor],
    grids: Sequence[tf.Tensor],
    parents: Sequence[tf.Tensor],
    cuts: Sequence[Blocks],
) -> Bits:
    """Return the bits of latents.

    Args:
        matrices: Those of the context model.
        grids: The latents of each grid.
        parents: Features of the next coarser grid at the nodes of each grid but the coarsest,
            shape (GRID_FEATURES, height, width).
        cuts: How each grid is cut.
    """
    levels, by_latents, by_parents = [], [], []
    by_matrices = [tf.zeros_like(matrix) for matrix in matrices]
    for level, (grid, cut) in enumerate(zip(grids, cuts, strict=True)):
        orphan = level == LEVELS - 1
        parent = tf.zeros((GRID_FEATURES, *grid.shape)) if orphan else parents[level]
        bits, by_grid, by_parent, by_weights = _count_level(
            _of_level(matrices, level), grid, parent, cut
        )
        levels.append(bits)
        by_latents.append(tf.reshape(by_grid, (-1,)))
        by_parents.append(by_parent)
        by_matrices = [
            total + _to_all(gradient, total.shape[1], level)
            for total, gradient in zip(by_matrices, by_weights, strict=True)
        ]
    return Bits(tf.stack(levels), tf.concat(by_latents, 0), by_parents[:-1], by_matrices)


def _of_level(matrices: Sequence[tf.Tensor], level: int) -> list[tf.Tensor]:
    """Return the matrices with the biases of one level alone."""
    first, second, last = matrices

    def alone(matrix: tf.Tensor) -> tf.Tensor:
        start = matrix.shape[1] - LEVELS
        return tf.concat([matrix[:, :start], matrix[:, start + level, None]], axis=1)

    return [alone(first), second, alone(last)]


def _to_all(gradient: tf.Tensor, columns: int, level: int) -> tf.Tensor:
    """Return the gradient by a matrix of all levels from that of one level."""
    if gradient.shape[1] == columns:
        return gradient
    behind = LEVELS - 1 - level
    weights, bias = gradient[:, :-1], gradient[:, -1:]
    return tf.concat([weights, tf.pad(bias, ((0, 0), (level, behind)))], axis=1)


def _count_level(
    matrices: Sequence[tf.Tensor], grid: tf.Tensor, parent: tf.Tensor, cut: Blocks
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, list[tf.Tensor]]:
    blocks = windows(grid, cut)
    near = parent_blocks(parent, cut)
    parts = _parts(blocks.shape[0])
    done = [
        _count_blocks(window, each, matrices)
        for window, each in zip(tf.split(blocks, parts), tf.split(near, parts), strict=True)
    ]
    bits, by_windows, by_near, by_matrices = zip(*done, strict=True)
    by_grid = from_windows(tf.concat(by_windows, 0), grid.shape[0], grid.shape[1], cut)
    by_parent = from_parent_blocks(tf.concat(by_near, 0), grid.shape[0], grid.shape[1], cut)
    return (
        tf.add_n(bits),
        by_grid,
        by_parent,
        [tf.add_n(each) for each in zip(*by_matrices, strict=True)],
    )


def _parts(chunks: int) -> int:
    """Return in how many parts the chunks of a grid run side by side: few have one."""
    enough = [n for n in (4, 2) if chunks % n == 0 and chunks >= CHUNKS_OF_A_PART * n]
    return enough[0] if enough else 1


@tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
def _count_blocks(
    windows: tf.Tensor, parents: tf.Tensor, matrices: Sequence[tf.Tensor]
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, list[tf.Tensor]]:
    def chunk(pair: tuple[tf.Tensor, tf.Tensor]) -> tuple[tf.Tensor, ...]:
        with tf.GradientTape() as tape:
            tape.watch([*pair, *matrices])
            bits = tf.reduce_sum(_block_bits(*pair, matrices))
        return bits, *tape.gradient(bits, [*pair, *matrices])

    shapes = [(), windows.shape[1:], parents.shape[1:], *(each.shape for each in matrices)]
    signature = tuple(tf.TensorSpec(shape) for shape in shapes)
    bits, by_windows, by_parents, *rest = tf.map_fn(
        chunk, (windows, parents), fn_output_signature=signature
    )
    by_matrices = [tf.reduce_sum(each, axis=0) for each in rest]
    return tf.reduce_sum(bits), by_windows, by_parents, by_matrices


def _block_bits(
    window: tf.Tensor, parent: tf.Tensor, matrices: Sequence[tf.Tensor]
) -> tf.Tensor:
    """Return the bits of a block's latents.

    Args:
        window: The latents with two more rows above and two columns at each side, shape
            (tiles, rows + 2, side + 4).
        parent: Features of the coarser grid, shape (GRID_FEATURES, tiles, rows, side).
        matrices: Those of the context model, with one bias each.
    """
    tiles, rows, side = parent.shape[1:]

    def shifted(row: int, column: int) -> tf.Tensor:
        return window[:, 2 + row : 2 + row + rows, 2 + column : 2 + column + side]

    neighbors = tf.stack([shifted(*offset) for offset in NEIGHBORS])
    inputs = tf.reshape(tf.concat([neighbors, parent], axis=0), (INPUTS, tiles * rows * side))
    latents = tf.reshape(shifted(0, 0), (1, -1))
    first, second, last = matrices
    hidden = tf.nn.relu(first[:, :-1] @ inputs + first[:, -1:])
    hidden = tf.nn.relu(second[:, :-1] @ hidden + second[:, -1:])
    prediction = last[:, :-1] @ tf.concat([hidden, inputs], axis=0) + last[:, -1:]
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
