"""The part of a fit that one of several runs makes: some rows of cells, until all are joined.

    magic, length of the facts, facts (JSON)
    beginning of the .siren file, up to the digests of its rows of cells
    the picture's rows of pixels that need cells of this part and of the next one
    digest of all bytes so far
    the networks of the cells, row by row
    digest of the networks

It is read by the version of siren that wrote it, and by no other.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from siren_cli.pictures.picture import Pixels
from siren_cli.representation import cell_records, version_2
from siren_cli.representation.beginning import Extras
from siren_cli.representation.digests import RunningDigest
from siren_cli.representation.header import MosaicHeader
from siren_cli.representation.representation import MosaicRepresentation
from siren_cli.representation.sealed import dump
from siren_cli.representation.siren_file import PART_MAGIC

# The magic and the length of the facts, an unsigned 32-bit integer.
PREFIX_BYTES = len(PART_MAGIC) + 4
# About the most bytes of the facts and the digests of a part.
FACTS_BYTES = 512
# Bytes of a value of a pixel.
FLOAT_BYTES = 4


@dataclass(frozen=True)
class PartFacts:
    """What a part says of itself.

    Attributes:
        fingerprint: Digest of all that decides the result of the whole fit.
        number: The number of the part, from 1 on.
        count: How many parts there are.
        rows: Its rows of cells.
        error_sums: The sums of squared errors at the pixels that need its cells alone, at the
            picture's own depth, and of light as 8 bits show it.
    """

    fingerprint: str
    number: int
    count: int
    rows: range
    error_sums: tuple[int, int]

    @property
    def name(self) -> str:
        """The part in words."""
        return f"part {self.number} of {self.count}"


def chunks(facts: PartFacts, fit: MosaicRepresentation, seam: Pixels) -> Iterator[bytes]:
    """Yield the bytes of a part, in pieces of a row of cells at most.

    Args:
        facts: What it says of itself.
        fit: The whole fit, of which the rows of this part are there.
        seam: The picture's rows of pixels that need the next part, too.
    """
    extras = Extras(fit.icc_profile, fit.metadata)
    beginning = version_2.beginning(fit.header, extras)
    pixels = np.ascontiguousarray(seam, "<f4")
    text = _dumped(facts, len(beginning), pixels.nbytes)
    start, seal = PART_MAGIC + struct.pack("<I", len(text)) + text + beginning, RunningDigest()
    seal.add(start)
    yield start
    for row in pixels:
        seal.add(row.data)
        yield row.tobytes()
    yield seal.value()
    seal = RunningDigest()
    for row in facts.rows:
        content = fit.cells.row_bytes(row)
        seal.add(content)
        yield content
    yield seal.value()


def expected_bytes(header: MosaicHeader, rows: range, file_bytes: int) -> int:
    """Return about the size of a part, at most.

    Args:
        header: The header of the whole fit.
        rows: The rows of cells of the part.
        file_bytes: The size of the file of the whole fit.
    """
    start, end = cell_records.span_of_rows(header, rows)
    others = cell_records.weight_bytes(header) - (end - start)
    return FACTS_BYTES + file_bytes - others + seam_bytes(header, rows)


def seam_rows(header: MosaicHeader, rows: range) -> slice:
    """Return the rows of pixels that need some rows of cells and the next one."""
    axis = header.grid.y
    if rows.stop == axis.cells:
        return slice(axis.length, axis.length)
    return axis.seam(rows[-1])


def seam_bytes(header: MosaicHeader, rows: range) -> int:
    """Return the size of these pixels."""
    seam, facts = seam_rows(header, rows), header.facts
    count: int = seam.stop - seam.start
    return FLOAT_BYTES * count * facts.width * facts.channels


def _dumped(facts: PartFacts, beginning_bytes: int, seam_bytes: int) -> bytes:
    own, of_shown = facts.error_sums
    table = {
        "tool": version("siren-cli"),
        "fingerprint": facts.fingerprint,
        "part": facts.number,
        "parts": facts.count,
        "first_row": facts.rows[0],
        "last_row": facts.rows[-1],
        "squared_error": own,
        "shown_squared_error": of_shown,
        "beginning_bytes": beginning_bytes,
        "seam_bytes": seam_bytes,
    }
    return dump(table).encode()
