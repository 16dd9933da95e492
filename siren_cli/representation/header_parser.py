"""Reading the header of a .siren file, with every check in order.

The file is not trusted: each value is checked before its use, and no memory is allocated
for a size that the file's own length does not confirm. Unknown keys are ignored.
"""

import math
import struct
from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

from siren_cli.config import MAX_LAYERS, MAX_WIDTH, StoredType
from siren_cli.errors import RepresentationError
from siren_cli.function_names import STORED_NAMES
from siren_cli.model.encoding import possible_inputs
from siren_cli.model.grid import Axis, Grid
from siren_cli.pictures.picture import BIT_DEPTHS, MAX_ICC_BYTES, MAX_SIDE, Color, PictureFacts
from siren_cli.representation.header import (
    ATTACHED,
    BLANK_DIGEST,
    FORMAT,
    METADATA_KEY,
    PREFIX_BYTES,
    VERSION,
    Header,
    Shapes,
)
from siren_cli.representation.strict_json import Table, loads

# Longest JSON text of a header that is read, in bytes.
MAX_HEADER_BYTES = 64 << 10
# Longest part of a wrong name that a message shows, in characters.
MAX_SHOWN_CHARACTERS = 60


class AxisKeys(NamedTuple):
    """The keys of an axis in the table of the grid."""

    cells: str
    size: str
    margin: str


Y_KEYS = AxisKeys("rows", "cell_height", "margin_y")
X_KEYS = AxisKeys("columns", "cell_width", "margin_x")


def checked_length(prefix: bytes, file_bytes: int) -> int:
    """Return the length of the JSON text that follows the first eight bytes.

    Raises:
        RepresentationError: The file cannot have a text of this length.
    """
    if len(prefix) < PREFIX_BYTES:
        raise RepresentationError("not a .siren file: shorter than 8 bytes")
    length = int(struct.unpack("<Q", prefix[:PREFIX_BYTES])[0])
    if length > MAX_HEADER_BYTES:
        raise RepresentationError("not a .siren file: no safetensors header")
    if PREFIX_BYTES + length > file_bytes:
        raise RepresentationError("truncated in its header")
    return length


def parse(start: bytes, file_bytes: int) -> Header:
    """Return the header in the first bytes of a file, after every check.

    Args:
        start: The file up to the end of its JSON text.
        file_bytes: Size of the whole file.

    Raises:
        RepresentationError: A check failed; the message says which.
    """
    tensors = loads(start[PREFIX_BYTES:], "safetensors header")
    metadata = Table(tensors.pop("__metadata__", None), "metadata")
    if list(metadata.values) != [METADATA_KEY]:
        raise RepresentationError("not a .siren file: its metadata is not the one key 'siren'")
    header = _header(Table(_metadata_json(metadata.values[METADATA_KEY]), "header"), tensors)
    _check_tensors(tensors, header.shapes())
    expected = len(start) + header.tensor_bytes
    if file_bytes != expected:
        raise RepresentationError(f"is {file_bytes} bytes, should be {expected}: truncated?")
    return header


def attached_ranges(start: bytes, header: Header) -> list[tuple[int, int]]:
    """Return the ranges of bytes that the header's digest covers after the header.

    Args:
        start: The file up to the end of its JSON text.
        header: The header that `parse` returned for it.

    Returns:
        First and last (exclusive) byte of each tensor, counted from the end of `start`.
    """
    tensors = loads(start[PREFIX_BYTES:], "safetensors header")
    shapes = header.shapes()
    ranges = []
    for name in ATTACHED:
        if name in shapes:
            offsets = Table(tensors[name], name).take("data_offsets", list, "a list")
            length = math.prod(shapes[name][1])  # each of its numbers is a byte
            if any(type(each) is not int for each in offsets) or len(offsets) != 2:  # noqa: PLR2004
                raise RepresentationError(f"tensor {name} has no data_offsets")
            begin, end = offsets
            if not 0 <= begin <= end <= header.tensor_bytes or end - begin != length:
                raise RepresentationError(f"tensor {name} lies outside the file")
            ranges.append((begin, end))
    return ranges


def _header(table: Table, tensors: Mapping[str, Any]) -> Header:
    _check_version(table)
    facts = _facts(table.table("picture"))
    network = table.table("network")
    function = STORED_NAMES[network.word("activation", tuple(STORED_NAMES))]
    network.word("input", ("cell",))
    network.word("form", ("folded",))
    result = table.table("result")
    profile = tensors.get("icc_profile")
    return Header(
        facts=facts,
        grid=_grid(table.table("grid"), facts),
        layer_sizes=_layer_sizes(network, possible_inputs(function.encoding), facts.channels),
        dtype=network.word("dtype", get_args(StoredType)),
        settings=table.table("settings").values,
        tool=_tool(table),
        epochs=result.integer("epochs", 0, 1 << 53),
        psnr=_psnr(result),
        icc_bytes=0 if profile is None else _icc_bytes(profile),
        activation=function.activation,
        encoding=function.encoding,
    )


