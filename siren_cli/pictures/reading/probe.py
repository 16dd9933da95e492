"""The header of a picture file: its format, size and bit depth before it is decoded.

Pillow cuts values of more bits to 8 without a word, and some decoders reserve whatever
memory the header asks for, so the header is read here first.
"""

import re
import struct
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from PIL.TiffImagePlugin import ImageFileDirectory_v2

from siren_cli.errors import PictureError
from siren_cli.pictures.picture import HIGH_BIT_DEPTH, LOW_BIT_DEPTH
from siren_cli.pictures.reading import jpeg_xl
from siren_cli.pictures.reading.picture_header import PictureHeader

# Bytes from the start of a file that are searched for the header.
SEARCHED_BYTES = 1 << 20
# Tags of TIFF 6.0, section 8.
WIDTH_TAG = 256
HEIGHT_TAG = 257
BITS_PER_SAMPLE_TAG = 258
PHOTOMETRIC_TAG = 262
EXTRA_SAMPLES_TAG = 338
SAMPLE_FORMAT_TAG = 339
# TIFF's SampleFormat of unsigned integers.
UNSIGNED = 1
# Other values of SampleFormat, which are not read.
OTHER_SAMPLES = {2: "signed ", 3: "floating-point "}
# TIFF's PhotometricInterpretation of gray, where white or where black is zero.
GRAYS = (0, 1)
# TIFF's PhotometricInterpretation of colors.
RGB = 2
# Other values of PhotometricInterpretation, which only pictures of 8 bits may have.
OTHER_COLORS = {3: "palette", 5: "CMYK", 6: "YCbCr", 8: "LAB"}
# TIFF's ExtraSamples of alpha: premultiplied, and not.
ALPHAS = (1, 2)
# First byte of a JP2 file at which a box with a color profile can stand: before it are the
# boxes of its signature, type and header.
FIRST_PROFILE_BYTE = 40
# The flag of AV1 that means 10 bits or more (AV1 in ISO media, section 2.3.3).
AV1_HIGH_BIT_DEPTH = 0x40
# The flag of AV1 that means 12 bits where `AV1_HIGH_BIT_DEPTH` is set, too.
AV1_TWELVE_BITS = 0x20


def picture_header(file: BinaryIO) -> PictureHeader:
    """Return the header of a picture; the file is left at its start.

    Raises:
        PictureError: It is damaged, or says something that cannot be read whole.
    """
    start = file.read(SEARCHED_BYTES)
    file.seek(0)
    try:
        header = _header(file, start)
    except (struct.error, IndexError, ValueError, SyntaxError) as error:
        raise PictureError("damaged picture: its header is cut off or broken") from error
    file.seek(0)
    return header


def _header(file: BinaryIO, start: bytes) -> PictureHeader:
    for signatures, read in _KINDS.items():
        if start.startswith(signatures) or start[4:8] in signatures:
            return read(start, file)
    return PictureHeader()


def _png(start: bytes, file: BinaryIO) -> PictureHeader:
    # W3C PNG, section 11.2.1.
    if start[12:16] != b"IHDR":
        raise PictureError("damaged picture: its first chunk is not IHDR")
    width, height, bits = struct.unpack(">IIB", start[16:25])
    return PictureHeader("PNG", bits, (width, height))


def _tiff(start: bytes, file: BinaryIO) -> PictureHeader:
    if start.startswith(b"MM\0+"):
        raise PictureError("big-endian BigTIFF is not supported; convert it to plain TIFF")
    # BigTIFF, whose signature ends with 43 (a plus sign), has a header of 16 bytes.
    tags = ImageFileDirectory_v2(start[:16] if start[2:3] == b"+" else start[:8])
    file.seek(tags.next)
    tags.load(file)
    bits, kinds = tags.get(BITS_PER_SAMPLE_TAG, (1,)), tags.get(SAMPLE_FORMAT_TAG, (UNSIGNED,))
    if max(bits) > HIGH_BIT_DEPTH or set(kinds) != {UNSIGNED}:
        raise PictureError(
            f"{max(bits)}-bit {OTHER_SAMPLES.get(max(kinds), '')}TIFF is not supported; "
            "convert it to 8 or 16 bits unsigned"
        )
    if len(set(bits)) > 1:
        raise PictureError("has channels of different depths; convert it to 16 bits")
    if WIDTH_TAG not in tags or HEIGHT_TAG not in tags:
        raise PictureError("damaged picture: TIFF without a width or a height")
    photometric = tags.get(PHOTOMETRIC_TAG, 0)
    if max(bits) > LOW_BIT_DEPTH and photometric not in (*GRAYS, RGB):
        name = OTHER_COLORS.get(photometric, "odd-colored")
        raise PictureError(f"{max(bits)}-bit {name} TIFF is not supported; convert it to RGB")
    return PictureHeader(
        "TIFF", max(bits), (tags[WIDTH_TAG], tags[HEIGHT_TAG]), _tiff_notes(tags)
    )


