"""All parts of a fit, joined: they are checked together, and read when they are needed."""

import io
from bisect import bisect_right
from collections.abc import Sequence

from siren_cli.errors import RepresentationError, prefixed
from siren_cli.representation import cell_records, part_file, version_2
from siren_cli.representation.header import MosaicHeader
from siren_cli.representation.header_parser import LEAST_CELL_BYTES
from siren_cli.representation.part_reader import PartFile
from siren_cli.representation.representation import MosaicRepresentation
from siren_cli.representation.stored_cells import StoredCells
from siren_cli.representation.version_2 import Beginning

# Most numbers of missing parts that a message names.
MAX_NAMED = 5


def joined(parts: Sequence[PartFile]) -> MosaicRepresentation:
    """Return the fit whose parts these are; it is to be read while their files are open.

    Its header knows no PSNR yet.

    Args:
        parts: The parts, in their order.

    Raises:
        RepresentationError: They do not fit together, or their networks are damaged.
    """
    file_bytes = sum(part.file_bytes for part in parts)
    beginning = _common_beginning(parts, file_bytes)
    header = beginning.header
    _check_rows(parts, header)
    cells = PartedCells(header, parts)
    for part in parts:
        with prefixed(part.path, RepresentationError):
            part.check_networks()
            for row in part.facts.rows:
                cells.row_layers(row)  # checks that weights are finite
    return MosaicRepresentation(
        header=header,
        cells=cells,
        **beginning.extras._asdict(),
    )


def in_order(parts: Sequence[PartFile]) -> list[PartFile]:
    """Return the parts of one fit in their order.

    Raises:
        RepresentationError: One is of another fit, or there twice, or missing.
    """
    first, found = parts[0], dict[int, PartFile]()
    for part in parts:
        if part.facts.count != first.facts.count:
            raise RepresentationError(
                f"{part.path}: is {part.facts.name}, and {first.path} is {first.facts.name}"
            )
        if part.facts.fingerprint != first.facts.fingerprint:
            raise RepresentationError(
                f"{part.path}: is of another fit than {first.path}: another picture, or other "
                "settings"
            )
        other = found.setdefault(part.facts.number, part)
        if other is not part:
            raise RepresentationError(f"{part.path}: is {part.facts.name}, as {other.path} is")
    # A forged part may say that there are a million, most of them missing.
    missing = [number for number in range(1, first.facts.count + 1) if number not in found]
    if missing:
        named = ", ".join(map(str, missing[:MAX_NAMED]))
        more = f" and {len(missing) - MAX_NAMED} more" if len(missing) > MAX_NAMED else ""
        words = "parts {} are" if len(missing) > 1 else "part {} is"
        words = words.format(f"{named}{more} of {first.facts.count}")
        raise RepresentationError(f"{first.path}: {words} missing")
    return [found[number] for number in sorted(found)]


def _common_beginning(parts: Sequence[PartFile], file_bytes: int) -> Beginning:
    """Return the beginning of the .siren file, which all parts have."""
    first, most_cells = parts[0], file_bytes // LEAST_CELL_BYTES
    with prefixed(first.path, RepresentationError):
        content = first.beginning(most_cells)
        found = version_2.read_beginning(io.BytesIO(content), file_bytes)
        own = version_2.beginning(found.header, found.extras)
        if own != content:
            raise RepresentationError("damaged: its header is not as siren writes it")
    for part in parts[1:]:
        with prefixed(part.path, RepresentationError):
            is_other = part.beginning(most_cells) != content
        if is_other:
            raise RepresentationError(
                f"{part.path}: its fit had other settings than that of {first.path}, such as "
                "smaller batches where memory is short"
            )
    return found


def _check_rows(parts: Sequence[PartFile], header: MosaicHeader) -> None:
    """Check that the parts have all rows of cells in turn, and as many bytes as these take."""
    end, next_row = header.grid.y.cells, 0
    for part in parts:
        rows, is_last = part.facts.rows, part is parts[-1]
        with prefixed(part.path, RepresentationError):
            if rows.start != next_row or not (rows.stop == end if is_last else rows.stop < end):
                raise RepresentationError("damaged: it has other rows of cells than it should")
            first, last = cell_records.span_of_rows(header, rows)
            expected = part_file.seam_bytes(header, rows), last - first
            if (part.seam_bytes, part.record_bytes) != expected:
                raise RepresentationError("damaged: its size is not that of its cells")
        next_row = rows.stop


class PartedCells(StoredCells):
    """The networks of all cells, in several files; a row of cells is in one of them.

    Args:
        header: The cells, and the type of their weights.
        parts: The parts, in their order.
    """

    def __init__(self, header: MosaicHeader, parts: Sequence[PartFile]) -> None:
        super().__init__(header, io.BytesIO())
        self._parts = parts
        self._starts = [cell_records.span_of_rows(header, part.facts.rows)[0] for part in parts]

    def _bytes(self, start: int, end: int) -> bytes:
        number = bisect_right(self._starts, start) - 1
        with self._lock:
            return self._parts[number].records(start - self._starts[number], end - start)
