"""Size and depth from the first bits of a JPEG XL file (ISO 18181-1, annexes D and E).

Its decoder decodes on opening, so the size is read before.
"""

import struct

from siren_cli.errors import PictureError

CODESTREAM = b"\xff\x0a"
CONTAINER = b"\0\0\0\x0cJXL \r\n\x87\n"
RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


class _Bits:
    """Reads numbers from bytes, lowest bits first."""

    def __init__(self, content: bytes) -> None:
        self._number = int.from_bytes(content, "little")

    def take(self, count: int) -> int:
        value = self._number & ((1 << count) - 1)
        self._number >>= count
        return value

    def choose(self, *counts: int) -> int:
        return self.take(counts[self.take(2)])


def size_and_bits(start: bytes) -> tuple[tuple[int, int], int]:
    """Return (width, height) and the bits of a stored value.

    Args:
        start: The file's first bytes.

    Raises:
        PictureError: They are not enough.
    """
    bits = _Bits(_codestream(start)[2:64])
    return _size(bits), _depth(bits)


def _codestream(start: bytes) -> bytes:
    place = 0
    while start.startswith(CONTAINER) and place + 16 <= len(start):
        length, kind = struct.unpack(">I4s", start[place : place + 8])
        skipped = 8
        if length == 1:
            length, skipped = struct.unpack(">Q", start[place + 8 : place + 16])[0], 16
        if kind in (b"jxlc", b"jxlp"):
            # A part of a codestream begins with its number.
            return start[place + skipped + (4 if kind == b"jxlp" else 0) :]
        if length < skipped:
            break
        place += length
    if not start.startswith(CODESTREAM):
        raise PictureError("damaged picture: JPEG XL without a codestream at its start")
    return start


def _size(bits: _Bits) -> tuple[int, int]:
    small = bits.take(1)

    def side() -> int:
        return 8 * (1 + bits.take(5)) if small else 1 + bits.choose(9, 13, 18, 30)

    height, ratio = side(), bits.take(3)
    if ratio == 0:
        return side(), height
    across, down = RATIOS[ratio - 1]
    return height * across // down, height


def _depth(bits: _Bits) -> int:
    if bits.take(1):  # all as usual
        return 8
    if bits.take(1):  # there are extra fields
        bits.take(3)  # the orientation, which the decoder applies
        if bits.take(1):
            _size(bits)
        if bits.take(2):
            return 8  # a preview or an animation: more fields, and never deep ones
    if bits.take(1):
        raise PictureError("floating-point JPEG XL is not supported; convert it to PNG")
    selected = bits.take(2)
    return (8, 10, 12)[selected] if selected < 3 else 1 + bits.take(6)  # noqa: PLR2004
