"""Tiles that are coded side by side, whatever their sizes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.shape import LARGEST_LATENT, Extent, PyramidShape, Tile
from siren_cli.representation.digests import digest

Latents = NDArray[np.int16]


class TileBatch:
    """Some tiles of a picture; their arrays have the shape (height, width, tiles).

    Arrays are as high and wide as the largest of the tiles; the others have 0 beyond theirs.

    Args:
        shape: The grids and tiles of the picture.
        tiles: The tiles, at least one.
    """

    def __init__(self, shape: PyramidShape, tiles: Sequence[Tile]) -> None:
        self.tiles = tiles
        self._shape = shape
        self._extents = [shape.extents(tile) for tile in tiles]

    def extent(self, level: int) -> Extent:
        """Return the size of the arrays of a level."""
        heights, widths = zip(*(extents[level] for extents in self._extents), strict=True)
        return Extent(max(heights), max(widths))

    def outside(self, level: int) -> NDArray[np.bool_]:
        """Return which places of the arrays of a level are beyond their tile."""
        height, width = self.extent(level)
        found = np.ones((height, width, len(self.tiles)), np.bool_)
        for number, extents in enumerate(self._extents):
            found[: extents[level].height, : extents[level].width, number] = False
        return found

    def cut(self, grid: NDArray[np.int64], level: int) -> NDArray[np.int64]:
        """Return the latents of a level, from those of the whole grid."""
        found = np.zeros((*self.extent(level), len(self.tiles)), np.int64)
        for number, (tile, extents) in enumerate(zip(self.tiles, self._extents, strict=True)):
            height, width = extents[level]
            found[:height, :width, number] = grid[self._shape.nodes(tile, level)]
        return found

    def replicated(self, latents: NDArray[np.int64], level: int) -> NDArray[np.int64]:
        """Return latents of a level that repeat each tile's last ones beyond the tile."""
        found = latents.copy()
        for number, extents in enumerate(self._extents):
            height, width = extents[level]
            own = found[:, :, number]
            own[height:] = own[height - 1]
            own[:, width:] = own[:, width - 1, None]
        return found

    def of_tile(self, number: int, levels: Sequence[NDArray[np.int64]]) -> list[Latents] | None:
        """Return the latents of a tile, from the finest grid; None if one is out of range.

        Args:
            number: The number of the tile in the batch.
            levels: The arrays of all levels.
        """
        found = []
        for array, extent in zip(levels, self._extents[number], strict=True):
            own = array[: extent.height, : extent.width, number]
            if np.abs(own).max() > LARGEST_LATENT:
                return None
            found.append(own.astype(np.int16))
        return found


def latents_digest(latents: Sequence[Latents]) -> bytes:
    """Return the digest of a tile's latents, given from the finest grid."""
    return digest(b"".join(each.astype("<i2").tobytes() for each in reversed(latents)))
