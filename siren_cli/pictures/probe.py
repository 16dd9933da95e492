"""What a picture file says of itself before anything of it is decoded.

Pillow cuts deeper values to 8 bits without a word, and some decoders allocate by
the header's word; so the depth, and where it matters the size, is read here.
"""

import re
import struct
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from PIL.TiffImagePlugin import ImageFileDirectory_v2

from siren_cli.errors import PictureError
from siren_cli.pictures import jpeg_xl
from siren_cli.pictures.picture import HIGH_BIT_DEPTH, LOW_BIT_DEPTH

SEARCHED_BYTES = 1 << 20
# Tags of TIFF 6.0, section 8.
WIDTH, HEIGHT, BITS_PER_SAMPLE, PHOTOMETRIC = 256, 257, 258, 262
EXTRA_SAMPLES, SAMPLE_FORMAT = 338, 339
UNSIGNED, FLOAT = 1, 3
GRAYS, RGB = (0, 1), 2
OTHER_COLORS = {3: "palette", 5: "CMYK", 6: "YCbCr", 8: "LAB"}
ALPHAS = (1, 2)
# Before it a JP2 file has its signature, type and header boxes.
ICC_PLACE = 40


class Outline(NamedTuple):
    """What the header says.

    Attributes:
        format: Pillow's name; "" where Pillow may find out by itself.
        bits: Bits of a stored value.
        size: Width and height, or None where Pillow reads them before it decodes.
        notes: What a person should know.
        icc_profile: The color profile, of formats for which Pillow does not find it.
    """

    format: str = ""
    bits: int = 8
    size: tuple[int, int] | None = None
    notes: tuple[str, ...] = ()
    icc_profile: bytes | None = None


def outline(file: BinaryIO) -> Outline:
    """Return what the header of a picture says; the file is left at its start.

    Raises:
        PictureError: It says something that cannot be read whole.
    """
    start = file.read(SEARCHED_BYTES)
    file.seek(0)
    try:
        seen = _outline(file, start)
    except (struct.error, IndexError, ValueError, SyntaxError) as error:
        raise PictureError("damaged picture: its header is cut off or broken") from error
    file.seek(0)
    return seen


def _outline(file: BinaryIO, start: bytes) -> Outline:
    for signatures, read in _KINDS.items():
        if start.startswith(signatures) or start[4:8] in signatures:
            return read(start, file)
    return Outline()


def _png(start: bytes, file: BinaryIO) -> Outline:
    # W3C PNG, section 11.2.1.
    if start[12:16] != b"IHDR":
        raise PictureError("damaged picture: its first chunk is not IHDR")
    width, height, bits = struct.unpack(">IIB", start[16:25])
    return Outline("PNG", bits, (width, height))


def _tiff(start: bytes, file: BinaryIO) -> Outline:
    if start.startswith(b"MM\0+"):
        raise PictureError("big-endian BigTIFF is not supported; convert it to plain TIFF")
    # BigTIFF, whose signature ends with 43, has a header of 16 bytes.
    tags = ImageFileDirectory_v2(start[:16] if start[2:3] == b"+" else start[:8])
    file.seek(tags.next)
    tags.load(file)
    bits, kinds = tags.get(BITS_PER_SAMPLE, (1,)), tags.get(SAMPLE_FORMAT, (UNSIGNED,))
    if max(bits) > HIGH_BIT_DEPTH or set(kinds) != {UNSIGNED}:
        kind = "floating-point " if FLOAT in kinds else "signed " if max(kinds) > 1 else ""
        raise PictureError(
            f"{max(bits)}-bit {kind}TIFF is not supported; convert it to 8 or 16 bits unsigned"
        )
    if len(set(bits)) > 1:
        raise PictureError("has channels of different depths; convert it to 16 bits")
    if WIDTH not in tags or HEIGHT not in tags:
        raise PictureError("damaged picture: TIFF without a width or a height")
    photometric = tags.get(PHOTOMETRIC, 0)
    if max(bits) > LOW_BIT_DEPTH and photometric not in (*GRAYS, RGB):
        name = OTHER_COLORS.get(photometric, "odd-colored")
        raise PictureError(f"{max(bits)}-bit {name} TIFF is not supported; convert it to RGB")
    return Outline("TIFF", max(bits), (tags[WIDTH], tags[HEIGHT]), _tiff_notes(tags))


