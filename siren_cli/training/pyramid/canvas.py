"""The windows of a picture's tiles in its grids, and the sum of windows in the grids.

Sizes of pictures are tensors, so that one traced step serves pictures of all sizes.
"""

from typing import Any, NamedTuple

import tensorflow as tf

from siren_cli.model.pyramid.splines import MARGIN
from siren_cli.training.pyramid.tile_shape import TileShape
from siren_cli.training.pyramid.windows import Cut, Windows


class Canvas(NamedTuple):
    """The windows of all tiles of one grid.

    A canvas is the grid with the nodes around it that windows reach: they repeat its ends.

    Attributes:
        first: Number of the grid's first latent among those of all grids.
        sides: Rows and columns of the grid.
        windows: How its canvas is cut.
    """

    first: Any
    sides: tuple[Any, Any]
    windows: Windows

    def numbers(self, place: tf.Tensor) -> tf.Tensor:
        """Return the numbers of the latents in the window of a tile, (rows, columns).

        Args:
            place: The tile's row and column.
        """
        rows, columns = (
            tf.clip_by_value(place[axis] * cut.step + tf.range(cut.size) - MARGIN, 0, side - 1)
            for axis, (cut, side) in enumerate(zip(self.windows, self.sides, strict=True))
        )
        return self.first + rows[:, None] * self.sides[1] + columns

    def summed(self, windows: tf.Tensor) -> tf.Tensor:
        """Return the gradient by a grid's values from those by the windows of all tiles."""
        found = self.windows.sum(windows)
        for axis, length in enumerate(self.sides):
            found = without_repetitions(found, length, axis)
        return found


def without_repetitions(repeated: tf.Tensor, length: Any, axis: int) -> tf.Tensor:
    """Return the gradient by an axis from that by it with repeated ends.

    Args:
        repeated: The gradient by the axis with MARGIN repetitions of its first value before
            it, and as many of its last value behind it as there are.
        length: Length of the axis.
        axis: Its number.
    """
    parts = tf.split(repeated, tf.stack((MARGIN, length, -1)), axis)
    first, last = (tf.reduce_sum(each, axis, keepdims=True) for each in parts[::2])
    lines = []
    for line, place in ((first, 0), (last, length - 1)):
        padding: list[tuple[Any, Any]] = [(0, 0), (0, 0)]
        padding[axis] = (place, length - 1 - place)
        lines.append(tf.pad(line, padding))
    return tf.add_n([parts[1], *lines])


class Canvases:
    """The canvases of a picture.

    Args:
        tile: The shape of its tiles.
        sides: Its rows and columns of pixels, shape (2,).

    Attributes:
        tiles: Number of its tiles.
    """

    def __init__(self, tile: TileShape, sides: tf.Tensor) -> None:
        self._tile = tile
        counts = [
            -(-sides[axis] // side) for axis, side in enumerate((tile.height, tile.width))
        ]
        self.tiles = counts[0] * counts[1]
        self._canvases, first = [], 0
        for level, nodes in enumerate(tile.nodes):
            y, x = (-(-sides[axis] // (1 << level)) for axis in range(2))
            cuts = [
                Cut(count, own + 2 * MARGIN, own)
                for count, own in zip(counts, nodes, strict=True)
            ]
            self._canvases.append(Canvas(first, (y, x), Windows(*cuts)))
            first += y * x

    def numbers(self, place: tf.Tensor) -> tf.Tensor:
        """Return the numbers of the latents in the windows of a tile, as one vector.

        Args:
            place: The tile's row and column.
        """
        parts = [tf.reshape(each.numbers(place), (-1,)) for each in self._canvases]
        return tf.concat(parts, axis=0)

    def summed(self, windows: tf.Tensor) -> tf.Tensor:
        """Return the gradient by all latents from those by the windows of all tiles.

        Args:
            windows: Shape (tiles, latents of a tile's windows).
        """
        parts = tf.split(windows, self._tile.sizes, axis=1)
        found = [
            tf.reshape(each.summed(part), (-1,))
            for each, part in zip(self._canvases, parts, strict=True)
        ]
        return tf.concat(found, axis=0)
