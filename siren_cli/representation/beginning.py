"""The beginning of files of versions 2 and 3: magic, header, color profile and metadata.

    magic, length of the header, header (JSON)
    color profile, EXIF block and XMP packet, if there are any

Version 2 has the classes of the cells before the color profile.
"""

import struct
from typing import BinaryIO, NamedTuple

from siren_cli.errors import RepresentationError
from siren_cli.pictures.colors.icc_profile import SRGB, SRGB_GRAY
from siren_cli.pictures.picture import Metadata
from siren_cli.representation.digests import DIGEST_BYTES, digest
from siren_cli.representation.header import Header
from siren_cli.representation.strict_json import loads

# The first bytes of a file. As in PNG, the first is no text, and the line end is damaged
# by transfers as text.
MAGIC = b"\x89SIREN\r\n"
# The magic and the length of the header, an unsigned 32-bit integer.
PREFIX_BYTES = len(MAGIC) + 4
# Largest header that is read, in bytes.
MAX_HEADER_BYTES = 64 << 10


class BeginningReader:
    """Reads the beginning of a file, and keeps what it has read.

    Args:
        file: The file, at its start.

    Attributes:
        taken: All bytes that it has read.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.taken = file, b""

    def take(self, count: int) -> bytes:
        """Return the next bytes.

        Raises:
            RepresentationError: There are fewer.
        """
        taken = self._file.read(count)
        if len(taken) < count:
            raise RepresentationError("truncated in its header")
        self.taken += taken
        return taken

    def header_text(self) -> bytes:
        """Return the text of the header, with which a file begins.

        Raises:
            RepresentationError: It is too long, or cut.
        """
        (length,) = struct.unpack("<I", self.take(PREFIX_BYTES)[len(MAGIC) :])
        if length > MAX_HEADER_BYTES:
            raise RepresentationError(f"its header is over {MAX_HEADER_BYTES} bytes")
        return self.take(length)

    def check_seal(self) -> None:
        """Check the next bytes: the digest of all bytes so far.

        Raises:
            RepresentationError: They are another one.
        """
        seal = digest(self.taken)
        if self.take(DIGEST_BYTES) != seal:
            raise RepresentationError("damaged: the header does not match its SHA-256")


class Extras(NamedTuple):
    """What a file holds beside the function.

    Attributes:
        icc_profile: The picture's color profile, or None.
        metadata: What else the picture's file held.
    """

    icc_profile: bytes | None
    metadata: Metadata


def version_of(file: BinaryIO) -> object:
    """Return the version that the header of a file says, whatever it is.

    Args:
        file: The file, at its start.

    Raises:
        RepresentationError: The header is not JSON.
    """
    return loads(BeginningReader(file).header_text(), "header").get("version")


def read_extras(header: Header, reader: BeginningReader) -> Extras:
    """Return color profile and metadata, which are the next bytes."""
    profile = _color_profile(header, reader.take(header.icc_bytes))
    exif, xmp = reader.take(header.exif_bytes), reader.take(header.xmp_bytes)
    return Extras(profile, Metadata(header.resolution, exif, xmp))


def _color_profile(header: Header, stored: bytes) -> bytes | None:
    if header.color_space:
        is_gray = header.facts.color.startswith("L")
        return SRGB_GRAY if is_gray else SRGB
    return stored or None


def framed(text: bytes) -> bytes:
    """Return the beginning of a file, up to the end of its header."""
    return MAGIC + struct.pack("<I", len(text)) + text


def stored_extras(header: Header, extras: Extras) -> bytes:
    """Return the bytes of color profile and metadata."""
    profile = b"" if header.color_space else extras.icc_profile or b""
    return profile + extras.metadata.exif + extras.metadata.xmp


def extra_bytes(header: Header) -> int:
    """Return the size of color profile and metadata."""
    return header.icc_bytes + header.exif_bytes + header.xmp_bytes
