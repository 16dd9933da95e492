"""The blocks of latents in which a tile's bits are computed."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from siren_cli.model.pyramid.shape import LEVELS
from siren_cli.model.pyramid.splines import MARGIN
from siren_cli.training.pyramid.tile_shape import TileShape
from siren_cli.training.pyramid.windows import Cut, Windows

# Rows and columns of a block of latents.
BLOCK = (32, 64)
BLOCK_LATENTS = BLOCK[0] * BLOCK[1]
# Rows above a block and columns on either side of it from which it is predicted.
REACH = 2


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


class BlockParts(NamedTuple):
    """What a block is computed from, or all blocks one after the other.

    Attributes:
        own: Its window of the grid.
        coarser: Its window of the next coarser grid.
        weights: 1 for latents of the picture and 0 for others.
        level: 1 for the level of the grid and 0 for the others, shape (1, LEVELS).
    """

    own: tf.Tensor
    coarser: tf.Tensor
    weights: tf.Tensor
    level: tf.Tensor


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


def block_parts(
    shape: TileShape,
    latents: tf.Tensor,
    cuts: Sequence[LevelBlocks],
    masks: Sequence[tf.Tensor],
) -> BlockParts:
    """Return what all blocks of a tile are computed from."""
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
    own, coarser = tf.concat(own, axis=0), tf.concat(coarser, axis=0)
    return BlockParts(own, coarser, weights, tf.constant(levels)[:, None])


def inside_picture(nodes: tuple[int, int], inside: tf.Tensor, level: int) -> tf.Tensor:
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
