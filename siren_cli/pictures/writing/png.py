"""PNG files (W3C PNG, second edition), written band by band, of 8 or 16 bits.

Each band is filtered and compressed on its own, so that all cores take part, and the
streams of the bands are joined: files are as small as Pillow's, and memory stays constant.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.bands import bands
from siren_cli.pictures.colors.chromaticities import SRGB_CHROMATICITIES
from siren_cli.pictures.colors.icc_profile import code_points, is_srgb
from siren_cli.pictures.picture import HIGH_BIT_DEPTH, Block, Metadata, PictureFacts, Stored
from siren_cli.pictures.stored_values import StoredPicture
from siren_cli.system.parallel import ahead

# Color type of a file, by its channels (section 11.2.2).
COLOR_TYPES = {"L": 0, "LA": 4, "RGB": 2, "RGBA": 6}
# The filter by which each byte is less that of the pixel to the left (section 9.2).
SUB_FILTER = 1
# The filter by which each byte is less that of the pixel above; it is fast, and good for
# smooth pictures.
UP_FILTER = 2
# What is shown where sRGB's colors go beyond those of a screen: the nearest of them.
RELATIVE_COLORIMETRIC = 1
# A gamma, and an x and a y of a white or a primary, are in hundred thousandths.
HUNDRED_THOUSANDTHS = 1e-5
# The gamma that stands for sRGB.
SRGB_GAMMA = 45455
METERS_OF_INCH = 0.0254
# Level of deflate's compression; 1 is the fastest.
COMPRESSION_LEVEL = 1
# Header of a zlib stream: deflate, a window of 32 kB, the fastest level (RFC 1950, 2.2).
ZLIB_HEADER = b"\x78\x01"
# The largest prime below 2 to the power of 16; Adler-32 takes its sums modulo it.
ADLER_BASE = 65521


class _Compressed(NamedTuple):
    """A band as a part of the deflate stream, with what its checksum needs.

    Attributes:
        stream: The part of the stream.
        checksum: Adler-32 of the band before compression.
        length: Bytes of the band before compression.
    """

    stream: bytes
    checksum: int
    length: int


def write(file: BinaryIO, picture: StoredPicture, metadata: Metadata) -> None:
    """Write a PNG file.

    Args:
        file: The file to write to.
        picture: The picture as it is stored.
        metadata: What else the file holds.
    """
    facts = picture.facts
    kind = COLOR_TYPES[facts.color]
    header = struct.pack(">IIBBBBB", facts.width, facts.height, facts.bit_depth, kind, 0, 0, 0)
    file.write(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header))
    for kind_of_chunk, content in (*_color_chunks(picture.icc_profile), *_beside(metadata)):
        file.write(_chunk(kind_of_chunk, content))
    for content in _joined(facts, picture.block):
        file.write(_chunk(b"IDAT", content))
    file.write(_chunk(b"IEND", b""))


def _color_chunks(profile: bytes | None) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks that name a color space (section 11.3.2)."""
    if profile is None:
        return
    if is_srgb(profile):
        # The last two are for programs that do not know the first.
        yield b"sRGB", bytes([RELATIVE_COLORIMETRIC])
        yield b"gAMA", struct.pack(">I", SRGB_GAMMA)
        points = np.rint(np.ravel(SRGB_CHROMATICITIES) / HUNDRED_THOUSANDTHS).astype(int)
        yield b"cHRM", struct.pack(">8I", *points.tolist())
        return
    named = code_points(profile)
    if named:
        yield b"cICP", bytes([named.primaries, named.transfer, 0, 1])
    yield b"iCCP", b"ICC profile\0\0" + zlib.compress(profile)


def _beside(metadata: Metadata) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of what a file holds beside its pixels."""
    if metadata.resolution:
        meters = (round(each / METERS_OF_INCH) for each in metadata.resolution)
        yield b"pHYs", struct.pack(">IIB", *meters, 1)
    if metadata.exif:
        yield b"eXIf", metadata.exif
    if metadata.xmp:
        yield b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.xmp


def _joined(facts: PictureFacts, block: Block) -> Iterator[bytes]:
    """Yield the parts of one zlib stream that holds all bands."""

    def compressed(rows: slice) -> _Compressed:
        content = _filtered(block(rows, slice(0, facts.width)), facts.bit_depth)
        deflate = zlib.compressobj(
            COMPRESSION_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL
        )
        end = zlib.Z_FINISH if rows.stop == facts.height else zlib.Z_SYNC_FLUSH
        stream = deflate.compress(content) + deflate.flush(end)
        return _Compressed(stream, zlib.adler32(content), len(content))

    yield ZLIB_HEADER
    checksum = zlib.adler32(b"")
    for band in ahead(compressed, bands(facts.height, facts.width)):
        checksum = _joined_adler(checksum, band)
        yield band.stream
    yield struct.pack(">I", checksum)


def _joined_adler(checksum: int, band: _Compressed) -> int:
    """Return the Adler-32 of a content and the band after it, from the Adler-32 of each.

    (RFC 1950, section 8.2: the low half is a sum of bytes, the high half a sum of such sums.)
    """
    low = (checksum & 0xFFFF) + (band.checksum & 0xFFFF) - 1
    high = (checksum >> 16) + (band.checksum >> 16) + band.length * ((checksum & 0xFFFF) - 1)
    return (high % ADLER_BASE) << 16 | low % ADLER_BASE


def _filtered(stored: Stored, bit_depth: int) -> bytes:
    """Return the rows of a band as bytes, each after the number of its filter."""
    height, _, channels = stored.shape
    if bit_depth == HIGH_BIT_DEPTH:
        stored = stored.astype(">u2")
    rows: NDArray[np.uint8] = np.ascontiguousarray(stored).view(np.uint8).reshape(height, -1)
    filtered = np.empty((height, 1 + rows.shape[1]), np.uint8)
    pixel = channels * bit_depth // 8
    # The first row cannot refer to the band above, which another core compresses.
    filtered[0, 0] = SUB_FILTER
    filtered[1:, 0] = UP_FILTER
    filtered[0, 1 : 1 + pixel] = rows[0, :pixel]
    np.subtract(rows[0, pixel:], rows[0, :-pixel], out=filtered[0, 1 + pixel :])
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return filtered.tobytes()


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
