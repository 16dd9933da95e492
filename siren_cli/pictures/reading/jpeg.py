"""JPEG files: whole, or refused with what the decoder warned of.

libjpeg goes on after damage with a warning that most programs never show. Here 8 bits are
decoded by simplejpeg, which raises its warnings; 12 bits and lossless files by imagecodecs.
"""

import io
from typing import BinaryIO

import numpy as np
from PIL import Image

from siren_cli.errors import PictureError
from siren_cli.pictures.colors import color_profile, icc_profile
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.metadata import aspect_notes
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Metadata, Resolution, Stored, peak
from siren_cli.pictures.reading import exif, multi_picture
from siren_cli.pictures.reading.damage import NO_END, kept
from siren_cli.pictures.reading.exif import ExifTags
from siren_cli.pictures.reading.frames import GAIN_MAP_NOTE
from siren_cli.pictures.reading.jpeg_segments import (
    END_MARKER,
    ICC_NAME,
    JpegHeader,
    has_all_scans,
    read_segments,
    segments,
)
from siren_cli.pictures.reading.orientation import upright, upright_resolution
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions
from siren_cli.pictures.reading.size_limits import check_size
from siren_cli.pictures.reading.spread import spread

# libjpeg's warning of a profile, which is beside the pixels.
BAD_PROFILE = "bad ICC marker"
# Fractions of its sides to which a JPEG can shrink while it is decoded.
DIVISORS = (8, 4, 2)
# Simplejpeg's names of the colors, by their number of components.
SPACES = {1: "GRAY", 3: "RGB", 4: "CMYK"}
CMYK = 4
# Most bytes before the pixels.
MAX_HEADER_BYTES = 64 << 20
# Inches of JFIF's units of density; 0 is an aspect without a unit.
UNIT_INCHES = {1: 1.0, 2: 1 / 2.54}


def read_header(_: bytes, file: BinaryIO) -> PictureHeader:
    """Return the header of a JPEG file, which a color profile and previews may make long."""
    found = read_segments(file.read(MAX_HEADER_BYTES))
    if found.components not in SPACES:
        raise PictureError(f"JPEG of {found.components} components is not supported")
    return PictureHeader("JPEG", found.bits, found.size)


def read(file: BinaryIO, _: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of a JPEG file, or of one of the pictures in it."""
    pages = multi_picture.pages(file)
    content = pages.picture(options.page or 1)
    found = read_segments(content)
    check_size(*found.size, options.max_pixels)
    stored, notes = _stored(content, found, options)
    profile = None
    if found.components == CMYK:
        own = found.icc_profile or exif.of_block(found.exif).icc_profile
        stored, note = _colors_of_cmyk(content, own)
        profile, notes = icc_profile.SRGB, (*notes, note)
    notes = (*pages.notes(options.page or 1), *notes)
    return described(Decoded(stored, profile, notes), found)


def described(plain: Decoded, found: JpegHeader) -> Decoded:
    """Return stored pixels with all that the header says of them, turned upright.

    Args:
        plain: The pixels, notes of how they were decoded, and the color profile that this gave
            them, if any.
        found: The header.
    """
    tags = exif.of_block(found.exif)
    notes = plain.notes
    if found.has_iptc:
        notes = (*notes, "its IPTC is dropped")
    if found.has_gain_map:
        notes = (*notes, GAIN_MAP_NOTE)
    return Decoded(
        upright(plain.stored, tags.orientation),
        plain.icc_profile or found.icc_profile or tags.icc_profile,
        (*notes, *tags.notes, *_aspect_notes(found)),
        metadata=_metadata(found, tags),
    )


def _stored(
    content: bytes, found: JpegHeader, options: ReadOptions
) -> tuple[Stored, tuple[str, ...]]:
    """Return the values and what was wrong with the file."""
    try:
        return _decoded(content, found, options.max_side), ()
    except ValueError as error:
        warning = str(error)
    if BAD_PROFILE in warning and ICC_NAME in content:
        without = content.replace(ICC_NAME, bytes(len(ICC_NAME)))
        stored, notes = _stored(without, found, options)
        return stored, (*notes, "the parts of its color profile are numbered wrongly")
    try:
        whole = _decoded(content + END_MARKER, found, options.max_side)
        # The decoder of deep files would not say that pixels are missing, too.
        if has_all_scans(content) and not _is_deep(found):
            return whole, (NO_END,)
    except ValueError:
        pass  # more than the end is missing
    note = kept(warning, keep=options.keep_damaged)
    return _decoded(content, found, options.max_side, strict=False), (note,)


def _decoded(
    content: bytes, found: JpegHeader, max_side: int | None, *, strict: bool = True
) -> Stored:
    """Return the values of a file, shape (height, width, components).

    Raises:
        ValueError: The decoder warned, and that is `strict`.
    """
    if _is_deep(found):
        return _deep(content, found, strict=strict)
    import simplejpeg

    shrunken = _shrunken(found, max_side)
    stored = simplejpeg.decode_jpeg(
        content, SPACES[found.components], strict=strict, **shrunken
    )
    planes: Stored = stored.reshape(*stored.shape[:2], -1)
    return planes


def _is_deep(found: JpegHeader) -> bool:
    return found.bits != LOW_BIT_DEPTH or found.is_lossless


def _deep(content: bytes, found: JpegHeader, *, strict: bool) -> Stored:
    if strict and END_MARKER not in content[list(segments(content))[-1].place :]:
        raise ValueError("its end is missing")
    import imagecodecs

    try:
        stored = imagecodecs.jpeg8_decode(content)
    except RuntimeError as error:
        raise PictureError(f"damaged picture: {error}") from error
    planes = stored.reshape(*stored.shape[:2], -1)
    return spread(planes, peak(found.bits))


def _shrunken(found: JpegHeader, max_side: int | None) -> dict[str, float]:
    # Only where the sides can be divided, and to twice the size that is wanted or more:
    # from there our own filter shrinks on, and hides how the JPEG shrank.
    width, height = found.size
    for divisor in DIVISORS if max_side else ():
        exact = width % divisor == 0 and height % divisor == 0
        if exact and max(width, height) // divisor >= 2 * (max_side or 0):
            return {"min_width": width // divisor, "min_height": height // divisor}
    return {}


def _colors_of_cmyk(content: bytes, profile: bytes | None) -> tuple[Stored, str]:
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
        return color_profile.cmyk_to_srgb(np.asarray(image), profile)


def _metadata(found: JpegHeader, tags: ExifTags) -> Metadata:
    return Metadata(
        upright_resolution(_resolution(found) or tags.resolution, tags.orientation),
        tags.rest,
        found.xmp,
    )


def _aspect_notes(found: JpegHeader) -> tuple[str, ...]:
    if found.density is None or found.density[0] in UNIT_INCHES:
        return ()
    return aspect_notes(*found.density[1:])


def _resolution(found: JpegHeader) -> Resolution | None:
    if found.density is None or found.density[0] not in UNIT_INCHES:
        return None
    unit, across, down = found.density
    inches = UNIT_INCHES[unit]
    return exif.resolution(across / inches, down / inches)
