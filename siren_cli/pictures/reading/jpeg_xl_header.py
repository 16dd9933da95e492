"""The first bits of a JPEG XL file: size, depth, channels and color space.

(ISO 18181-1, annexes D and E.) The decoder returns values alone, and decodes a whole picture
to tell its size, so what it does not tell is read here first.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from siren_cli.errors import PictureError
from siren_cli.pictures.reading.jpeg_xl_bits import BitReader

# First bytes of a bare codestream.
CODESTREAM = b"\xff\x0a"
# First bytes of a file of boxes.
CONTAINER = b"\0\0\0\x0cJXL \r\n\x87\n"
# Bytes of the header of a box, and of one with a length of 64 bits.
BOX_HEADER_BYTES = 8
LONG_BOX_HEADER_BYTES = 16
# Bytes of the codestream that are read: enough for its header.
HEADER_BYTES = 4096
# Bits of a value by their number in the header; other bits are written out.
USUAL_BITS = (8, 10, 12)
USUAL_FLOAT_BITS = (32, 16, 24)
# Width to height of the ratios 1 to 7, for which no width is written.
RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
# Kinds of extra channels.
ALPHA, SPOT_COLOR, BLACK, COLOR_FILTER = 0, 2, 4, 5
# The color space of gray, and of what a file does not name.
GRAY, XYB = 1, 2
# Numbers of a white point or of primaries that are written out.
CUSTOM = 2
# A point of the CIE diagram is written in millionths, and a gamma in ten millionths.
MILLION, GAMMA_UNIT = 1e6, 1e-7

Point = tuple[float, float]


class ColorEncoding(NamedTuple):
    """The color space that a file names.

    Attributes:
        has_icc: Whether it is a profile, which only the decoder can unpack.
        white: The number of the white point by ITU-T H.273, or the point.
        primaries: The number of the primaries, or the points of red, green and blue.
        transfer: The number of the transfer function, or the exponent of a power.
    """

    has_icc: bool = False
    white: int | Point = 1
    primaries: int | tuple[Point, Point, Point] = 1
    transfer: int | float = 13


class JpegXlHeader(NamedTuple):
    """What a file says before its pixels.

    Attributes:
        size: Width and height.
        bits: Bits of a value.
        is_float: Whether values are floating-point.
        is_animated: Whether there may be several frames.
        extra_channels: The kinds of the channels after the colors.
        is_premultiplied: Whether colors are premultiplied with the alpha.
        is_xyb: Whether colors are stored as those of an eye, and decoded to any space.
        color: The color space.
        is_gray: Whether there is one color.
    """

    size: tuple[int, int]
    bits: int = 8
    is_float: bool = False
    is_animated: bool = False
    extra_channels: tuple[int, ...] = ()
    is_premultiplied: bool = False
    is_xyb: bool = True
    color: ColorEncoding = ColorEncoding()
    is_gray: bool = False


def parsed(start: bytes) -> JpegXlHeader:
    """Return the header of a JPEG XL file.

    Args:
        start: The first bytes of the file.

    Raises:
        PictureError: They do not hold it.
    """
    bits = BitReader(_codestream(start)[len(CODESTREAM) : HEADER_BYTES])
    size = _size(bits)
    if bits.read(1):  # all fields are as usual
        return JpegXlHeader(size)
    is_animated = bool(bits.read(1)) and _skip_extra_fields(bits)
    depth, is_float = _depth(bits)
    bits.read(1)  # whether 16 bits are enough for the decoder's buffers
    count = bits.read_offset((0, 0), (1, 0), (2, 4), (1, 12))
    extra = [_extra_channel(bits) for _ in range(count)]
    is_xyb = bool(bits.read(1))
    return JpegXlHeader(
        size,
        depth,
        is_float,
        is_animated,
        tuple(kind for kind, _ in extra),
        any(associated for _, associated in extra),
        is_xyb,
        *_color(bits),
    )


def _skip_extra_fields(bits: BitReader) -> bool:
    """Return whether the file is an animation, after fields that nobody needs."""
    bits.read(3)  # the orientation, which the decoder applies
    if bits.read(1):
        _size(bits)
    if bits.read(1):
        _skip_preview(bits)
    is_animated = bool(bits.read(1))
    if is_animated:
        _skip_animation(bits)
    return is_animated


def _skip_preview(bits: BitReader) -> None:
    is_divided = bits.read(1)

    def side() -> None:
        if is_divided:
            bits.read_offset((16, 0), (32, 0), (1, 5), (33, 9))
        else:
            bits.read_offset((1, 6), (65, 8), (321, 10), (1345, 12))

    side()
    if bits.read(3) == 0:
        side()


def _skip_animation(bits: BitReader) -> None:
    bits.read_offset((100, 0), (1000, 0), (1, 10), (1, 30))
    bits.read_offset((1, 0), (1001, 0), (1, 8), (1, 10))
    bits.read_offset((0, 0), (0, 3), (0, 16), (0, 32))
    bits.read(1)


def _depth(bits: BitReader) -> tuple[int, bool]:
    """Return the bits of a value, and whether it is floating-point."""
    is_float = bool(bits.read(1))
    usual, selected = USUAL_FLOAT_BITS if is_float else USUAL_BITS, bits.read(2)
    depth = usual[selected] if selected < len(usual) else 1 + bits.read(6)
    if is_float:
        bits.read(4)  # the bits of the exponent
    return depth, is_float


def _extra_channel(bits: BitReader) -> tuple[int, bool]:
    """Return the kind of an extra channel, and whether it is a premultiplied alpha."""
    if bits.read(1):  # a usual alpha
        return ALPHA, False
    kind = bits.read_enum()
    _depth(bits)
    bits.read_offset((0, 0), (3, 0), (4, 0), (1, 3))  # how much smaller it is
    bits.read(8 * bits.read_offset((0, 0), (0, 4), (16, 5), (48, 10)))  # its name
    associated = kind == ALPHA and bool(bits.read(1))
    if kind == SPOT_COLOR:
        bits.read(64)
    if kind == COLOR_FILTER:
        bits.read_offset((1, 0), (0, 2), (3, 4), (19, 8))
    return kind, associated


def _color(bits: BitReader) -> tuple[ColorEncoding, bool]:
    """Return the color space, and whether it is gray."""
    if bits.read(1):  # sRGB
        return ColorEncoding(), False
    has_icc, space = bool(bits.read(1)), bits.read_enum()
    if has_icc:
        return ColorEncoding(has_icc=True), space == GRAY
    white: int | Point = 1
    primaries: int | tuple[Point, Point, Point] = 1
    if space != XYB:
        white = bits.read_enum()
        if white == CUSTOM:
            white = _point(bits)
        if space != GRAY:
            primaries = bits.read_enum()
            if primaries == CUSTOM:
                primaries = (_point(bits), _point(bits), _point(bits))
    transfer = bits.read(24) * GAMMA_UNIT if bits.read(1) else bits.read_enum()
    return ColorEncoding(False, white, primaries, transfer), space == GRAY


def _point(bits: BitReader) -> Point:
    return _coordinate(bits), _coordinate(bits)


def _coordinate(bits: BitReader) -> float:
    folded = bits.read_offset((0, 19), (1 << 19, 19), (1 << 20, 20), (1 << 21, 21))
    # Even numbers are positive, odd ones negative.
    return (-(folded + 1) // 2 if folded & 1 else folded // 2) / MILLION


def boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and the content of each box of a file that has boxes."""
    place = 0
    while content.startswith(CONTAINER) and place + BOX_HEADER_BYTES <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        skipped = BOX_HEADER_BYTES
        if length == 1:
            if place + LONG_BOX_HEADER_BYTES > len(content):
                return
            (length,) = struct.unpack_from(">Q", content, place + skipped)
            skipped = LONG_BOX_HEADER_BYTES
        end = place + length if length else len(content)
        if end < place + skipped:
            return
        yield kind, content[place + skipped : end]
        place = end


def _codestream(start: bytes) -> bytes:
    """Return the bytes from the start of the codestream on, out of its box if it has one."""
    for kind, body in boxes(start):
        if kind == b"jxlc":
            return body
        if kind == b"jxlp":  # a part of a codestream begins with its number
            return body[4:]
    if not start.startswith(CODESTREAM):
        raise PictureError("damaged picture: JPEG XL without a codestream at its start")
    return start


def _size(bits: BitReader) -> tuple[int, int]:
    """Return the width and the height, in pixels."""
    small = bits.read(1)

    def side() -> int:
        return 8 * (1 + bits.read(5)) if small else 1 + bits.read_one_of(9, 13, 18, 30)

    height, ratio = side(), bits.read(3)
    if ratio == 0:
        return side(), height
    across, down = RATIOS[ratio - 1]
    return height * across // down, height
