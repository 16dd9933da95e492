"""PNG files (W3C PNG, second edition), written band by band, of 8 or 16 bits.

Bands are filtered and compressed on their own, so that all cores can, and their
streams are joined: the files are as small as Pillow's, and no picture is too large.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.picture import HIGH_BIT_DEPTH, Block, PictureFacts, Stored, bands
from siren_cli.system.parallel import ahead

COLOR_TYPES = {"L": 0, "LA": 4, "RGB": 2, "RGBA": 6}
# Each byte less that of the pixel to the left, or above: fast, and good for what is smooth.
SUB, UP = 1, 2
LEVEL = 1
# Deflate, a window of 32 kB, the fastest level (RFC 1950, section 2.2).
ZLIB_HEADER = b"\x78\x01"
ADLER_BASE = 65521


def write(file: BinaryIO, facts: PictureFacts, icc_profile: bytes | None, block: Block) -> None:
    """Write a PNG file.

    Args:
        file: Where to.
        facts: Size, color and depth of the file.
        icc_profile: The color profile, or None.
        block: Gives its stored values.
    """
    kind = COLOR_TYPES[facts.color]
    header = struct.pack(">IIBBBBB", facts.width, facts.height, facts.bit_depth, kind, 0, 0, 0)
    file.write(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header))
    if icc_profile:
        file.write(_chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc_profile)))
    for content in _joined(facts, block):
        file.write(_chunk(b"IDAT", content))
    file.write(_chunk(b"IEND", b""))


def _joined(facts: PictureFacts, block: Block) -> Iterator[bytes]:
    """Yield the parts of the stream of all bands."""

    def compressed(rows: slice) -> tuple[bytes, int, int]:
        content = _filtered(block(rows, slice(0, facts.width)), facts.bit_depth)
        deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL)
        end = zlib.Z_FINISH if rows.stop == facts.height else zlib.Z_SYNC_FLUSH
        stream = deflate.compress(content) + deflate.flush(end)
        return stream, zlib.adler32(content), len(content)

    yield ZLIB_HEADER
    checksum = zlib.adler32(b"")
    for stream, own, count in ahead(compressed, bands(facts.height, facts.width)):
        checksum = _adler_of_both(checksum, own, count)
        yield stream
    yield struct.pack(">I", checksum)


def _adler_of_both(first: int, second: int, count: int) -> int:
    """Return the checksum of two contents, one after the other, from those of each.

    (Adler-32, RFC 1950, section 8.2: a sum of bytes, and a sum of such sums.)

    Args:
        first: That of the first content.
        second: That of the second.
        count: Bytes of the second.
    """
    low = (first & 0xFFFF) + (second & 0xFFFF) - 1
    high = (first >> 16) + (second >> 16) + count * ((first & 0xFFFF) - 1)
    return (high % ADLER_BASE) << 16 | low % ADLER_BASE


def _filtered(stored: Stored, bit_depth: int) -> bytes:
    height, _, channels = stored.shape
    if bit_depth == HIGH_BIT_DEPTH:
        stored = stored.astype(">u2")
    rows: NDArray[np.uint8] = np.ascontiguousarray(stored).view(np.uint8).reshape(height, -1)
    filtered = np.empty((height, 1 + rows.shape[1]), np.uint8)
    pixel = channels * bit_depth // 8
    # The first row knows nothing of the band above.
    filtered[0, 0], filtered[1:, 0] = SUB, UP
    filtered[0, 1 : 1 + pixel] = rows[0, :pixel]
    np.subtract(rows[0, pixel:], rows[0, :-pixel], out=filtered[0, 1 + pixel :])
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return filtered.tobytes()


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
