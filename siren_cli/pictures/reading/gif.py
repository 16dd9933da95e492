"""GIF files: whether their end is there, and a color profile that Pillow does not read."""

from typing import BinaryIO

from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.reading import pillow
from siren_cli.pictures.reading.damage import NO_END
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions

# The byte that ends a file (GIF89a, section 27).
TRAILER = b";"
# The application extension of a color profile, before its blocks (ICC.1:2010, section B.6).
PROFILE = b"\x21\xff\x0bICCRGBG1012"


def read_header(_: bytes, __: BinaryIO) -> PictureHeader:
    """Return the header of a GIF file."""
    return PictureHeader("GIF")


def read(file: BinaryIO, header: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of a GIF file, or of a frame of it."""
    content = file.read()
    file.seek(0)
    decoded = pillow.read(file, header._replace(icc_profile=_profile(content)), options)
    if content.rstrip(b"\0").endswith(TRAILER):
        return decoded
    return decoded._replace(notes=(*decoded.notes, NO_END))


def _profile(content: bytes) -> bytes | None:
    place = content.find(PROFILE)
    if place < 0:
        return None
    blocks, place = b"", place + len(PROFILE)
    # Each block of it begins with its length; one of length 0 ends it.
    while length := content[place : place + 1][0] if place < len(content) else 0:
        blocks += content[place + 1 : place + 1 + length]
        place += 1 + length
    return blocks or None
