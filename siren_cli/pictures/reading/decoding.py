"""Stored values, upright and in one of four colors, from an opened picture file."""

from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageOps

from siren_cli.pictures.colors import color_profile
from siren_cli.pictures.conversion import Decoded
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Stored, peak
from siren_cli.pictures.reading import high_bit_depth
from siren_cli.pictures.reading.picture_header import PictureHeader

# Formats whose decoders turn the picture upright themselves.
UPRIGHT_FORMATS = ("HEIF", "JXL")
# Pillow's modes of 1 bit and of premultiplied gray, and the modes that they are read as.
PLAIN_MODES = {"1": "L", "La": "LA"}
# Fractions of its sides to which a JPEG can shrink while it is decoded.
JPEG_DIVISORS = (8, 4, 2)


# An upright picture is a stored one, transposed, then turned over from top to bottom, then
# from left to right, where its EXIF orientation is in these (EXIF 2.32, section 4.6.4).
TRANSPOSED = (5, 6, 7, 8)
UPSIDE_DOWN = (3, 4, 7, 8)
MIRRORED = (2, 3, 6, 7)


def decoded_high_bit_depth(file: BinaryIO, header: PictureHeader) -> Decoded:
    """Return a picture of more than 8 bits, which Pillow would cut to 8."""
    content = high_bit_depth.read(file, header)
    notes = (*header.notes, *_frame_notes(content.frames))
    return Decoded(_upright(content.stored, content.orientation), content.icc_profile, notes)


def decoded(header: PictureHeader, image: Image.Image, max_side: int | None) -> Decoded:
    """Return a picture as Pillow decodes it.

    Args:
        header: The header of the file.
        image: Pillow's image of the file.
        max_side: Longest side that is wanted; a JPEG shrinks while it is decoded.
    """
    if max_side is not None:
        _let_jpeg_shrink(image, max_side)
    # The other pictures of an MPO are the same one, smaller or seen from beside.
    frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
    notes = (*header.notes, *_frame_notes(frames))
    bits = max(header.bits, image.info.get("bit_depth", LOW_BIT_DEPTH))
    if bits > LOW_BIT_DEPTH:
        notes += (f"its {bits} bits are read as {LOW_BIT_DEPTH}",)
    # A JPEG that was packed into a JPEG XL is decoded as that JPEG, so not upright.
    if header.format not in UPRIGHT_FORMATS or getattr(image, "jpeg", False):
        ImageOps.exif_transpose(image, in_place=True)
    icc_profile = image.info.get("icc_profile") or header.icc_profile
    if image.mode == "CMYK":
        image, note = color_profile.cmyk_to_srgb(image, icc_profile)
        return Decoded(_array(image), None, (*notes, note))
    return Decoded(_array(_in_color(image, header.bits)), icc_profile, notes)


def _let_jpeg_shrink(image: Image.Image, max_side: int) -> None:
    # Only where the sides can be divided, and to twice the size that is wanted or more:
    # from there our own filter shrinks on, and hides how the JPEG shrank.
    for divisor in JPEG_DIVISORS:
        width, height = image.width // divisor, image.height // divisor
        exact = (width * divisor, height * divisor) == image.size
        if exact and max(width, height) >= 2 * max_side:
            image.draft(None, (width, height))
            return


def _frame_notes(frames: int) -> tuple[str, ...]:
    return (f"has {frames} frames, of which this is the first",) if frames > 1 else ()


def _upright(stored: Any, orientation: int) -> Any:
    if orientation in TRANSPOSED:
        stored = stored.transpose(1, 0, 2)
    if orientation in UPSIDE_DOWN:
        stored = stored[::-1]
    if orientation in MIRRORED:
        stored = stored[:, ::-1]
    return np.ascontiguousarray(stored)


def _in_color(image: Image.Image, bits: int) -> Image.Image:
    """Return an image in one of the modes of `COLORS`.

    Args:
        image: Pillow's image.
        bits: Bits of a value in the file.
    """
    if image.mode == "I;16":
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in PLAIN_MODES:
        image = image.convert(PLAIN_MODES[image.mode])
    if image.mode in ("P", "PA", "YCbCr"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if "transparency" not in image.info:
        return image
    if image.mode == "RGB":
        return image.convert("RGBA")
    # Pillow spreads gray of 2 and 4 bits over 0 to 255, but not the gray that is
    # transparent; some versions spread gray of 1 bit, too.
    spread = image.info["transparency"] * (peak(LOW_BIT_DEPTH) // peak(bits))
    image.info["transparency"] = min(spread, peak(LOW_BIT_DEPTH))
    return image.convert("LA")


def _array(image: Image.Image) -> Stored:
    return np.asarray(image).reshape(image.height, image.width, -1)
