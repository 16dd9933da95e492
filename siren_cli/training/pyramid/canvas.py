"""The grids of a picture, the windows of its tiles, and the sum of windows in the grids."""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from siren_cli.model.pyramid.shape import GridShape, PyramidShape
from siren_cli.model.pyramid.splines import MARGIN
from siren_cli.training.pyramid.tile_shape import TileShape
from siren_cli.training.pyramid.windows import Cut, Windows


class Canvas(NamedTuple):
    """The windows of all tiles of one grid.

    A canvas is the grid with the nodes around it that windows reach: they repeat its ends.

    Attributes:
        grid: The grid.
        windows: How its canvas is cut.
    """

    grid: GridShape
    windows: Windows

    def of(self, values: tf.Tensor) -> tf.Tensor:
        """Return the canvas of a grid's values."""
        for axis, length in enumerate((self.grid.height, self.grid.width)):
            behind = self.windows[axis].length - MARGIN - length
            first, last = (tf.gather(values, [place], axis=axis) for place in (0, length - 1))
            parts = [tf.repeat(first, MARGIN, axis), values, tf.repeat(last, behind, axis)]
            values = tf.concat(parts, axis)
        return values

    def summed(self, windows: tf.Tensor) -> tf.Tensor:
        """Return the gradient by a grid's values from those by the windows of all tiles."""
        found = self.windows.sum(windows)
        for axis, length in enumerate((self.grid.height, self.grid.width)):
            found = without_repetitions(found, length, axis)
        return found


def without_repetitions(repeated: tf.Tensor, length: int, axis: int) -> tf.Tensor:
    """Return the gradient by an axis from that by it with repeated ends.

    Args:
        repeated: The gradient by the axis with MARGIN repetitions of its first value before
            it, and as many of its last value behind it as there are.
        length: Length of the axis.
        axis: Its number.
    """
    behind = repeated.shape[axis] - MARGIN - length
    parts = tf.split(repeated, (MARGIN, length, behind), axis)
    first, last = (tf.reduce_sum(each, axis, keepdims=True) for each in parts[::2])
    lines = []
    for line, place in ((first, 0), (last, length - 1)):
        padding = [(0, 0), (0, 0)]
        padding[axis] = (place, length - 1 - place)
        lines.append(tf.pad(line, padding))
    return tf.add_n([parts[1], *lines])


class Canvases:
    """The canvases of a picture.

    Args:
        shape: Its grids and tiles.

    Attributes:
        tile: The shape of a tile.
    """

    def __init__(self, shape: PyramidShape) -> None:
        self.tile = TileShape(shape.tile_height, shape.tile_width)
        self._sizes = [grid.height * grid.width for grid in shape.grids]
        counts = (shape.rows, shape.columns)
        self._canvases = [
            Canvas(
                grid,
                Windows(
                    *(
                        Cut(count, own + 2 * MARGIN, own)
                        for count, own in zip(counts, nodes, strict=True)
                    )
                ),
            )
            for grid, nodes in zip(shape.grids, self.tile.nodes, strict=True)
        ]

    def split(self, latents: tf.Tensor) -> list[tf.Tensor]:
        """Return the values of all grids, one after the other, as one array for each."""
        return [
            tf.reshape(part, (each.grid.height, each.grid.width))
            for part, each in zip(tf.split(latents, self._sizes), self._canvases, strict=True)
        ]

    def of(self, latents: tf.Tensor) -> list[tf.Tensor]:
        """Return the canvas of every grid."""
        grids = self.split(latents)
        return [each.of(grid) for each, grid in zip(self._canvases, grids, strict=True)]

    def window(self, canvases: Sequence[tf.Tensor], place: tf.Tensor) -> tf.Tensor:
        """Return the windows of the tile in a row and column, as one vector."""
        parts = []
        for canvas, each in zip(canvases, self._canvases, strict=True):
            y, x = each.windows
            start = place * (y.step, x.step)
            parts.append(tf.reshape(tf.slice(canvas, start, (y.size, x.size)), (-1,)))
        return tf.concat(parts, axis=0)

    def summed(self, windows: tf.Tensor) -> tf.Tensor:
        """Return the gradient by all latents from those by the windows of all tiles.

        Args:
            windows: Shape (tiles, latents of a tile's windows).
        """
        parts = tf.split(windows, self.tile.sizes, axis=1)
        found = [
            tf.reshape(each.summed(part), (-1,))
            for each, part in zip(self._canvases, parts, strict=True)
        ]
        return tf.concat(found, axis=0)
