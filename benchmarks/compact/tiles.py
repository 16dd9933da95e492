"""Grids cut into tiles, and tiles into blocks whose bits are counted at once."""

from typing import Any, NamedTuple

import tensorflow as tf

from benchmarks.compact.pyramid import GRID_FEATURES, Grid

# Latents whose bits are counted at once.
CHUNK_LATENTS = 2048


class Blocks(NamedTuple):
    """How a grid is cut: the side of a tile in nodes, and the rows and tiles of a block."""

    side: int
    rows: int
    tiles: int


def blocks(grid: Grid, tile: int) -> Blocks:
    """Return how a grid is cut into blocks of about CHUNK_LATENTS.

    Args:
        grid: The grid.
        tile: Side of a tile in pixels; it divides the sides of the picture.
    """
    side = tile // grid.spacing
    rows = min(side, max(1, CHUNK_LATENTS // side))
    tiles = (grid.height // side) * (grid.width // side)
    most = max(1, CHUNK_LATENTS // (side * rows))
    return Blocks(side, rows, max(n for n in range(1, most + 1) if tiles % n == 0))


@tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
def windows(grid: tf.Tensor, cut: Blocks) -> Any:
    """Return the blocks of a grid with what lies above and beside them in their tiles."""
    side, rows, tiles = cut
    tile = tf.pad(_tiles(grid[None], side)[0], ((0, 0), (2, 0), (2, 2)))
    parts = [tile[:, start : start + rows + 2] for start in range(0, side, rows)]
    return tf.reshape(tf.stack(parts, axis=1), (-1, tiles, rows + 2, side + 4))


@tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
def from_windows(windows: tf.Tensor, height: int, width: int, cut: Blocks) -> Any:
    """Return the sum of windows at their places, shape (height, width)."""
    side, rows, _ = cut
    parts = tf.reshape(windows, (-1, side // rows, rows + 2, side + 4))[..., 2:-2]
    tiles = tf.reshape(parts[:, :, 2:], (-1, side, side))
    if side > rows:
        # The two rows above a block are the last ones of the block before it.
        above = tf.pad(parts[:, 1:, :2], ((0, 0), (0, 1), (rows - 2, 0), (0, 0)))
        tiles += tf.reshape(above, (-1, side, side))
    return _from_tiles(tiles[None], height, width)[0]


@tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
def parent_blocks(parent: tf.Tensor, cut: Blocks) -> Any:
    """Return features (GRID_FEATURES, height, width) as blocks, which come first."""
    side, rows, tiles = cut
    parts = tf.reshape(_tiles(parent, side), (GRID_FEATURES, -1, tiles, rows, side))
    return tf.transpose(parts, (1, 0, 2, 3, 4))


@tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
def from_parent_blocks(parts: tf.Tensor, height: int, width: int, cut: Blocks) -> Any:
    """Return blocks of features at their places, shape (GRID_FEATURES, height, width)."""
    tiles = tf.reshape(
        tf.transpose(parts, (1, 0, 2, 3, 4)), (GRID_FEATURES, -1, cut.side, cut.side)
    )
    return _from_tiles(tiles, height, width)


def _tiles(maps: tf.Tensor, side: int) -> tf.Tensor:
    """Return maps (n, height, width) as tiles (n, tiles, side, side)."""
    count, height, width = maps.shape
    cut = tf.reshape(maps, (count, height // side, side, width // side, side))
    return tf.reshape(tf.transpose(cut, (0, 1, 3, 2, 4)), (count, -1, side, side))


def _from_tiles(tiles: tf.Tensor, height: int, width: int) -> tf.Tensor:
    count, _, side, _ = tiles.shape
    cut = tf.reshape(tiles, (count, height // side, width // side, side, side))
    return tf.reshape(tf.transpose(cut, (0, 1, 3, 2, 4)), (count, height, width))