def _tiff_notes(tags: ImageFileDirectory_v2) -> tuple[str, ...]:
    extra = tags.get(EXTRA_SAMPLES_TAG, ())
    dropped = len(extra) - (1 if extra and extra[0] in ALPHAS else 0)
    if tags.get(PHOTOMETRIC_TAG) not in (*GRAYS, RGB) or not dropped:
        return ()
    return (f"{dropped} extra {'channel is' if dropped == 1 else 'channels are'} dropped",)


# Whitespace and comments separate the words; one whitespace stands before the values.
_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_NETPBM = re.compile(_GAP.join([rb"(P[2356])", *[rb"(\d{1,9})"] * 3]) + rb"(?:#[^\r\n]*)?\s")


class NetpbmHeader(NamedTuple):
    """The header of a PGM or PPM file.

    Attributes:
        magic: "P2" or "P3", whose values are text, "P5" or "P6".
        width: Pixels in a row.
        height: Number of rows.
        peak: The largest value that the file can hold.
        end: Bytes of the header, after which the values begin.
    """

    magic: bytes
    width: int
    height: int
    peak: int
    end: int


def netpbm_header(start: bytes) -> NetpbmHeader:
    """Return the header of a PGM or PPM file.

    Raises:
        PictureError: There is none.
    """
    match = _NETPBM.match(start)
    if not match:
        raise PictureError("damaged picture: its header is not that of PGM or PPM")
    width, height, peak = (int(word) for word in match.groups()[1:])
    if not 1 <= peak < 1 << HIGH_BIT_DEPTH:
        raise PictureError(f"damaged picture: its largest value is {peak}")
    return NetpbmHeader(match[1], width, height, peak, match.end())


def _netpbm(start: bytes, file: BinaryIO) -> PictureHeader:
    header = netpbm_header(start)
    return PictureHeader("PPM", header.peak.bit_length(), (header.width, header.height))


def _jpeg_2000(start: bytes, file: BinaryIO) -> PictureHeader:
    if start.startswith(b"\xff\x4f"):  # the codestream alone: ISO 15444-1, section A.5.1
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
    return PictureHeader("JPEG2000", bits, (width, height), icc_profile=_jp2_profile(start))


def _jp2_profile(start: bytes) -> bytes | None:
    # The profile is in the box `colr` with method 2 (ISO 15444-1, section I.5.3.3). The length
    # of the box stands before its name.
    place = start.find(b"colr\x02")
    if place < FIRST_PROFILE_BYTE:
        return None
    (length,) = struct.unpack(">I", start[place - 4 : place])
    return start[place + 7 : place - 4 + length] or None


def _iso_media(start: bytes, file: BinaryIO) -> PictureHeader:
    """Return the header of AVIF or HEIC, by its brands (ISO 23008-12, section 10)."""
    brands = start[8 : struct.unpack(">I", start[:4])[0]]
    if b"avif" not in brands and b"avis" not in brands:
        return PictureHeader("HEIF")
    # The flags are in the third byte after the name of their box.
    place = start.find(b"av1C")
    flags = start[place + 6] if place >= 0 else 0
    if not flags & AV1_HIGH_BIT_DEPTH:
        return PictureHeader("AVIF", LOW_BIT_DEPTH)
    return PictureHeader("AVIF", 12 if flags & AV1_TWELVE_BITS else 10)


_KINDS: dict[tuple[bytes, ...], Callable[[bytes, BinaryIO], PictureHeader]] = {
    (b"\x89PNG\r\n\x1a\n",): _png,
    (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"): _tiff,
    (b"P2", b"P3", b"P5", b"P6"): _netpbm,
    (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"): _jpeg_2000,
    (b"ftyp",): _iso_media,
    (jpeg_xl.CODESTREAM, jpeg_xl.CONTAINER): jpeg_xl.read_header,
}
