"""The latents and networks of a picture; tiles are decoded when they are first needed."""

import io
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import RepresentationError
from siren_cli.model.pyramid.networks import CONTEXT, RoundedNetworks
from siren_cli.model.pyramid.shape import PyramidShape, Tile
from siren_cli.representation.pyramid import network_stream, tile_streams
from siren_cli.representation.pyramid.tile_batch import Latents
from siren_cli.representation.pyramid.tile_streams import MAX_TOGETHER
from siren_cli.representation.stored_cells import least_kept_rows

# Most bytes of decoded tiles that are kept ...
KEPT_BYTES = 64 << 20
# ... unless these are the rows of tiles that threads draw. A latent has 2 bytes.
LATENT_BYTES = 2
# Bytes of the length of a stream in a file.
LENGTH_BYTES = 3


class StoredPyramid:
    """The latents and networks of a picture, as a file holds them.

    Any thread may ask for any latents.

    Args:
        shape: The grids and tiles.
        networks: The networks.
        file: Holds the streams of all tiles.
        start: Where the first begins in the file.
        lengths: Bytes of each.

    Attributes:
        shape: The grids and tiles.
        networks: The networks.
        lengths: Bytes of each stream.
    """

    def __init__(
        self,
        shape: PyramidShape,
        networks: RoundedNetworks,
        file: BinaryIO,
        start: int,
        lengths: NDArray[np.int64],
    ) -> None:
        self.shape, self.networks = shape, networks
        self.lengths = lengths
        self._file, self._starts = file, start + np.cumsum(lengths) - lengths
        self._context = networks.matrices()[CONTEXT]
        row_bytes = LATENT_BYTES * shape.latents // shape.rows
        self._most_bytes = max(KEPT_BYTES, least_kept_rows() * row_bytes)
        self._kept: OrderedDict[int, list[Latents]] = OrderedDict()
        self._kept_bytes = 0
        self._lock = threading.Lock()

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
            ValueError: A latent is out of range.
        """
        streams = tile_streams.encode(shape, grids, networks.matrices()[CONTEXT])
        return cls.of_streams(shape, networks, streams)

    @classmethod
    def of_streams(
        cls, shape: PyramidShape, networks: RoundedNetworks, streams: Sequence[bytes]
    ) -> "StoredPyramid":
        """Return a pyramid in memory, from the streams of its tiles."""
        file = io.BytesIO(b"".join(streams))
        return cls(shape, networks, file, 0, np.array([*map(len, streams)], np.int64))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what a copy is made of: the streams in memory."""
        return StoredPyramid.of_streams, (self.shape, self.networks, self._streams())

    @cached_property
    def network_content(self) -> bytes:
        """The bytes of the networks."""
        return network_stream.encode(self.networks)

    @property
    def stored_bytes(self) -> int:
        """Bytes of the networks, and of the streams with their lengths, in a file."""
        table = LENGTH_BYTES * len(self.lengths)
        return len(self.network_content) + table + int(self.lengths.sum())

    def stream(self, number: int) -> bytes:
        """Return the stream of a tile.

        Args:
            number: The tile's number, row by row.

        Raises:
            RepresentationError: The file ends before it does.
        """
        with self._lock:
            return self._read(number)

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
        found = np.empty((rows.stop - rows.start, columns.stop - columns.start), np.float32)
        for number, latents in self._tiles(down, across).items():
            y, x = self.shape.nodes(self._tile(number), level)
            to_y, from_y = _overlap(rows, y)
            to_x, from_x = _overlap(columns, x)
            found[to_y, to_x] = latents[level][from_y, from_x]
        return found

    def grid(self, level: int) -> NDArray[np.float32]:
        """Return all latents of a grid."""
        _, height, width = self.shape.grids[level]
        return self.latents(level, slice(0, height), slice(0, width))

    def check(self) -> None:
        """Check every tile.

        Raises:
            RepresentationError: One is damaged, or missing.
        """
        for row in range(self.shape.rows):
            self._tiles(range(row, row + 1), range(self.shape.columns))

    def in_memory(self) -> "StoredPyramid":
        """Return a copy in memory, every tile of which is checked.

        Raises:
            RepresentationError: A tile is damaged, or missing.
        """
        copy = StoredPyramid.of_streams(self.shape, self.networks, self._streams())
        copy.check()
        return copy

    def _streams(self) -> list[bytes]:
        return [self.stream(number) for number in range(len(self.lengths))]

    def _tiles(self, rows: range, columns: range) -> dict[int, list[Latents]]:
        """Return the latents of the tiles of some rows and columns of tiles, by number."""
        numbers = self._numbers(rows, columns)
        with self._lock:
            found = {number: self._kept[number] for number in numbers if number in self._kept}
            if len(found) < len(numbers):
                found |= self._decoded(self._worth_decoding(rows, columns))
            for number in numbers:
                self._kept.move_to_end(number)
            self._forget()
            return {number: found[number] for number in numbers}

    def _worth_decoding(self, rows: range, columns: range) -> list[int]:
        """Return the missing tiles of a part, and those near it that take little longer.

        Pictures are drawn downward, and tiles side by side take hardly longer than one.
        """
        left = columns.start // MAX_TOGETHER * MAX_TOGETHER
        right = min(-(-columns.stop // MAX_TOGETHER) * MAX_TOGETHER, self.shape.columns)
        bottom = max(rows.stop, rows.start + MAX_TOGETHER // (right - left))
        wider = range(rows.start, min(bottom, self.shape.rows)), range(left, right)
        return [number for number in self._numbers(*wider) if number not in self._kept]

    def _numbers(self, rows: range, columns: range) -> list[int]:
        return [self.shape.columns * row + column for row in rows for column in columns]

    def _decoded(self, numbers: Sequence[int]) -> dict[int, list[Latents]]:
        tiles = [self._tile(number) for number in numbers]
        streams = [self._read(number) for number in numbers]
        latents = tile_streams.decode(self.shape, tiles, streams, self._context)
        found = dict(zip(numbers, latents, strict=True))
        self._kept.update(found)
        self._kept_bytes += sum(map(_bytes, latents))
        return found

    def _forget(self) -> None:
        """Forget the tiles that were asked for least lately, if there are too many."""
        while self._kept_bytes > self._most_bytes:
            _, latents = self._kept.popitem(last=False)
            self._kept_bytes -= _bytes(latents)

    def _read(self, number: int) -> bytes:
        self._file.seek(int(self._starts[number]))
        content = self._file.read(int(self.lengths[number]))
        if len(content) < self.lengths[number]:
            row, column = self._tile(number)
            raise RepresentationError(f"truncated in tile row {row}, column {column}")
        return content

    def _tile(self, number: int) -> Tile:
        return Tile(*divmod(number, self.shape.columns))


def _bytes(latents: Iterable[Latents]) -> int:
    return sum(each.nbytes for each in latents)


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
