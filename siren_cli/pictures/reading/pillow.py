"""Pictures of 8 bits, as Pillow decodes them."""

from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from siren_cli.errors import PictureError
from siren_cli.pictures import formats
from siren_cli.pictures.colors import color_profile, icc_profile
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Metadata, Stored, peak
from siren_cli.pictures.reading import exif
from siren_cli.pictures.reading.frames import check_page, frame_notes
from siren_cli.pictures.reading.orientation import upright, upright_resolution
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions
from siren_cli.pictures.reading.size_limits import check_size

# Pillow's modes that become pixels.
MODES = ("1", "L", "LA", "La", "I;16", "P", "PA", "RGB", "RGBA", "YCbCr", "CMYK")
# Pillow's modes of 1 bit and of premultiplied gray, and the modes that they are read as.
PLAIN_MODES = {"1": "L", "La": "LA"}


def opened(file: BinaryIO, form: str = "") -> Image.Image:
    """Return Pillow's image of a file, whose pixels are not decoded yet.

    Args:
        file: The file.
        form: The name of its format, if its first bytes tell it.

    Raises:
        PictureError: It is no picture that Pillow is allowed to read.
    """
    try:
        image = Image.open(file, formats=formats.OPENED_BY_PILLOW)
    except UnidentifiedImageError:
        if form:
            raise PictureError(f"damaged picture: it cannot be opened as {form}") from None
        known = ", ".join(formats.READ)
        raise PictureError(f"not a picture in {known} format, or damaged") from None
    if image.mode not in MODES:
        raise PictureError(
            f"is of Pillow's mode {image.mode}, which is not supported; convert it to RGB"
        )
    return image


def read(file: BinaryIO, header: PictureHeader, options: ReadOptions) -> Decoded:
    """Return a picture as Pillow decodes it."""
    return read_by(file, header, options, lambda image: values(image, header.bits))


def read_by(
    file: BinaryIO,
    header: PictureHeader,
    options: ReadOptions,
    decode: Callable[[Image.Image], Stored],
) -> Decoded:
    """Return a picture that Pillow opens, and that may be decoded by another library.

    Args:
        file: The file.
        header: Its header.
        options: The page that is wanted.
        decode: Returns the values of Pillow's image, at that page, not turned upright.
    """
    image, number = opened(file, header.format), options.page or 1
    count = getattr(image, "n_frames", 1)
    check_page(number, count)
    # To look for that of a PNG, Pillow would decode it; `png` reads its chunks.
    tags = exif.ExifTags() if image.format == "PNG" else exif.of_image(image)
    info = dict(image.info)
    if number > 1:
        image.seek(number - 1)
        check_size(*image.size, options.max_pixels)
    notes = (*header.notes, *frame_notes(count, number), *tags.notes)
    profile = info.get("icc_profile") or header.icc_profile or tags.icc_profile
    stored = decode(image)
    if image.mode == "CMYK":
        stored, note = color_profile.cmyk_to_srgb(stored, profile)
        profile, notes = icc_profile.SRGB, (*notes, note)
    return Decoded(
        upright(stored, tags.orientation), profile, notes, metadata=_metadata(info, tags)
    )


def _metadata(info: dict[Any, Any], tags: exif.ExifTags) -> Metadata:
    """Return what a file holds beside its pixels."""
    dots = info.get("dpi")
    found = exif.resolution(*map(float, dots)) if dots else tags.resolution
    resolution = upright_resolution(found, tags.orientation)
    return Metadata(resolution, tags.rest, info.get("xmp") or b"")


def values(image: Image.Image, bits: int) -> Stored:
    """Return the stored values of an image, shape (height, width, channels), of uint8.

    Args:
        image: Pillow's image.
        bits: Bits of a value in the file.
    """
    return _array(_in_color(image, bits))


def _in_color(image: Image.Image, bits: int) -> Image.Image:
    """Return an image in one of the modes of `COLORS`."""
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
