"""Reading the header of a .siren file, with every check in order.

The file is not trusted: each value is checked before its use, and no memory is allocated
for a size that the file's own length does not confirm. Unknown keys are ignored.
"""

import math
from collections.abc import Mapping
from typing import Any, get_args

from siren_cli.config import MAX_LAYERS, MAX_WIDTH, StoredType
from siren_cli.errors import RepresentationError, shown
from siren_cli.function_names import STORED_NAMES
from siren_cli.model.encoding import possible_inputs
from siren_cli.model.grid import Axis, Grid
from siren_cli.pictures.picture import BIT_DEPTHS, MAX_ICC_BYTES, MAX_SIDE, Color, PictureFacts
from siren_cli.representation.header import FORMAT, SEALED_TENSORS, VERSION, Header, Shapes
from siren_cli.representation.sealed import Envelope
from siren_cli.representation.strict_json import Table


def parse(envelope: Envelope, file_bytes: int) -> Header:
    """Return the header of a file, after every check.

    Args:
        envelope: The start of the file.
        file_bytes: Size of the whole file.

    Raises:
        RepresentationError: A check failed; the message says which.
    """
    header = _header(envelope.table, envelope.entries)
    _check_tensors(envelope.entries, header.shapes())
    expected = len(envelope.start) + header.tensor_bytes
    if file_bytes != expected:
        raise RepresentationError(f"is {file_bytes} bytes, should be {expected}: truncated?")
    return header


def sealed_ranges(envelope: Envelope, header: Header) -> list[slice]:
    """Return the places of the tensors that the seal covers.

    Args:
        envelope: The start of the file.
        header: The header that `parse` returned for it.

    Returns:
        First and last (exclusive) byte of each, counted from the end of the start.
    """
    shapes = header.shapes()
    ranges = []
    for name in SEALED_TENSORS:
        if name in shapes:
            offsets = Table(envelope.entries[name], name).take("data_offsets", list, "a list")
            length = math.prod(shapes[name][1])  # each of its numbers is a byte
            if any(type(each) is not int for each in offsets) or len(offsets) != 2:  # noqa: PLR2004
                raise RepresentationError(f"tensor {name} has no data_offsets")
            begin, end = offsets
            if not 0 <= begin <= end <= header.tensor_bytes or end - begin != length:
                raise RepresentationError(f"tensor {name} lies outside the file")
            ranges.append(slice(begin, end))
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
        raise RepresentationError(f"needs a newer siren, with {shown(required[0])}")


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
        _axis(table, "rows", "cell_height", "margin_y", facts.height),
        _axis(table, "columns", "cell_width", "margin_x", facts.width),
    )


def _axis(table: Table, cells_key: str, size_key: str, margin_key: str, length: int) -> Axis:
    cells = table.integer(cells_key, 1, length)
    size = table.integer(size_key, 1, length)
    margin = table.integer(margin_key, 0, size // 4 if cells > 1 else 0)
    if not (cells - 1) * size < length <= cells * size:
        raise RepresentationError(
            f"header.grid: {cells} {cells_key} of {size} do not cover {length} pixels"
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
        odd = sorted(tensors.keys() ^ shapes.keys())[0]
        raise RepresentationError(f"tensor {shown(odd)} is missing or does not belong here")
    for name, (kind, shape) in shapes.items():
        entry = Table(tensors[name], name)
        if entry.values.get("dtype") != kind or entry.values.get("shape") != list(shape):
            raise RepresentationError(f"tensor {name} is not {kind} of shape {shape}")
