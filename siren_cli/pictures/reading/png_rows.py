"""The rows of a PNG that is not read as a whole (W3C PNG, sections 7 and 9).

Its filters are undone in C by a decoder of whole pictures: it gets a small picture of a band,
below the last row of the band before, which its filters need.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import PictureError
from siren_cli.pictures.bands import bands
from siren_cli.pictures.reading.damage import kept
from siren_cli.pictures.reading.png_chunks import CHANNELS, STEP_BYTES, Chunk, joined

# Bits and color type of a picture by the bytes of its pixels, to undo filters with; what the
# bytes mean is of no matter to these.
PLAIN_TYPES = {1: (8, 0), 2: (8, 4), 3: (8, 2), 4: (8, 6), 6: (16, 2), 8: (16, 6)}
# Highest number of a filter.
MAX_FILTER = 4


class RowLayout(NamedTuple):
    """The layout of the rows of a picture that is not interlaced.

    Attributes:
        width: Pixels in a row.
        height: Number of rows.
        pixel_bits: Bits of a pixel.
    """

    width: int
    height: int
    pixel_bits: int

    @property
    def row_bytes(self) -> int:
        """Bytes of a row, without the number of its filter."""
        return (self.width * self.pixel_bits + 7) // 8

    @property
    def pixel_bytes(self) -> int:
        """Bytes from a value to the one that its filter looks at (section 9.2)."""
        return max(1, self.pixel_bits // 8)


def layout_of(header: bytes) -> RowLayout:
    """Return the layout of the rows, by the content of the header chunk."""
    width, height, bits, color = struct.unpack_from(">IIBB", header)
    if color not in CHANNELS:
        raise PictureError("damaged picture: its color type is unknown")
    return RowLayout(width, height, bits * CHANNELS[color])


class Inflated:
    """The stream of the pixels, inflated as far as it is read."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = iter(parts)
        self._rest = b""
        self._inflate = zlib.decompressobj()

    def read(self, size: int) -> bytes:
        """Return the next bytes, fewer than `size` only where the stream ends.

        Raises:
            zlib.error: The stream is broken.
        """
        pieces: list[bytes] = []
        while size > 0 and not self._inflate.eof:
            part = self._rest or next(self._parts, b"")
            piece = self._inflate.decompress(part, size)
            self._rest = self._inflate.unconsumed_tail
            if not part and not piece:
                break
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def ends(self) -> bool:
        """Return whether the stream ends, with its checksum, after little more at most."""
        self.read(STEP_BYTES)
        return self._inflate.eof


def filtered_bands(stream: Inflated, layout: RowLayout) -> Iterator[bytes]:
    """Yield the rows in bands as they are in the stream, each after the number of its filter.

    Raises:
        PictureError: Rows are missing or broken.
    """
    stride = layout.row_bytes + 1
    for rows in bands(layout.height, layout.width):
        size = (rows.stop - rows.start) * stride
        try:
            band = stream.read(size)
        except zlib.error:
            band = b""
        if len(band) < size or max(band[::stride]) > MAX_FILTER:
            kept("its pixels are broken, or some are missing", keep=False)
        yield band


def are_whole(stream: Inflated, layout: RowLayout) -> bool:
    """Return whether a stream has all rows, and ends with its checksum."""
    try:
        for _ in filtered_bands(stream, layout):
            pass
        return stream.ends()
    except (zlib.error, PictureError):
        return False


def plain_bands(stream: Inflated, layout: RowLayout) -> Iterator[NDArray[np.uint8]]:
    """Yield the rows in bands without their filters, arrays of shape (rows, row_bytes)."""
    before = bytes(layout.row_bytes)  # what filters of the first row take to be above it
    for band in filtered_bands(stream, layout):
        plain = _unfiltered(b"\0" + before + band, layout)[1:]
        before = plain[-1].tobytes()
        yield plain


def _unfiltered(rows: bytes, layout: RowLayout) -> NDArray[np.uint8]:
    import imagecodecs

    bits, color = PLAIN_TYPES[layout.pixel_bytes]
    width, height = layout.row_bytes // layout.pixel_bytes, len(rows) // (layout.row_bytes + 1)
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0)
    values = imagecodecs.png_decode(joined(picture_chunks(header, rows)))
    big = values.reshape(height, -1).astype(values.dtype.newbyteorder(">"), copy=False)
    return big.view(np.uint8)


def picture_chunks(header: bytes, rows: bytes, *beside: Chunk) -> list[Chunk]:
    """Return the chunks of a picture that is not compressed.

    Args:
        header: The content of the header chunk.
        rows: The rows, each after the number of its filter.
        beside: Chunks that stand between the header and the pixels.
    """
    return [
        Chunk(b"IHDR", header, True),
        *beside,
        Chunk(b"IDAT", zlib.compress(rows, 0), True),
        Chunk(b"IEND", b"", True),
    ]
