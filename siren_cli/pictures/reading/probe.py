"""The format of a picture file, by its first bytes, and what its header says.

Pillow cuts values of more bits to 8 without a word, and some decoders reserve whatever
memory the header asks for, so the header is read here first.
"""

import struct
from collections.abc import Callable
from typing import BinaryIO

from siren_cli.errors import PictureError
from siren_cli.pictures.reading import (
    bmp,
    exr_header,
    float_files,
    gif,
    iso_media,
    jpeg,
    jpeg_2000,
    jpeg_xl,
    jpeg_xl_header,
    netpbm,
    png,
    tiff,
)
from siren_cli.pictures.reading.foreign import foreign_kind
from siren_cli.pictures.reading.picture_header import PictureHeader

# Bytes from the start of a file that are searched for the header.
SEARCHED_BYTES = 1 << 20


def picture_header(file: BinaryIO) -> PictureHeader:
    """Return the header of a picture; the file is left at its start.

    Raises:
        PictureError: It is damaged, or another kind of file, or says something that cannot be
            read whole.
    """
    kind = foreign_kind(file)
    if kind:
        raise PictureError(kind)
    start = file.read(SEARCHED_BYTES)
    file.seek(0)
    try:
        header = _header(file, start)
    except (struct.error, IndexError, ValueError, SyntaxError) as error:
        raise PictureError("damaged picture: its header is cut off or broken") from error
    file.seek(0)
    return header


def _header(file: BinaryIO, start: bytes) -> PictureHeader:
    for signatures, read in _KINDS.items():
        if start.startswith(signatures) or start[4:8] in signatures:
            return read(start, file)
    return PictureHeader()


_KINDS: dict[tuple[bytes, ...], Callable[[bytes, BinaryIO], PictureHeader]] = {
    (b"\x89PNG\r\n\x1a\n",): png.read_header,
    (b"\xff\xd8\xff",): jpeg.read_header,
    (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"): tiff.read_header,
    (b"P2", b"P3", b"P5", b"P6", b"P7"): netpbm.read_header,
    (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"): jpeg_2000.read_header,
    (exr_header.SIGNATURE,): float_files.exr_header,
    (b"#?RADIANCE", b"#?RGBE"): float_files.radiance_header,
    (b"PF", b"Pf"): float_files.pfm_header,
    (b"\x93NUMPY",): float_files.npy_header,
    (b"GIF87a", b"GIF89a"): gif.read_header,
    (b"BM",): bmp.read_header,
    (b"ftyp",): iso_media.read_header,
    (jpeg_xl_header.CODESTREAM, jpeg_xl_header.CONTAINER): jpeg_xl.read_header,
}
