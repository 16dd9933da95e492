"""Picture files to pixels: whole and exact, or refused with a sentence.

A file is opened and its header is checked here; `decoding` decodes what passes.
"""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from siren_cli.errors import PictureError, ResourceError, SirenError, prefixed
from siren_cli.pictures import extras, formats
from siren_cli.pictures.conversion import AS_IT_IS, Conversion, convert
from siren_cli.pictures.formats import MAX_PIXELS
from siren_cli.pictures.picture import LOW_BIT_DEPTH, MAX_SIDE, Picture
from siren_cli.pictures.reading import high_bit_depth, jpeg_2000, pillow_limits
from siren_cli.pictures.reading.decoding import decoded, decoded_high_bit_depth
from siren_cli.pictures.reading.picture_header import PictureHeader
from siren_cli.pictures.reading.probe import picture_header
from siren_cli.system import files

# Pillow's modes that become pixels.
MODES = ("1", "L", "LA", "La", "I;16", "P", "PA", "RGB", "RGBA", "YCbCr", "CMYK")
# Pixels from which on a message counts megapixels.
MEGAPIXEL = 10**6

# Pillow raises what it logs; without a handler Python would print it, too.
logging.getLogger("PIL").addHandler(logging.NullHandler())


def read_picture(
    path: Path, conversion: Conversion = AS_IT_IS, max_pixels: int = MAX_PIXELS
) -> Picture:
    """Read a picture whole, or not at all; `-` is standard input.

    EXIF orientation is applied and the rest of EXIF dropped; of several frames the
    first is read; CMYK becomes sRGB. The picture's notes say so.

    Raises:
        PictureError: The file is missing, truncated, too large, or holds something
            that would not come back as it was, such as floating-point values.
        ResourceError: It does not fit into memory, or an extra must be installed.
    """
    with prefixed(path), _explained(), pillow_limits.lifted(), _opened(path) as file:
        header = _checked_header(file, max_pixels)
        if header.format == "JPEG2000":
            jpeg_2000.check_whole(file)
        if high_bit_depth.is_read_here(header):
            return convert(decoded_high_bit_depth(file, header), conversion)
        image = _checked_image(file, header, max_pixels)
        return convert(decoded(header, image, conversion.max_side), conversion)


def check_picture(path: Path, max_pixels: int = MAX_PIXELS) -> None:
    """Find out from its header, in a moment, what keeps a picture from being read.

    A JPEG XL is decoded, for its decoder has no other way to open it.

    Raises:
        PictureError: As for `read_picture`, as far as the header shows it.
        ResourceError: An extra must be installed.
    """
    with prefixed(path), _explained(), pillow_limits.lifted(), _opened(path) as file:
        header = _checked_header(file, max_pixels)
        if not high_bit_depth.is_read_here(header):
            _checked_image(file, header, max_pixels)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn whatever a decoder raises into an error that says what is wrong."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except SirenError:
        raise
    except OSError as error:
        raise PictureError(error.strerror or _in_a_line(error)) from error
    except MemoryError as error:
        raise ResourceError("larger than the memory that is left") from error
    except Exception as error:
        # A decoder may raise anything on a hostile file.
        raise PictureError(f"damaged picture: {_in_a_line(error)}") from error


def _in_a_line(error: Exception) -> str:
    line = " ".join(str(error).split())
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def _opened(path: Path) -> BinaryIO:
    """Return a file that can seek, which a pipe cannot."""
    if path == files.STDIN:
        return io.BytesIO(files.read_stdin())
    file = path.open("rb")
    if file.seekable():
        return file
    with file:
        return io.BytesIO(file.read())


def _checked_header(file: BinaryIO, max_pixels: int) -> PictureHeader:
    """Return the header of a picture that can be read, as far as the header shows it."""
    header = picture_header(file)
    if header.size:
        _check_sides(*header.size, max_pixels)
    if high_bit_depth.is_read_here(header):
        high_bit_depth.check_extra(header)
    return header


def _checked_image(file: BinaryIO, header: PictureHeader, max_pixels: int) -> Image.Image:
    """Return Pillow's image, whose pixels are not decoded yet but for JPEG XL."""
    image = _pillow_image(file, header)
    _check_sides(*image.size, max_pixels)
    if image.mode not in MODES:
        raise PictureError(
            f"is of Pillow's mode {image.mode}, which is not supported; convert it to RGB"
        )
    if image.format == "JXL" and image.mode == "LA" and header.bits > LOW_BIT_DEPTH:
        # Pillow's plug-in reads each byte of such a value as a value of its own.
        raise PictureError(
            f"{header.bits}-bit gray JPEG XL with alpha is not supported; convert it to PNG"
        )
    return image


def _pillow_image(file: BinaryIO, header: PictureHeader) -> Image.Image:
    allowed = formats.READ
    if header.format == "HEIF":
        extras.load("heif", "HEIC is read").register_heif_opener()
        allowed = ("HEIF",)
    elif header.format == "JXL":
        extras.load("jxl", "JPEG XL is read")
        allowed = ("JXL",)
    try:
        return Image.open(file, formats=allowed)
    except UnidentifiedImageError:
        known = ", ".join((*formats.READ, *formats.READ_WITH_EXTRAS))
        raise PictureError(f"not a picture in {known} format, or damaged") from None


def _check_sides(width: int, height: int, max_pixels: int) -> None:
    if min(width, height) < 1:
        raise PictureError(f"damaged picture: {width}x{height} has no pixels")
    if width * height > max_pixels:
        raise PictureError(
            f"{width}x{height} is {_pixel_text(width * height)}, "
            f"over the {_pixel_text(max_pixels)} limit (--max-pixels)"
        )
    if max(width, height) > MAX_SIDE:
        raise PictureError(f"{width}x{height} is over {MAX_SIDE} pixels a side")


def _pixel_text(count: int) -> str:
    return f"{count / MEGAPIXEL:.0f} Mpx" if count >= MEGAPIXEL else f"{count} pixels"
