"""The windows of a tile: its nodes of every grid, with those around that reach its points."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.model.pyramid.shape import GAIN, LEVELS
from siren_cli.model.pyramid.splines import MARGIN


@dataclass(frozen=True)
class TileShape:
    """Rows and columns of the pixels of a tile.

    The windows of all grids, one after the other from the finest, are one vector: its
    `windows`. They are `MARGIN` nodes larger on every side than the tile's own part.

    Attributes:
        height: Rows of pixels.
        width: Columns of pixels.
    """

    height: int
    width: int

    @cached_property
    def nodes(self) -> tuple[tuple[int, int], ...]:
        """Rows and columns of the tile's own nodes of every grid."""
        return tuple((self.height >> n, self.width >> n) for n in range(LEVELS))

    @cached_property
    def sides(self) -> tuple[tuple[int, int], ...]:
        """Rows and columns of the window of every grid."""
        return tuple((y + 2 * MARGIN, x + 2 * MARGIN) for y, x in self.nodes)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Number of latents of the window of every grid."""
        return tuple(y * x for y, x in self.sides)

    @cached_property
    def gains(self) -> NDArray[np.float32]:
        """What every weight of the splines is multiplied with to be a latent."""
        return np.repeat(GAIN * 2.0 ** np.arange(LEVELS), self.sizes).astype(np.float32)

    def split(self, windows: tf.Tensor) -> list[tf.Tensor]:
        """Return the window of every grid."""
        parts = tf.split(windows, self.sizes)
        return [tf.reshape(part, side) for part, side in zip(parts, self.sides, strict=True)]


def joined(windows: list[tf.Tensor]) -> tf.Tensor:
    """Return the windows of all grids as one vector."""
    return tf.concat([tf.reshape(window, (-1,)) for window in windows], axis=0)
