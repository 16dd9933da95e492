"""Picture files opened, their headers checked, and what goes wrong with them explained."""

import io
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from siren_cli.errors import PictureError, ResourceError, SirenError, prefixed
from siren_cli.pictures.reading import heic, pillow, pillow_limits
from siren_cli.pictures.reading.picture_header import PictureHeader
from siren_cli.pictures.reading.probe import picture_header
from siren_cli.system import extras, files

# Pillow raises what it logs; without a handler Python would print it, too.
logging.getLogger("PIL").addHandler(logging.NullHandler())


class FileState(NamedTuple):
    """What shows that a file was changed.

    Attributes:
        size: Its size in bytes.
        modified: When it was changed, in nanoseconds.
    """

    size: int
    modified: int


def file_state(file: BinaryIO) -> FileState:
    """Return the state of an open file."""
    found = os.fstat(file.fileno())
    return FileState(found.st_size, found.st_mtime_ns)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever a decoder raises into an error that names the file and what is wrong."""
    with prefixed(path), _explained(), pillow_limits.lifted():
        yield


@contextmanager
def _explained() -> Iterator[None]:
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except SirenError:
        raise
    except OSError as error:
        raise PictureError(error.strerror or in_a_line(error)) from error
    except MemoryError as error:
        raise ResourceError("larger than the memory that is left") from error
    except Exception as error:
        # A decoder may raise anything on a hostile file.
        raise PictureError(f"damaged picture: {in_a_line(error)}") from error


def in_a_line(error: Exception) -> str:
    """Return the message of a decoder's error as one printable line."""
    line = " ".join(str(error).split()) or type(error).__name__
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def opened(path: Path) -> BinaryIO:
    """Return a file that can seek, which a pipe cannot."""
    if path == files.STDIN:
        return io.BytesIO(files.read_stdin())
    file = path.open("rb")
    if file.seekable():
        return file
    with file:
        return io.BytesIO(file.read())


def header_and_size(file: BinaryIO) -> tuple[PictureHeader, tuple[int, int]]:
    """Return the header of a picture, and its width and height.

    Raises:
        PictureError: The header shows that the picture cannot be read.
        ResourceError: An extra must be installed.
    """
    header = picture_header(file)
    if header.format == "EXR":
        extras.load("exr", "OpenEXR is read")
    return header, header.size or _size(file, header)


def _size(file: BinaryIO, header: PictureHeader) -> tuple[int, int]:
    """Return width and height of a picture, as its decoder says them before it decodes."""
    opened_picture = (
        heic.opened(file) if header.format == "HEIF" else pillow.opened(file, header.format)
    )
    width, height = opened_picture.size
    file.seek(0)
    return width, height
