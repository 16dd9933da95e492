"""Opening a picture file: what it is, and whether it may be decoded."""

import logging
from collections.abc import Callable
from typing import BinaryIO

from PIL import Image, PngImagePlugin, UnidentifiedImageError

from siren_cli.errors import PictureError
from siren_cli.pictures import extras, formats, high_bit_depth
from siren_cli.pictures.picture import LOW_BIT_DEPTH, MAX_ICC_BYTES, MAX_SIDE
from siren_cli.pictures.probe import Outline, outline

# Pillow's modes that become pixels.
MODES = ("1", "L", "LA", "La", "I;16", "P", "PA", "RGB", "RGBA", "YCbCr", "CMYK")

# Pillow raises what it logs; without a handler Python would print it, too.
logging.getLogger("PIL").addHandler(logging.NullHandler())


def examine(file: BinaryIO, max_pixels: int) -> tuple[Outline, Image.Image | None]:
    """Return what a picture's header says; nothing is decoded but JPEG XL.

    Returns:
        The outline, and Pillow's image, or None where `deep` is to read it.

    Raises:
        PictureError: It is none, or too large, or of a kind that is not read.
        ResourceError: An extra must be installed.
    """
    seen = outline(file)
    if seen.size:
        _check_size(seen.size, max_pixels)
    if high_bit_depth.is_deep(seen):
        high_bit_depth.check_readable(seen)
        return seen, None
    image = _pillow_image(file, seen)
    _check_size(image.size, max_pixels)
    _check_mode(image, seen)
    return seen, image


def _pillow_image(file: BinaryIO, seen: Outline) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # our own limit names the flag that lifts it
    PngImagePlugin.MAX_TEXT_CHUNK = MAX_ICC_BYTES  # and that of profiles is larger
    allowed = formats.READ
    if seen.format in _PLUGINS:
        _PLUGINS[seen.format]()
        allowed = (seen.format,)
    try:
        return Image.open(file, formats=allowed)
    except UnidentifiedImageError:
        known = ", ".join((*formats.READ, *formats.READ_WITH_EXTRAS))
        raise PictureError(f"not a picture in {known} format, or damaged") from None


def _register_heif() -> None:
    extras.load("heif", "HEIC is read").register_heif_opener()


def _register_jpeg_xl() -> None:
    extras.load("jxl", "JPEG XL is read")


_PLUGINS: dict[str, Callable[[], None]] = {"HEIF": _register_heif, "JXL": _register_jpeg_xl}


def _check_mode(image: Image.Image, seen: Outline) -> None:
    if image.mode not in MODES:
        raise PictureError(
            f"is of Pillow's mode {image.mode}, which is not supported; convert it to RGB"
        )
    if image.format == "JXL" and image.mode == "LA" and seen.bits > LOW_BIT_DEPTH:
        # Pillow's plugin takes the halves of the values for values.
        raise PictureError(
            f"{seen.bits}-bit gray JPEG XL with alpha is not supported; convert it to PNG"
        )


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if min(size) < 1:
        raise PictureError(f"damaged picture: {width}x{height} has no pixels")
    if width * height > max_pixels:
        raise PictureError(
            f"{width}x{height} is {_pixels(width * height)}, "
            f"over the {_pixels(max_pixels)} limit (--max-pixels)"
        )
    if max(size) > MAX_SIDE:
        raise PictureError(f"{width}x{height} is over {MAX_SIDE} pixels a side")


def _pixels(count: int) -> str:
    return f"{count / 1e6:.0f} Mpx" if count >= 1e6 else f"{count} pixels"  # noqa: PLR2004
