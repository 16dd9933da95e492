"""Picture files to pixels: whole and exact, or refused with a sentence.

A module for each format decodes what is opened here and whose header passes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from siren_cli.errors import PictureError, SirenError
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
from siren_cli.pictures.reading.banded import NotInBandsError
from siren_cli.pictures.reading.banding import LargePicture
from siren_cli.pictures.reading.damage import kept
from siren_cli.pictures.reading.opening import header_and_size, in_a_line, opened, reading
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions
from siren_cli.pictures.reading.size_limits import check_size

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
    with reading(path), opened(path) as file:
        header, size = header_and_size(file)
        check_size(*size, max_pixels)
        return convert(_decoded(file, header, options), conversion)


def check_picture(
    path: Path, max_pixels: int = MAX_PIXELS, conversion: Conversion = AS_IT_IS
) -> None:
    """Find out from its header, in a moment, what keeps a picture from being read.

    Raises:
        PictureError: As for `read_stream`, as far as the header shows it.
        ResourceError: An extra must be installed.
    """
    with reading(path), opened(path) as file:
        picture = LargePicture.of(file, conversion)
        if picture.pixels <= max_pixels:
            return
        try:
            picture.check()
        except NotInBandsError as error:
            picture.check_whole(max_pixels, error)


def _decoded(file: BinaryIO, header: PictureHeader, options: ReadOptions) -> Decoded:
    read = READERS[header.format]
    try:
        return read(file, header, options)
    except (SirenError, MemoryError):
        raise
    except Exception as error:  # a decoder may raise anything on a hostile file
        reason = in_a_line(error)
        if header.format not in PARTLY_READ:
            raise PictureError(f"damaged picture: {reason}") from error
        note = kept(reason, keep=options.keep_damaged)
    file.seek(0)
    with pillow_limits.truncated_allowed():
        decoded = read(file, header, options)
    return decoded._replace(notes=(note, *decoded.notes))
