"""The latents and networks of a picture; tiles are decoded when they are first needed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.networks import CONTEXT, RoundedNetworks
from siren_cli.model.pyramid.shape import PyramidShape
from siren_cli.representation.pyramid import tile_streams
from siren_cli.representation.pyramid.decoded_tiles import DecodedTiles
from siren_cli.representation.pyramid.network_stream import CodedNetworks
from siren_cli.representation.pyramid.stored_streams import StoredStreams


class StoredPyramid:
    """The latents and networks of a picture, as a file holds them.

    Any thread may ask for any latents.

    Args:
        shape: The grids and tiles.
        coded_networks: The networks, and their bytes.
        streams: The streams of all tiles.

    Attributes:
        shape: The grids and tiles.
        coded_networks: The networks, and their bytes.
        streams: The streams of all tiles.
    """

    def __init__(
        self, shape: PyramidShape, coded_networks: CodedNetworks, streams: StoredStreams
    ) -> None:
        self.shape, self.coded_networks, self.streams = shape, coded_networks, streams
        self._tiles = DecodedTiles(shape, streams, self.networks.matrices()[CONTEXT])

    @classmethod
    def of_grids(
        cls,
        shape: PyramidShape,
        networks: RoundedNetworks,
        grids: Sequence[NDArray[np.int64]],
    ) -> "StoredPyramid":
        """Return a pyramid in memory.

        Args:
            shape: The grids and tiles.
            networks: The networks.
            grids: The latents of each grid, from the finest.

        Raises:
            ValueError: A latent, or a number of the networks, is out of range.
        """
        streams = tile_streams.encode(shape, grids, networks.matrices()[CONTEXT])
        return cls.of_streams(shape, CodedNetworks.of(networks), streams)

    @classmethod
    def of_streams(
        cls, shape: PyramidShape, coded_networks: CodedNetworks, streams: Sequence[bytes]
    ) -> "StoredPyramid":
        """Return a pyramid in memory, from the streams of its tiles."""
        return cls(shape, coded_networks, StoredStreams.of(shape, streams))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what a copy is made of: the streams in memory."""
        return StoredPyramid.of_streams, (self.shape, self.coded_networks, self.streams.all())

    @property
    def networks(self) -> RoundedNetworks:
        """The networks."""
        return self.coded_networks.networks

    def latents(self, level: int, rows: slice, columns: slice) -> NDArray[np.float32]:
        """Return latents of a grid.

        Args:
            level: The level of the grid.
            rows: Rows of the grid, with a start and a stop.
            columns: Its columns, likewise.

        Raises:
            RepresentationError: A tile that has some of them is damaged.
        """
        spacing = self.shape.grids[level].spacing
        down = _touched(rows, self.shape.tile_height // spacing)
        across = _touched(columns, self.shape.tile_width // spacing)
        numbers = [self.shape.columns * row + column for row in down for column in across]
        found = np.empty((rows.stop - rows.start, columns.stop - columns.start), np.float32)
        for number, latents in self._tiles.of(numbers).items():
            y, x = self.shape.nodes(self.shape.tile(number), level)
            to_y, from_y = _overlap(rows, y)
            to_x, from_x = _overlap(columns, x)
            found[to_y, to_x] = latents[level][from_y, from_x]
        return found

    def grids(self) -> list[NDArray[np.float32]]:
        """Return all latents of every grid, from the finest.

        Raises:
            RepresentationError: A tile is damaged, or missing.
        """
        found = [np.empty(grid[1:], np.float32) for grid in self.shape.grids]
        for number, latents in self._tiles.all():
            for level, own in enumerate(latents):
                found[level][self.shape.nodes(self.shape.tile(number), level)] = own
        return found

    def check(self) -> None:
        """Check every tile.

        Raises:
            RepresentationError: One is damaged, or missing.
        """
        for _ in self._tiles.all():
            pass

    def in_memory(self) -> "StoredPyramid":
        """Return a copy in memory, every tile of which is checked.

        Raises:
            RepresentationError: A tile is damaged, or missing.
        """
        content = self.streams.all()
        copy = StoredPyramid.of_streams(self.shape, self.coded_networks, content)
        copy.check()
        return copy


def _touched(part: slice, side: int) -> range:
    """Return the numbers of the tiles that a part of an axis touches."""
    return range(part.start // side, -(-part.stop // side))


def _overlap(part: slice, own: slice) -> tuple[slice, slice]:
    """Return where a part of an axis and a tile overlap: counted from each of their starts."""
    start, stop = max(part.start, own.start), min(part.stop, own.stop)
    return (
        slice(start - part.start, stop - part.start),
        slice(start - own.start, stop - own.start),
    )
