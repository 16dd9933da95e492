"""Version 2 of the .siren format: a short header, then the cells, row by row.

    magic, length of the header, header (JSON)
    class of each cell, if there are several classes
    color profile, EXIF block and XMP packet, if there are any
    digest of each row of cells
    digest of all bytes so far
    the networks of the cells, row by row

The sizes of all parts follow from the header and the classes. So any row of cells can be
read and checked alone, and networks can be written while others are trained. Values
that are the usual ones are left out of the header, so that small files have a small one.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from siren_cli.errors import RepresentationError
from siren_cli.model.cell_classes import CellClasses
from siren_cli.pictures.colors.icc_profile import SRGB, SRGB_GRAY
from siren_cli.pictures.picture import Metadata
from siren_cli.representation import cell_records, version_2_header
from siren_cli.representation.digests import DIGEST_BYTES, digest
from siren_cli.representation.header import Header
from siren_cli.representation.stored_cells import StoredCells

# The first bytes of a file. As in PNG, the first is no text, and the line end is damaged
# by transfers as text.
MAGIC = b"\x89SIREN\r\n"
# The magic and the length of the header, an unsigned 32-bit integer.
PREFIX_BYTES = len(MAGIC) + 4
# Largest header that is read, in bytes.
MAX_HEADER_BYTES = 64 << 10


class Version2:
    """An open file of version 2, all but its weights checked.

    Args:
        file: The file, at any place.
        file_bytes: Its size.

    Attributes:
        header: Everything in the file but its weights.

    Raises:
        RepresentationError: It is damaged or foreign.
    """

    def __init__(self, file: BinaryIO, file_bytes: int) -> None:
        self._file = file
        file.seek(0)
        self._start = file.read(PREFIX_BYTES)
        if len(self._start) < PREFIX_BYTES:
            raise RepresentationError("truncated in its header")
        (length,) = struct.unpack("<I", self._start[len(MAGIC) :])
        if length > MAX_HEADER_BYTES:
            raise RepresentationError(f"its header is over {MAX_HEADER_BYTES} bytes")
        text = self._take(length)
        self.header = version_2_header.parsed(text, file_bytes, self._take)
        self._icc_profile = self._color_profile(self._take(self.header.icc_bytes))
        exif, xmp = self._take(self.header.exif_bytes), self._take(self.header.xmp_bytes)
        self._metadata = Metadata(self.header.resolution, exif, xmp)
        digests = self._take(DIGEST_BYTES * self.header.grid.y.cells)
        seal = digest(self._start)
        if self._take(DIGEST_BYTES) != seal:
            raise RepresentationError("damaged: the header does not match its SHA-256")
        expected = len(self._start) + cell_records.weight_bytes(self.header)
        if file_bytes != expected:
            raise RepresentationError(
                f"is {file_bytes} bytes, should be {expected}: truncated?"
            )
        self._cells = StoredCells(self.header, file, len(self._start), digests)

    def read(self) -> tuple[StoredCells, bytes | None, Metadata]:
        """Return the cells, which are not read yet, the color profile, and the metadata."""
        return self._cells, self._icc_profile, self._metadata

    def _take(self, count: int) -> bytes:
        taken = self._file.read(count)
        if len(taken) < count:
            raise RepresentationError("truncated in its header")
        self._start += taken
        return taken

    def _color_profile(self, stored: bytes) -> bytes | None:
        if self.header.color_space:
            is_gray = self.header.facts.color.startswith("L")
            return SRGB_GRAY if is_gray else SRGB
        return stored or None


def chunks(
    header: Header, cells: StoredCells, icc_profile: bytes | None, metadata: Metadata
) -> Iterator[bytes]:
    """Yield the bytes of a file, in parts of a row of cells at most."""
    start = encoded_header(header) + _stored_classes(header.classes)
    start += b"" if header.color_space else icc_profile or b""
    start += metadata.exif + metadata.xmp
    start += b"".join(digest(cells.row_bytes(row)) for row in range(cells.rows))
    yield start + digest(start)
    yield from map(cells.row_bytes, range(cells.rows))


def encoded_header(header: Header) -> bytes:
    """Return the beginning of a file, up to the end of its header."""
    text = version_2_header.dumped(header)
    return MAGIC + struct.pack("<I", len(text)) + text


def file_bytes(header: Header) -> int:
    """Return the size of the whole file."""
    digests = DIGEST_BYTES * (header.grid.y.cells + 1)
    start = len(encoded_header(header)) + class_bytes(header)
    start += header.icc_bytes + header.exif_bytes + header.xmp_bytes
    return start + digests + cell_records.weight_bytes(header)


def class_bytes(header: Header) -> int:
    """Return the size of the classes of all cells."""
    return len(_stored_classes(header.classes))


def _stored_classes(classes: CellClasses) -> bytes:
    return classes.of_cells if len(classes.layer_sizes) > 1 else b""