def _check_version(table: Table) -> None:
    table.word("format", (FORMAT,))
    version = table.integer("version", 1, 1 << 31)
    if version > VERSION:
        raise RepresentationError(f"is of format version {version}; this siren reads {VERSION}")
    required = table.take("requires", list, "a list")
    if required:
        feature = ascii(required[0])[:MAX_SHOWN_CHARACTERS]
        raise RepresentationError(f"needs a newer siren, with {feature}")
    digest = table.take("sha256", str, "a string")
    if len(digest) != len(BLANK_DIGEST) or not set(digest) <= set("0123456789abcdef"):
        raise RepresentationError("header.sha256 is not 64 hexadecimal digits")


def _tool(table: Table) -> str:
    tool: str = table.take("tool", str, "a string")
    if not tool.isprintable():  # `siren info` shows it on a terminal
        raise RepresentationError("header.tool is not printable")
    return tool


def _facts(table: Table) -> PictureFacts:
    facts = PictureFacts(
        width=table.integer("width", 1, MAX_SIDE),
        height=table.integer("height", 1, MAX_SIDE),
        color=table.word("color", get_args(Color)),
        bit_depth=_bit_depth(table),
    )
    if table.take("premultiplied", bool, "true or false") != facts.has_alpha:
        raise RepresentationError("header.picture.premultiplied does not fit the color")
    if table.values.get("value_range") != [-1, 1]:
        raise RepresentationError("header.picture.value_range is not [-1, 1]")
    return facts


def _bit_depth(table: Table) -> int:
    bits = table.integer("bit_depth", min(BIT_DEPTHS), max(BIT_DEPTHS))
    if bits not in BIT_DEPTHS:
        raise RepresentationError(f"header.picture.bit_depth {bits} is not 8 or 16")
    return bits


def _grid(table: Table, facts: PictureFacts) -> Grid:
    table.word("ramp", ("smoothstep",))
    return Grid(
        _axis(table, Y_KEYS, facts.height),
        _axis(table, X_KEYS, facts.width),
    )


def _axis(table: Table, keys: AxisKeys, length: int) -> Axis:
    cells = table.integer(keys.cells, 1, length)
    size = table.integer(keys.size, 1, length)
    margin = table.integer(keys.margin, 0, size // 4 if cells > 1 else 0)
    if not (cells - 1) * size < length <= cells * size:
        raise RepresentationError(
            f"header.grid: {cells} {keys.cells} of {size} do not cover {length} pixels"
        )
    return Axis(length, cells, size, margin)


def _layer_sizes(table: Table, inputs: frozenset[int], channels: int) -> tuple[int, ...]:
    sizes = table.take("layers", list, "a list")
    inside = len(sizes) - 1 in range(2, MAX_LAYERS + 1) and all(
        type(size) is int and 1 <= size <= MAX_WIDTH for size in sizes
    )
    if not inside or sizes[0] not in inputs or sizes[-1] != channels:
        start = min(inputs) if len(inputs) == 1 else "an encoding"
        raise RepresentationError(
            f"header.network.layers do not lead from {start} to {channels}"
        )
    return tuple(sizes)


def _psnr(table: Table) -> float | None:
    identical = table.take("identical", bool, "true or false")
    psnr = table.values.get("psnr_db")
    if identical != (psnr is None):
        raise RepresentationError("header.result: psnr_db and identical contradict each other")
    return None if psnr is None else table.number("psnr_db")


def _icc_bytes(entry: Any) -> int:
    shape = Table(entry, "icc_profile").take("shape", list, "a list")
    if len(shape) != 1 or type(shape[0]) is not int or not 1 <= shape[0] <= MAX_ICC_BYTES:
        raise RepresentationError(f"icc_profile is not of 1 to {MAX_ICC_BYTES} bytes")
    return int(shape[0])


def _check_tensors(tensors: Mapping[str, Any], shapes: Shapes) -> None:
    if tensors.keys() != shapes.keys():
        odd = sorted(tensors.keys() ^ shapes.keys())[0][:MAX_SHOWN_CHARACTERS]
        raise RepresentationError(f"tensor {odd!a} is missing or does not belong here")
    for name, (kind, shape) in shapes.items():
        entry = Table(tensors[name], name)
        if entry.values.get("dtype") != kind or entry.values.get("shape") != list(shape):
            raise RepresentationError(f"tensor {name} is not {kind} of shape {shape}")


def _metadata_json(text: Any) -> dict[str, Any]:
    if not isinstance(text, str):
        raise RepresentationError("not a .siren file: its metadata is not text")
    return loads(text.encode("utf-8", "surrogatepass"), "metadata")
