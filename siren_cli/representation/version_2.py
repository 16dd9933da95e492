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
from typing import BinaryIO, NamedTuple

from siren_cli.errors import RepresentationError
from siren_cli.model.cell_classes import CellClasses
from siren_cli.pictures.colors.icc_profile import SRGB, SRGB_GRAY
from siren_cli.pictures.picture import Metadata
from siren_cli.representation import cell_records, version_2_header
from siren_cli.representation.digests import DIGEST_BYTES, digest
from siren_cli.representation.header import MosaicHeader
from siren_cli.representation.representation import MosaicRepresentation
from siren_cli.representation.stored_cells import StoredCells

# The first bytes of a file. As in PNG, the first is no text, and the line end is damaged
# by transfers as text.
MAGIC = b"\x89SIREN\r\n"
# The magic and the length of the header, an unsigned 32-bit integer.
PREFIX_BYTES = len(MAGIC) + 4
# Largest header that is read, in bytes.
MAX_HEADER_BYTES = 64 << 10


class Beginning(NamedTuple):
    """The beginning of a file, up to the digests of its rows of cells.

    Attributes:
        content: Its bytes.
        header: Everything in the file but its weights.
        icc_profile: The picture's color profile, or None.
        metadata: What else the picture's file held.
    """

    content: bytes
    header: MosaicHeader
    icc_profile: bytes | None
    metadata: Metadata


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
        file.seek(0)
        reader = _Reader(file)
        self._beginning = _read_beginning(reader, file_bytes)
        self.header = self._beginning.header
        digests = reader.take(DIGEST_BYTES * self.header.grid.y.cells)
        seal = digest(reader.taken)
        if reader.take(DIGEST_BYTES) != seal:
            raise RepresentationError("damaged: the header does not match its SHA-256")
        expected = len(reader.taken) + cell_records.weight_bytes(self.header)
        if file_bytes != expected:
            cut = ": truncated?" if file_bytes < expected else ""
            raise RepresentationError(f"is {file_bytes} bytes, should be {expected}{cut}")
        self._cells = StoredCells(self.header, file, len(reader.taken), digests)

    def read(self) -> MosaicRepresentation:
        """Return all that it holds; the cells are not read yet."""
        return MosaicRepresentation(
            header=self.header,
            cells=self._cells,
            icc_profile=self._beginning.icc_profile,
            metadata=self._beginning.metadata,
        )


class _Reader:
    """Reads the beginning of a file, and keeps what it has read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.taken = file, b""

    def take(self, count: int) -> bytes:
        taken = self._file.read(count)
        if len(taken) < count:
            raise RepresentationError("truncated in its header")
        self.taken += taken
        return taken


def read_beginning(file: BinaryIO, file_bytes: int) -> Beginning:
    """Read the beginning of a file, every value checked.

    Args:
        file: The file, at its start.
        file_bytes: The most bytes that the file may have.

    Raises:
        RepresentationError: It is damaged or foreign.
    """
    return _read_beginning(_Reader(file), file_bytes)


def _read_beginning(reader: _Reader, file_bytes: int) -> Beginning:
    (length,) = struct.unpack("<I", reader.take(PREFIX_BYTES)[len(MAGIC) :])
    if length > MAX_HEADER_BYTES:
        raise RepresentationError(f"its header is over {MAX_HEADER_BYTES} bytes")
    header = version_2_header.parsed(reader.take(length), file_bytes, reader.take)
    profile = _color_profile(header, reader.take(header.icc_bytes))
    exif, xmp = reader.take(header.exif_bytes), reader.take(header.xmp_bytes)
    metadata = Metadata(header.resolution, exif, xmp)
    return Beginning(reader.taken, header, profile, metadata)


def _color_profile(header: MosaicHeader, stored: bytes) -> bytes | None:
    if header.color_space:
        is_gray = header.facts.color.startswith("L")
        return SRGB_GRAY if is_gray else SRGB
    return stored or None


def chunks(representation: MosaicRepresentation) -> Iterator[bytes]:
    """Yield the bytes of a file, in parts of a row of cells at most."""
    header, cells = representation.header, representation.cells
    start = beginning(header, representation.icc_profile, representation.metadata)
    start += b"".join(digest(cells.row_bytes(row)) for row in range(cells.rows))
    yield start + digest(start)
    yield from map(cells.row_bytes, range(cells.rows))


def beginning(header: MosaicHeader, icc_profile: bytes | None, metadata: Metadata) -> bytes:
    """Return the beginning of a file, up to the digests of its rows of cells."""
    start = encoded_header(header) + _stored_classes(header.classes)
    start += b"" if header.color_space else icc_profile or b""
    return start + metadata.exif + metadata.xmp


def encoded_header(header: MosaicHeader) -> bytes:
    """Return the beginning of a file, up to the end of its header."""
    text = version_2_header.dumped(header)
    return MAGIC + struct.pack("<I", len(text)) + text


def file_bytes(header: MosaicHeader) -> int:
    """Return the size of the whole file."""
    digests = DIGEST_BYTES * (header.grid.y.cells + 1)
    start = len(encoded_header(header)) + class_bytes(header)
    start += header.icc_bytes + header.exif_bytes + header.xmp_bytes
    return start + digests + cell_records.weight_bytes(header)


def class_bytes(header: MosaicHeader) -> int:
    """Return the size of the classes of all cells."""
    return len(_stored_classes(header.classes))


def _stored_classes(classes: CellClasses) -> bytes:
    return classes.of_cells if len(classes.layer_sizes) > 1 else b""