def _tiff_notes(tags: ImageFileDirectory_v2) -> tuple[str, ...]:
    extra = tags.get(EXTRA_SAMPLES, ())
    dropped = len(extra) - (1 if extra and extra[0] in ALPHAS else 0)
    if tags.get(PHOTOMETRIC) not in (*GRAYS, RGB) or not dropped:
        return ()
    return (f"{dropped} extra {'channel is' if dropped == 1 else 'channels are'} dropped",)


# Whitespace and comments part the words; one whitespace is before the values.
_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_NETPBM = re.compile(_GAP.join([rb"(P[2356])", *[rb"(\d{1,9})"] * 3]) + rb"(?:#[^\r\n]*)?\s")


class Netpbm(NamedTuple):
    """The header of a PGM or PPM file.

    Attributes:
        magic: "P2", "P3" (as text), "P5" or "P6".
        width: Pixels in a row.
        height: Rows.
        peak: The largest value.
        end: Where the values begin.
    """

    magic: bytes
    width: int
    height: int
    peak: int
    end: int


def netpbm(start: bytes) -> Netpbm:
    """Return the header of a PGM or PPM file.

    Raises:
        PictureError: There is none.
    """
    found = _NETPBM.match(start)
    if not found:
        raise PictureError("damaged picture: its header is not that of PGM or PPM")
    width, height, peak = (int(word) for word in found.groups()[1:])
    if not 1 <= peak < 1 << HIGH_BIT_DEPTH:
        raise PictureError(f"damaged picture: its largest value is {peak}")
    return Netpbm(found[1], width, height, peak, found.end())


def _netpbm(start: bytes, file: BinaryIO) -> Outline:
    header = netpbm(start)
    return Outline("PPM", header.peak.bit_length(), (header.width, header.height))


def _jpeg_2000(start: bytes, file: BinaryIO) -> Outline:
    if start.startswith(b"\xff\x4f"):  # the codestream alone: ISO 15444-1, section A.5.1
        right, bottom, left, top = struct.unpack(">IIII", start[8:24])
        width, height, depth = right - left, bottom - top, start[42]
    else:  # section I.5.3.1
        place = start.index(b"ihdr") + 4
        height, width, _, depth = struct.unpack(">IIHB", start[place : place + 11])
    # The bits less one; the highest bit of the byte means signed values.
    bits = (depth & 0x7F) + 1
    if depth & 0x80 or bits > HIGH_BIT_DEPTH:
        raise PictureError("has signed, mixed or very deep values; convert it to 16-bit PNG")
    return Outline("JPEG2000", bits, (width, height), icc_profile=_jp2_profile(start))


def _jp2_profile(start: bytes) -> bytes | None:
    # The box `colr` with method 2 (ISO 15444-1, section I.5.3.3), whose length is before.
    place = start.find(b"colr\x02")
    if place < ICC_PLACE:
        return None
    (length,) = struct.unpack(">I", start[place - 4 : place])
    return start[place + 7 : place - 4 + length] or None


def _iso_media(start: bytes, file: BinaryIO) -> Outline:
    """Return the outline of AVIF or HEIC, by its brands (ISO 23008-12, section 10)."""
    brands = start[8 : struct.unpack(">I", start[:4])[0]]
    if b"avif" not in brands and b"avis" not in brands:
        return Outline("HEIF")
    # AV1 in ISO media, section 2.3.3: flags for 10 and 12 bits in its third byte.
    place = start.find(b"av1C")
    flags = start[place + 6] if place >= 0 else 0
    bits = 8 if not flags & 0x40 else 12 if flags & 0x20 else 10
    return Outline("AVIF", bits)


def _jpeg_xl(start: bytes, file: BinaryIO) -> Outline:
    size, bits = jpeg_xl.size_and_bits(start)
    return Outline("JXL", bits, size)


_KINDS: dict[tuple[bytes, ...], Callable[[bytes, BinaryIO], Outline]] = {
    (b"\x89PNG\r\n\x1a\n",): _png,
    (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"): _tiff,
    (b"P2", b"P3", b"P5", b"P6"): _netpbm,
    (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"): _jpeg_2000,
    (b"ftyp",): _iso_media,
    (jpeg_xl.CODESTREAM, jpeg_xl.CONTAINER): _jpeg_xl,
}
