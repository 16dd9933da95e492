"""The streams of a picture's tiles in a file, read when they are asked for."""

import io
import threading
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import RepresentationError
from siren_cli.model.pyramid.shape import PyramidShape


class StoredStreams:
    """The streams of all tiles. Any thread may ask for any of them.

    Args:
        shape: The tiles.
        file: Holds the streams, one after the other.
        start: Where the first begins in the file.
        lengths: Bytes of each.

    Attributes:
        lengths: Bytes of each.
    """

    def __init__(
        self, shape: PyramidShape, file: BinaryIO, start: int, lengths: NDArray[np.int64]
    ) -> None:
        self.lengths = lengths
        self._shape, self._file = shape, file
        self._starts = start + np.cumsum(lengths) - lengths
        self._lock = threading.Lock()  # the file has one place

    @classmethod
    def of(cls, shape: PyramidShape, streams: Sequence[bytes]) -> "StoredStreams":
        """Return streams in memory."""
        lengths = np.array([*map(len, streams)], np.int64)
        return cls(shape, io.BytesIO(b"".join(streams)), 0, lengths)

    def stream(self, number: int) -> bytes:
        """Return the stream of a tile.

        Args:
            number: The tile's number, row by row.

        Raises:
            RepresentationError: The file ends before it does.
        """
        content = self.content(number)
        if len(content) < self.lengths[number]:
            row, column = self._shape.tile(number)
            raise RepresentationError(f"truncated in tile row {row}, column {column}")
        return content

    def content(self, number: int) -> bytes:
        """Return the stream of a tile, as far as the file goes."""
        with self._lock:
            self._file.seek(int(self._starts[number]))
            return self._file.read(int(self.lengths[number]))

    def all(self) -> list[bytes]:
        """Return the streams of all tiles.

        Raises:
            RepresentationError: The file ends before they do.
        """
        return [self.stream(number) for number in range(len(self.lengths))]
