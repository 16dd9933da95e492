"""Size and bit depth from the first bits of a JPEG XL file (ISO 18181-1, annexes D and E).

Pillow's plug-in decodes a whole picture on opening it, so its size is read here first.
"""

import struct
from typing import BinaryIO

from siren_cli.errors import PictureError
from siren_cli.pictures.reading.picture_header import PictureHeader

# First bytes of a bare codestream.
CODESTREAM = b"\xff\x0a"
# First bytes of a file of boxes.
CONTAINER = b"\0\0\0\x0cJXL \r\n\x87\n"
# Bytes of the header of a box with a length of 64 bits.
LONG_BOX_HEADER_BYTES = 16
# Bytes of the codestream that are read: enough for the size and the bit depth.
HEADER_BYTES = 64
# Bits of a value by their number in the header; other bits are written out.
USUAL_BITS = (8, 10, 12)
# Width to height of the ratios 1 to 7, for which no width is written.
RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


class _BitReader:
    """Numbers of a few bits each, read from bytes, the lowest bits first."""

    def __init__(self, content: bytes) -> None:
        self._number = int.from_bytes(content, "little")

    def read(self, count: int) -> int:
        """Return the number that the next `count` bits hold."""
        value = self._number & ((1 << count) - 1)
        self._number >>= count
        return value

    def read_one_of(self, *counts: int) -> int:
        """Return a number after two bits that say which of four counts of bits it has."""
        return self.read(counts[self.read(2)])


def read_header(start: bytes, _: BinaryIO) -> PictureHeader:
    """Return the header of a JPEG XL file.

    Args:
        start: The first bytes of the file.

    Raises:
        PictureError: They do not hold the header, or its values are floating-point.
    """
    bits = _BitReader(_codestream(start)[len(CODESTREAM) : HEADER_BYTES])
    size = _size(bits)
    return PictureHeader("JXL", _depth(bits), size)


def _codestream(start: bytes) -> bytes:
    """Return the bytes from the start of the codestream on, out of its box if it has one."""
    place = 0
    while start.startswith(CONTAINER) and place + LONG_BOX_HEADER_BYTES <= len(start):
        length, kind = struct.unpack(">I4s", start[place : place + 8])
        skipped = 8
        if length == 1:
            (length,) = struct.unpack(">Q", start[place + 8 : place + 16])
            skipped = LONG_BOX_HEADER_BYTES
        if kind in (b"jxlc", b"jxlp"):
            # A part of a codestream begins with its number, in 4 bytes.
            return start[place + skipped + (4 if kind == b"jxlp" else 0) :]
        if length < skipped:
            break
        place += length
    if not start.startswith(CODESTREAM):
        raise PictureError("damaged picture: JPEG XL without a codestream at its start")
    return start


def _size(bits: _BitReader) -> tuple[int, int]:
    """Return the width and the height, in pixels."""
    small = bits.read(1)

    def side() -> int:
        return 8 * (1 + bits.read(5)) if small else 1 + bits.read_one_of(9, 13, 18, 30)

    height, ratio = side(), bits.read(3)
    if ratio == 0:
        return side(), height
    across, down = RATIOS[ratio - 1]
    return height * across // down, height


def _depth(bits: _BitReader) -> int:
    """Return the bits of a stored value."""
    if bits.read(1):  # all fields are as usual
        return 8
    if bits.read(1):  # there are extra fields
        bits.read(3)  # the orientation, which the decoder applies
        if bits.read(1):
            _size(bits)
        if bits.read(2):
            # A preview or an animation has more fields, and is taken to be of 8 bits.
            return 8
    if bits.read(1):
        raise PictureError("floating-point JPEG XL is not supported; convert it to PNG")
    selected = bits.read(2)
    return USUAL_BITS[selected] if selected < len(USUAL_BITS) else 1 + bits.read(6)
