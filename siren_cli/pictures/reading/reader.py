"""Picture files to pixels: whole and exact, or refused with a sentence.

A file is opened and its header is checked here; a module for each format decodes what passes.
"""

import io
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from siren_cli.errors import PictureError, ResourceError, SirenError, prefixed
from siren_cli.pictures import extras
from siren_cli.pictures.conversion import AS_IT_IS, Conversion, convert
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.formats import MAX_PIXELS
from siren_cli.pictures.picture import Picture
from siren_cli.pictures.reading import (
    avif,
    bmp,
    float_files,
    gif,
    heic,
    jpeg,
    jpeg_2000,
    jpeg_xl,
    netpbm,
    pillow,
    pillow_limits,
    png,
    tiff,
)
from siren_cli.pictures.reading.damage import kept
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions
from siren_cli.pictures.reading.probe import picture_header
from siren_cli.pictures.reading.size_limits import check_size
from siren_cli.system import files

# Formats that are decoded row by row, so that something is left of a damaged one.
PARTLY_READ = ("", "PNG", "JPEG2000", "PPM", "GIF", "BMP")

Reader = Callable[[BinaryIO, PictureHeader, ReadOptions], Decoded]
READERS: dict[str, Reader] = {
    "": pillow.read,
    "PNG": png.read,
    "JPEG": jpeg.read,
    "TIFF": tiff.read,
    "PPM": netpbm.read,
    "JPEG2000": jpeg_2000.read,
    "GIF": gif.read,
    "BMP": bmp.read,
    "AVIF": avif.read,
    "HEIF": heic.read,
    "JXL": jpeg_xl.read,
    "EXR": float_files.read_exr,
    "HDR": float_files.read_radiance,
    "PFM": float_files.read_pfm,
    "NPY": float_files.read_npy,
}

# Pillow raises what it logs; without a handler Python would print it, too.
logging.getLogger("PIL").addHandler(logging.NullHandler())


def read_picture(
    path: Path, conversion: Conversion = AS_IT_IS, max_pixels: int = MAX_PIXELS
) -> Picture:
    """Read a picture whole, or not at all; `-` is standard input.

    EXIF orientation is applied; of several frames the first of full size is read, if no
    page is asked for; CMYK and CIELAB become sRGB. The picture's notes say so.

    Raises:
        PictureError: The file is missing, damaged, too large, or no picture.
        ResourceError: It does not fit into memory, or an extra must be installed.
    """
    options = ReadOptions(
        conversion.page, conversion.max_side, conversion.damaged == "keep", max_pixels
    )
    with prefixed(path), _explained(), pillow_limits.lifted(), _opened(path) as file:
        header = _checked_header(file, max_pixels)
        return convert(_decoded(file, header, options), conversion)


def check_picture(path: Path, max_pixels: int = MAX_PIXELS) -> None:
    """Find out from its header, in a moment, what keeps a picture from being read.

    Raises:
        PictureError: As for `read_picture`, as far as the header shows it.
        ResourceError: An extra must be installed.
    """
    with prefixed(path), _explained(), pillow_limits.lifted(), _opened(path) as file:
        _checked_header(file, max_pixels)


def _checked_header(file: BinaryIO, max_pixels: int) -> PictureHeader:
    """Return the header of a picture that can be read, as far as the header shows it."""
    header = picture_header(file)
    if header.format == "EXR":
        extras.load("exr", "OpenEXR is read")
    size = header.size or _size(file, header)
    check_size(*size, max_pixels)
    return header


def _size(file: BinaryIO, header: PictureHeader) -> tuple[int, int]:
    """Return width and height of a picture, as its decoder says them before it decodes."""
    opened = (
        heic.opened(file) if header.format == "HEIF" else pillow.opened(file, header.format)
    )
    width, height = opened.size
    file.seek(0)
    return width, height


def _decoded(file: BinaryIO, header: PictureHeader, options: ReadOptions) -> Decoded:
    read = READERS[header.format]
    try:
        return read(file, header, options)
    except (SirenError, MemoryError):
        raise
    except Exception as error:  # a decoder may raise anything on a hostile file
        reason = _in_a_line(error)
        if header.format not in PARTLY_READ:
            raise PictureError(f"damaged picture: {reason}") from error
        note = kept(reason, keep=options.keep_damaged)
    file.seek(0)
    with pillow_limits.truncated_allowed():
        decoded = read(file, header, options)
    return decoded._replace(notes=(note, *decoded.notes))


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
    line = " ".join(str(error).split()) or type(error).__name__
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
