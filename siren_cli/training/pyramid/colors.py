"""The tf.data pipeline: the tiles of a picture, one element a step.

A step sees every pixel once, so every element is the same: the tiles of all replicas, which
each take their own. Colors are planar, block by block, as XLA computes them.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.model.pyramid.shape import PyramidShape
from siren_cli.pictures.picture import Pixels
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.cell_rows import RowWindow
from siren_cli.training.pyramid.objective import Tiles
from siren_cli.training.pyramid.synthesis import BLOCK_SIDE
from siren_cli.training.pyramid.tile_shape import TileShape

# Elements that are prepared before they are asked for.
PREFETCHED_ELEMENTS = 2
# What middle gray is; colors are trained around it.
MIDDLE = np.float32(0.5)


def replica_tiles(source: PixelSource, shape: PyramidShape, replicas: int) -> tuple[Tiles, ...]:
    """Return the tiles of each replica; the last ones may only fill up.

    Args:
        source: The picture, which is read once.
        shape: Its tiles.
        replicas: Number of replicas.
    """
    tiles = shape.tiles()
    share = -(-len(tiles) // replicas)
    places = np.zeros((share * replicas, 2), np.int32)
    places[: len(tiles)] = tiles
    sides = np.array([shape.tile_height, shape.tile_width], np.int32)
    inside = np.minimum(sides, (shape.height, shape.width) - places * sides).astype(np.int32)
    inside[len(tiles) :] = 0
    tile = TileShape(shape.tile_height, shape.tile_width)
    colors = np.zeros((len(places), *colors_shape(tile, source.facts.channels)), np.float32)
    for number, own in enumerate(tile_colors(source, shape)):
        colors[number] = own
    parts = (np.split(each, replicas) for each in (places, inside, colors))
    return tuple(Tiles(*each) for each in zip(*parts, strict=True))


def elements(tiles: tuple[Tiles, ...]) -> tf.data.Dataset:
    """Return the pipeline: every element has the tiles of all replicas."""
    options = tf.data.Options()
    # There is nothing to tune, and the tuner's thread takes a second to end.
    options.autotune.enabled = False
    # There is nothing to improve either, and it would copy all colors.
    options.experimental_optimization.apply_default_optimizations = False
    return (
        tf.data.Dataset.from_tensors(tiles)
        .repeat()
        .prefetch(PREFETCHED_ELEMENTS)
        .with_options(options)
    )


def tile_colors(source: PixelSource, shape: PyramidShape) -> Iterator[Pixels]:
    """Yield the colors of every tile around 0, (blocks, channels, pixels of a block).

    Pixels beyond the picture repeat its last ones.
    """
    window = RowWindow(source)
    for row in range(shape.rows):
        y = _places(row, shape.tile_height, shape.height)
        rows = window.take(int(y[0]), int(y[-1]) + 1)[y - y[0]]
        for column in range(shape.columns):
            x = _places(column, shape.tile_width, shape.width)
            yield _in_blocks(rows[:, x] - MIDDLE)


def _places(number: int, side: int, length: int) -> NDArray[np.int64]:
    return np.minimum(np.arange(number * side, (number + 1) * side), length - 1)


def colors_shape(tile: TileShape, channels: int) -> tuple[int, int, int]:
    """Return the shape of the colors of a tile: (blocks, channels, pixels of a block)."""
    pixels = BLOCK_SIDE * BLOCK_SIDE
    return tile.height * tile.width // pixels, channels, pixels


def _in_blocks(pixels: Pixels) -> Pixels:
    height, width, channels = pixels.shape
    parts = pixels.reshape(
        height // BLOCK_SIDE, BLOCK_SIDE, width // BLOCK_SIDE, BLOCK_SIDE, channels
    )
    blocks: Any = parts.transpose(0, 2, 4, 1, 3)
    colors: Pixels = blocks.reshape(-1, channels, BLOCK_SIDE * BLOCK_SIDE)
    return colors
