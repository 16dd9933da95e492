"""Values of a header that is not trusted, each checked before its use.

The versions of the format have them in common. Unknown keys are ignored.
"""

from collections.abc import Sequence
from typing import Any, get_args

from siren_cli.config import MAX_LAYERS, MAX_WIDTH
from siren_cli.errors import RepresentationError, shown
from siren_cli.function_names import STORED_NAMES, Function
from siren_cli.model.encoding import possible_inputs
from siren_cli.pictures.picture import (
    BIT_DEPTHS,
    MAX_DPI,
    MAX_SIDE,
    MIN_DPI,
    Color,
    PictureFacts,
    Resolution,
)
from siren_cli.pictures.value_mapping import CURVES, MAX_FLOAT32, SCENES, ValueMapping
from siren_cli.representation.strict_json import Table

# The newest version of the format.
NEWEST_VERSION = 3
# The first version that can name features.
FIRST_WITH_FEATURES = 2
# Features beyond the first description of the format, which a reader must know.
VALUES, METADATA = "values", "metadata"
FEATURES = (VALUES, METADATA)
# The network of a cell takes more bytes than this.
LEAST_CELL_BYTES = 8


def check_version(table: Table, version: int) -> None:
    """Check that a header is of a version, and that nothing else must be known to read it."""
    found = table.integer("version", 1, 1 << 31)
    if found != version:
        raise RepresentationError(
            f"is of format version {found}; this siren reads 1 to {NEWEST_VERSION}"
        )
    for feature in table.take("requires", list, "a list"):
        if version < FIRST_WITH_FEATURES or feature not in FEATURES:
            raise RepresentationError(f"needs a newer siren, with {shown(feature)}")


def check_cells(cells: int, file_bytes: int) -> None:
    """Check that a file is large enough for a number of cells, whatever their networks."""
    if cells * LEAST_CELL_BYTES > file_bytes:
        raise RepresentationError(
            f"is {file_bytes} bytes, too few for {cells} cells: truncated?"
        )


def tool(table: Table) -> str:
    """Return the version of the program that wrote the file."""
    text: str = table.take("tool", str, "a string")
    if not text.isprintable():  # `siren info` shows it on a terminal
        raise RepresentationError("header.tool is not printable")
    return text


def facts(table: Table) -> PictureFacts:
    """Return size and color of the picture."""
    return PictureFacts(
        width=table.integer("width", 1, MAX_SIDE),
        height=table.integer("height", 1, MAX_SIDE),
        color=table.word("color", get_args(Color)),
        bit_depth=_bit_depth(table),
    )


def mapping(picture: Table, required: Sequence[Any]) -> ValueMapping | None:
    """Return what pixels mean of values of another range, or None.

    Args:
        picture: The table of the picture.
        required: What the file requires.
    """
    if (picture.values["values"] is not None) != (VALUES in required):
        raise RepresentationError("header.picture.values and header.requires disagree")
    if VALUES not in required:
        return None
    table = picture.table("values")
    found = ValueMapping(
        curve=table.word("curve", CURVES),
        low=table.number("low"),
        high=table.number("high"),
        knee=table.number("knee"),
        scene=table.word("scene", SCENES),
    )
    largest = max(abs(found.low), abs(found.high))
    if not (found.low < found.high and largest <= MAX_FLOAT32 and found.knee > 0):
        raise RepresentationError("header.picture.values make no sense")
    if largest / found.knee > MAX_FLOAT32:
        raise RepresentationError("header.picture.values.knee is too small")
    return found


def resolution(picture: Table) -> Resolution | None:
    """Return the pixels per inch, or None."""
    found = picture.values["resolution"]
    if found is None:
        return None
    if (
        type(found) is not list
        or len(found) != 2  # noqa: PLR2004 - across and down
        or not all(type(each) in (int, float) and MIN_DPI <= each <= MAX_DPI for each in found)
    ):
        raise RepresentationError(
            f"header.picture.resolution is not two numbers from {MIN_DPI} to {MAX_DPI}"
        )
    return Resolution(*map(float, found))


def _bit_depth(table: Table) -> int:
    bits = table.integer("bit_depth", min(BIT_DEPTHS), max(BIT_DEPTHS))
    if bits not in BIT_DEPTHS:
        raise RepresentationError(f"header.picture.bit_depth {bits} is not 8 or 16")
    return bits


def function(table: Table) -> Function:
    """Return activation and encoding."""
    return STORED_NAMES[table.word("activation", tuple(STORED_NAMES))]


def layer_sizes(
    sizes: Sequence[Any], function: Function, channels: int, name: str
) -> tuple[int, ...]:
    """Return the widths of a network's layers.

    Args:
        sizes: The widths, not checked yet.
        function: Decides the number of inputs.
        channels: Number of outputs.
        name: Name of the key in messages.
    """
    inputs = possible_inputs(function.encoding)
    inside = len(sizes) - 1 in range(2, MAX_LAYERS + 1) and all(
        type(size) is int and 1 <= size <= MAX_WIDTH for size in sizes
    )
    if not inside or sizes[0] not in inputs or sizes[-1] != channels:
        start = min(inputs) if len(inputs) == 1 else "an encoding"
        raise RepresentationError(
            f"header.network.{name} do not lead from {start} to {channels}"
        )
    return tuple(sizes)
