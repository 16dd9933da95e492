"""JPEG XL files: decoded by imagecodecs at their full depth, floating point as well."""

from typing import Any, BinaryIO

import numpy as np

from siren_cli.errors import PictureError
from siren_cli.pictures.colors import named_spaces
from siren_cli.pictures.colors.chromaticities import Chromaticities
from siren_cli.pictures.colors.icc_profile import CodePoints
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.exif_block import EXIF_NAME
from siren_cli.pictures.numbers import mapped, scene_of
from siren_cli.pictures.picture import Metadata, peak
from siren_cli.pictures.reading import color_names, exif
from siren_cli.pictures.reading.exif import ExifTags
from siren_cli.pictures.reading.frames import check_page, frame_notes
from siren_cli.pictures.reading.jpeg_xl_header import (
    ALPHA,
    BLACK,
    ColorEncoding,
    JpegXlHeader,
    boxes,
    parsed,
)
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions
from siren_cli.pictures.reading.spread import spread, unpremultiplied
from siren_cli.pictures.value_mapping import Scene

# White points by their numbers: D65, E, and that of digital cinema.
WHITES = {1: (0.3127, 0.3290), 10: (1 / 3, 1 / 3), 11: (0.314, 0.351)}
# Primaries by their numbers in JPEG XL: those of sRGB, of Rec. 2100, and P3.
SRGB, REC_2100, P3 = 1, 9, 11
# Code points (ITU-T H.273) by primaries and white point.
PRIMARIES: dict[Any, int] = {(SRGB, 1): 1, (REC_2100, 1): 9, (P3, 1): 12, (P3, 11): 11}
POINTS = {
    SRGB: ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    REC_2100: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    P3: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
# What an EXIF block begins with.
BYTE_ORDERS = (b"II", b"MM")
# Numbers of transfer functions: none, and that of sRGB.
LINEAR, SRGB_TRANSFER = 8, 13


def read_header(start: bytes, _: BinaryIO) -> PictureHeader:
    """Return the header of a JPEG XL file."""
    header = parsed(start)
    if BLACK in header.extra_channels:
        raise PictureError("CMYK JPEG XL is not supported; convert it to RGB")
    return PictureHeader("JXL", header.bits, header.size)


def read(file: BinaryIO, _: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of a JPEG XL file, which its decoder turns upright."""
    import imagecodecs

    content, number = file.read(), options.page or 1
    header = parsed(content)
    if header.is_animated:
        frames = imagecodecs.jpegxl_decode(content)
        count = len(frames) if frames.ndim > _axes(header) else 1
        check_page(number, count)
        values = frames[number - 1] if count > 1 else frames
    else:
        count = 1
        check_page(number, count)
        values = imagecodecs.jpegxl_decode(content, 0)
    values = values.reshape(*values.shape[:2], -1)
    if header.is_premultiplied:
        values = unpremultiplied(values)
    profile, notes = _profile(header)
    stored, mapping = values, None
    if values.dtype.kind == "f":
        scene: Scene = "light" if header.color.transfer == LINEAR else scene_of(values)
        stored, mapping = mapped(values.astype(np.float32), scene)
    else:
        stored = spread(values, peak(header.bits))
    tags, xmp, box_notes = _beside(content)
    notes = (*frame_notes(count, number), *notes, *box_notes, *tags.notes)
    return Decoded(stored, profile, notes, mapping, Metadata(tags.resolution, tags.rest, xmp))


def _beside(content: bytes) -> tuple[ExifTags, bytes, tuple[str, ...]]:
    """Return what the boxes of EXIF and XMP say, but the orientation, which does not count."""
    found = dict(boxes(content))
    block = found.get(b"Exif", b"")
    if block[:2] not in BYTE_ORDERS:  # some programs leave out the offset, of four bytes
        block = block[4:]
    tags = exif.of_block(block.removeprefix(EXIF_NAME))
    notes = ("its compressed metadata is dropped",) if b"brob" in found else ()
    return tags, found.get(b"xml ", b""), notes


def _axes(header: JpegXlHeader) -> int:
    """Return the number of axes of a frame: rows and columns, and channels unless alone."""
    is_alone = header.is_gray and ALPHA not in header.extra_channels
    return 2 if is_alone else 3


def _profile(header: JpegXlHeader) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the color space of the values as they are decoded, and notes."""
    color = header.color
    if color.has_icc and not header.is_xyb:
        return None, ("its color profile is packed and cannot be read; sRGB is assumed",)
    # The decoder cannot decode to such a profile, and decodes to light.
    return (named_spaces.linear_profile(None), ()) if color.has_icc else _named(color)


def _named(color: ColorEncoding) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the profile of a color space that a file names, and notes."""
    primaries = PRIMARIES.get((color.primaries, color.white))
    if isinstance(color.transfer, int) and primaries:
        return color_names.by_code_points(CodePoints(primaries, color.transfer))
    if isinstance(color.transfer, int) and color.transfer not in (LINEAR, SRGB_TRANSFER):
        return None, ("its color space is unknown and taken for sRGB",)
    return _by_points(color)


def _by_points(color: ColorEncoding) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the profile of a color space whose white point or primaries are written out."""
    white = WHITES.get(color.white) if isinstance(color.white, int) else color.white
    points = (
        POINTS.get(color.primaries) if isinstance(color.primaries, int) else color.primaries
    )
    if white is None or points is None:
        return None, ("its color space is unknown and taken for sRGB",)
    space = Chromaticities(white, *points)
    if color.transfer == LINEAR:
        return named_spaces.linear_profile(space), ()
    gamma = None if color.transfer == SRGB_TRANSFER else color.transfer
    return named_spaces.gamma_profile(gamma, space), ()
