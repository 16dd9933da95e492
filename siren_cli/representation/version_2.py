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

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from siren_cli.errors import RepresentationError
from siren_cli.model.cell_classes import CellClasses
from siren_cli.representation import cell_records, version_2_header
from siren_cli.representation.beginning import (
    BeginningReader,
    Extras,
    extra_bytes,
    framed,
    read_extras,
    stored_extras,
)
from siren_cli.representation.digests import DIGEST_BYTES, digest
from siren_cli.representation.header import MosaicHeader
from siren_cli.representation.representation import MosaicRepresentation
from siren_cli.representation.stored_cells import StoredCells


class Beginning(NamedTuple):
    """The beginning of a file, up to the digests of its rows of cells.

    Attributes:
        content: Its bytes.
        header: Everything in the file but its weights.
        extras: Color profile and metadata.
    """

    content: bytes
    header: MosaicHeader
    extras: Extras


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
        reader = BeginningReader(file)
        self._beginning = _read_beginning(reader, file_bytes)
        self.header = self._beginning.header
        digests = reader.take(DIGEST_BYTES * self.header.grid.y.cells)
        reader.check_seal()
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
            **self._beginning.extras._asdict(),
        )


def read_beginning(file: BinaryIO, file_bytes: int) -> Beginning:
    """Read the beginning of a file, every value checked.

    Args:
        file: The file, at its start.
        file_bytes: The most bytes that the file may have.

    Raises:
        RepresentationError: It is damaged or foreign.
    """
    return _read_beginning(BeginningReader(file), file_bytes)


def _read_beginning(reader: BeginningReader, file_bytes: int) -> Beginning:
    header = version_2_header.parsed(reader.header_text(), file_bytes, reader.take)
    extras = read_extras(header, reader)
    return Beginning(reader.taken, header, extras)


def chunks(representation: MosaicRepresentation) -> Iterator[bytes]:
    """Yield the bytes of a file, in parts of a row of cells at most."""
    header, cells = representation.header, representation.cells
    start = beginning(header, Extras(representation.icc_profile, representation.metadata))
    start += b"".join(digest(cells.row_bytes(row)) for row in range(cells.rows))
    yield start + digest(start)
    yield from map(cells.row_bytes, range(cells.rows))


def beginning(header: MosaicHeader, extras: Extras) -> bytes:
    """Return the beginning of a file, up to the digests of its rows of cells."""
    start = encoded_header(header) + _stored_classes(header.classes)
    return start + stored_extras(header, extras)


def encoded_header(header: MosaicHeader) -> bytes:
    """Return the beginning of a file, up to the end of its header."""
    return framed(version_2_header.dumped(header))


def file_bytes(header: MosaicHeader) -> int:
    """Return the size of the whole file."""
    digests = DIGEST_BYTES * (header.grid.y.cells + 1)
    start = len(encoded_header(header)) + class_bytes(header) + extra_bytes(header)
    return start + digests + cell_records.weight_bytes(header)


def class_bytes(header: MosaicHeader) -> int:
    """Return the size of the classes of all cells."""
    return len(_stored_classes(header.classes))


def _stored_classes(classes: CellClasses) -> bytes:
    return classes.of_cells if len(classes.layer_sizes) > 1 else b""
