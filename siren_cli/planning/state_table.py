"""How the file of every unfinished fit begins, and the checks of that."""

from typing import Any, NamedTuple

from siren_cli.errors import RepresentationError
from siren_cli.representation import sealed
from siren_cli.representation.strict_json import Table

# The word with which the table of an unfinished fit begins.
FORMAT = "siren-part"
# The version of that table that is written and read.
VERSION = 4
# Largest number of steps, and of cells, that is read. Floats can count up to here.
MAX_STEPS = 1 << 53


class Opened(NamedTuple):
    """The file of an unfinished fit, whose beginning is checked.

    Attributes:
        table: Its table.
        envelope: Its beginning.
        rest: The bytes after that.
    """

    table: Table
    envelope: sealed.Envelope
    rest: bytes


def beginning(fingerprint: str) -> dict[str, Any]:
    """Return the values with which the table of a fit with a fingerprint begins."""
    return {"format": FORMAT, "version": VERSION, "fit": fingerprint}


def opened(content: bytes, fingerprint: str) -> Opened:
    """Return a file, whose table is that of a fit.

    Raises:
        RepresentationError: It belongs to another fit, or is damaged.
    """
    end = sealed.header_end(content, len(content))
    envelope = sealed.parse(content[:end])
    table = envelope.table
    if table.take("format", str, "a string") != FORMAT:
        raise RepresentationError("is no unfinished fit")
    if table.integer("version", 0, MAX_STEPS) != VERSION:
        raise RepresentationError("is of another version of siren")
    if table.take("fit", str, "a string") != fingerprint:
        raise RepresentationError("is of another picture or of other settings")
    return Opened(table, envelope, content[end:])
