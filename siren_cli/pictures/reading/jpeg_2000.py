"""JPEG 2000 files: 8 bits by Pillow, more by imagecodecs, and only if every tile is there."""

import io
import struct
from typing import Any, BinaryIO, NamedTuple

from PIL import Image

from siren_cli.errors import PictureError
from siren_cli.pictures.colors import icc_profile
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.picture import HIGH_BIT_DEPTH, LOW_BIT_DEPTH, peak
from siren_cli.pictures.reading import pillow
from siren_cli.pictures.reading.damage import NO_END, kept
from siren_cli.pictures.reading.jpeg_2000_tiles import CODESTREAM_START, END_MARKER, missing
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions
from siren_cli.pictures.reading.spread import spread, unpremultiplied

# First byte of a JP2 file at which a box with a color space can stand: before it are the
# boxes of its signature, type and header.
FIRST_COLOR_BYTE = 40
# The name of the box of the color space, and its methods: by number, and by a profile
# (ISO 15444-1, section I.5.3.3).
COLOR_BOX, BY_NUMBER, BY_PROFILE = b"colr", 1, 2
# The name of the box of the channels, and the kind of premultiplied alpha.
CHANNEL_BOX, PREMULTIPLIED = b"cdef", 2
# Numbers of color spaces: sRGB, gray of its curve, and YCC of it; CMYK, and CIELAB.
NAMED_SRGB, NAMED_CMYK, NAMED_LAB = (16, 17, 18), 12, 14


def read_header(start: bytes, _: BinaryIO) -> PictureHeader:
    """Return the header of a JPEG 2000 file."""
    if start.startswith(CODESTREAM_START):  # the codestream alone: section A.5.1
        right, bottom, left, top = struct.unpack(">IIII", start[8:24])
        width, height, depth = right - left, bottom - top, start[42]
    else:  # section I.5.3.1
        place = start.index(b"ihdr") + 4
        height, width, _, depth = struct.unpack(">IIHB", start[place : place + 11])
    # The byte holds the bits less one; its highest bit means signed values.
    bits = (depth & 0x7F) + 1
    if depth & 0x80 or bits > HIGH_BIT_DEPTH:
        raise PictureError(
            "has signed or mixed values, or more than 16 bits; convert it to 16-bit PNG"
        )
    profile, notes = _color(start)
    return PictureHeader("JPEG2000", bits, (width, height), notes, profile)


def _color(start: bytes) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the profile of the color space that a file names, and notes."""
    place = start.find(COLOR_BOX)
    if place < FIRST_COLOR_BYTE or place + 11 > len(start):
        return None, ()
    # The length of the box stands before its name.
    (length,) = struct.unpack(">I", start[place - 4 : place])
    method = start[place + 4]
    if method == BY_PROFILE:
        return start[place + 7 : place - 4 + length] or None, ()
    (number,) = struct.unpack(">I", start[place + 7 : place + 11])
    if method == BY_NUMBER and number == NAMED_LAB:
        raise PictureError("CIELAB JPEG 2000 is not supported; convert it to RGB")
    if method != BY_NUMBER or number == NAMED_CMYK:
        return None, ()
    if number in NAMED_SRGB:
        return icc_profile.SRGB, ()
    return None, (f"its color space {number} is unknown and taken for sRGB",)


class _Channels(NamedTuple):
    """What the channels of a file are (section I.5.3.6).

    Attributes:
        are_reordered: Whether they are in another order than that of their colors.
        alpha: The kind of the channel that is no color: 1 for alpha, 2 for alpha with which
            the colors are premultiplied; 0 if nothing is said.
    """

    are_reordered: bool = False
    alpha: int = 0


def _channels(content: bytes) -> _Channels:
    place = content.find(CHANNEL_BOX, 0, 1 << 16)
    if place < 0:
        return _Channels()
    try:
        (count,) = struct.unpack_from(">H", content, place + 4)
        rows = [struct.unpack_from(">3H", content, place + 6 + 6 * row) for row in range(count)]
    except struct.error:
        return _Channels()
    colors = [(number, of) for number, kind, of in rows if kind == 0 and of]
    others = [kind for _, kind, _ in rows if kind]
    return _Channels(any(of != number + 1 for number, of in colors), max(others, default=0))


def _with_alpha(decoded: Decoded, channels: _Channels) -> Decoded:
    """Return a picture whose alpha, if any, is not premultiplied."""
    if decoded.stored.shape[2] % 2 or not channels.alpha:
        return decoded
    if channels.alpha == PREMULTIPLIED:
        return decoded._replace(stored=unpremultiplied(decoded.stored))
    if channels.alpha > PREMULTIPLIED:
        notes = (*decoded.notes, "1 extra channel is dropped")
        return decoded._replace(stored=decoded.stored[..., :-1], notes=notes)
    return decoded


def read(file: BinaryIO, header: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of a JPEG 2000 file."""
    lack = missing(file)
    notes = (lack,) if lack == NO_END else ()
    if lack and not notes:
        notes = (kept(lack, keep=options.keep_damaged),)
    content = file.read() + (END_MARKER if lack == NO_END else b"")
    channels = _channels(content)

    def decode(image: Image.Image) -> Any:
        # Pillow does not put channels into their order.
        if header.bits == LOW_BIT_DEPTH and not channels.are_reordered:
            return pillow.values(image, header.bits)
        import imagecodecs

        stored = imagecodecs.jpeg2k_decode(content)
        return spread(stored.reshape(*stored.shape[:2], -1), peak(header.bits))

    plain = pillow.read_by(io.BytesIO(content), header, options, decode)
    decoded = _with_alpha(plain, channels)
    return decoded._replace(notes=(*notes, *decoded.notes))
