"""AVIF and HEIC files (ISO 23008-12): which of them, how deep, and in which color space."""

import struct
from typing import BinaryIO

from siren_cli.pictures.colors.icc_profile import CodePoints
from siren_cli.pictures.metadata import aspect_notes
from siren_cli.pictures.picture import LOW_BIT_DEPTH
from siren_cli.pictures.reading import color_names
from siren_cli.pictures.reading.picture_header import PictureHeader

# The flag of AV1 that means 10 bits or more (AV1 in ISO media, section 2.3.3).
HIGH_BIT_DEPTH = 0x40
# The flag of AV1 that means 12 bits where `HIGH_BIT_DEPTH` is set, too.
TWELVE_BITS = 0x20
# The box of a color space by code points, and what it holds (ISO 14496-12, section 12.1.5).
COLOR_BOX = b"colrnclx"
COLOR_FIELDS = ">HHHB"
# Bytes from the start that hold the boxes before the pixels.
SEARCHED_BYTES = 1 << 16


def read_header(start: bytes, _: BinaryIO) -> PictureHeader:
    """Return the header of AVIF or HEIC, by its brands (section 10)."""
    brands = start[8 : struct.unpack(">I", start[:4])[0]]
    if b"avif" in brands or b"avis" in brands:
        return PictureHeader("AVIF", _av1_bits(start))
    return PictureHeader("HEIF")


def has_gain_map(content: bytes) -> bool:
    """Return whether a file holds a gain map beside its base picture (ISO 21496-1)."""
    return b"tmap" in content[8 : struct.unpack(">I", content[:4])[0]]


def shape_notes(content: bytes, *, is_cropped: bool) -> tuple[str, ...]:
    """Return notes of pixels that are not square, and of a crop that the decoder ignores.

    Args:
        content: The file.
        is_cropped: Whether the decoder crops as the file says.
    """
    head = content[:SEARCHED_BYTES]
    place = head.find(b"pasp")
    notes: tuple[str, ...] = ()
    if 0 <= place <= len(head) - 12:
        # What is wide has few pixels in a length.
        wide, high = struct.unpack_from(">II", head, place + 4)
        notes = aspect_notes(high, wide)
    if not is_cropped and b"clap" in head:
        notes = (*notes, "its crop (clap) is ignored; this is the whole picture")
    return notes


def _av1_bits(start: bytes) -> int:
    # The flags are in the third byte after the name of their box.
    place = start.find(b"av1C")
    flags = start[place + 6] if place >= 0 else 0
    if not flags & HIGH_BIT_DEPTH:
        return LOW_BIT_DEPTH
    return 12 if flags & TWELVE_BITS else 10


def named_color(content: bytes) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the profile of the color space that a file names by code points, and notes."""
    place = content.find(COLOR_BOX)
    if place < 0:
        return None, ()
    primaries, transfer, matrix, _ = struct.unpack_from(
        COLOR_FIELDS, content, place + len(COLOR_BOX)
    )
    return color_names.by_code_points(CodePoints(primaries, transfer, matrix))
