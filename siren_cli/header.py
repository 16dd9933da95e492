"""The header of a .siren file, version 1: what the file says of itself.

A safetensors file begins with eight bytes of length and a JSON text of tensor
names, types and shapes. Its metadata has exactly one key, `siren`, with a JSON
of our own: picture, grid, network, settings, result, and `sha256`. That last is
the digest of the header as it stands with these 64 digits replaced by zeros,
followed by the bytes of the tensors `digests` and `icc_profile`.

Nothing in the header is believed before it is checked, nothing is allocated by
its word alone, and unknown optional keys are ignored.
"""

import hashlib
import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, get_args

from siren_cli.config import MAX_LAYERS, MAX_WIDTH, StoredType
from siren_cli.coordinates import Axis, Grid
from siren_cli.errors import RepresentationError
from siren_cli.image import MAX_ICC_BYTES, Color, PictureFacts

FORMAT = "siren"
VERSION = 1
METADATA_KEY = "siren"
PREFIX_BYTES = 8
MAX_HEADER_BYTES = 64 << 10
MAX_SIDE = 10**6
DIGEST_BYTES = 32
BLANK_DIGEST = "0" * 64
TENSOR_TYPES = {"float16": "F16", "float32": "F32"}
TYPE_BYTES = {"F16": 2, "F32": 4, "U8": 1}

Shapes = dict[str, tuple[str, tuple[int, ...]]]


@dataclass(frozen=True)
class Header:
    """Everything about a fit but its weights.

    Attributes:
        facts: Size and color of the picture.
        grid: Its division into cells.
        layer_sizes: Widths from the input (y, x) to the channels.
        dtype: Type of the weights.
        settings: The tables [network] and [fit] that made it.
        tool: Version of the program that made it.
        epochs: Epochs done.
        psnr: dB at the picture's pixels; None is a perfect match.
        icc_bytes: Size of the color profile, 0 without one.
    """

    facts: PictureFacts
    grid: Grid
    layer_sizes: tuple[int, ...]
    dtype: StoredType
    settings: dict[str, Any]
    tool: str
    epochs: int
    psnr: float | None
    icc_bytes: int = 0

    def shapes(self) -> Shapes:
        """Return type and shape of every tensor of the file, by name."""
        stored, cells = TENSOR_TYPES[self.dtype], self.grid.cells
        shapes: Shapes = {"digests": ("U8", (self.grid.y.cells, DIGEST_BYTES))}
        for index, (fan_in, fan_out) in enumerate(self._pairs()):
            shapes[f"layers.{index}.weight"] = (stored, (cells, fan_in, fan_out))
            shapes[f"layers.{index}.bias"] = (stored, (cells, fan_out))
        if self.icc_bytes:
            shapes["icc_profile"] = ("U8", (self.icc_bytes,))
        return shapes

    @property
    def parameters(self) -> int:
        """Number of weights and biases of all cells."""
        return self.grid.cells * sum((i + 1) * o for i, o in self._pairs())

    @property
    def tensor_bytes(self) -> int:
        """Size of the file without its header."""
        return sum(
            TYPE_BYTES[kind] * math.prod(shape) for kind, shape in self.shapes().values()
        )

    def _pairs(self) -> list[tuple[int, int]]:
        return list(pairwise(self.layer_sizes))


def dump(header: Header) -> str:
    """Return the canonical JSON of a header, its digest blank."""
    facts, grid = header.facts, header.grid
    table = {
        "format": FORMAT,
        "version": VERSION,
        "requires": [],
        "tool": header.tool,
        "picture": {
            "width": facts.width,
            "height": facts.height,
            "color": facts.color,
            "bit_depth": facts.bit_depth,
            "premultiplied": facts.has_alpha,
            "value_range": [-1, 1],
        },
        "grid": {
            "rows": grid.y.cells,
            "columns": grid.x.cells,
            "cell_height": grid.y.size,
            "cell_width": grid.x.size,
            "margin_y": grid.y.margin,
            "margin_x": grid.x.margin,
            "ramp": "smoothstep",
        },
        "network": {
            "layers": header.layer_sizes,
            "activation": "sine",
            "input": "cell",
            "form": "folded",
            "dtype": header.dtype,
        },
        "settings": header.settings,
        "result": {
            "epochs": header.epochs,
            "psnr_db": header.psnr,
            "identical": header.psnr is None,
        },
        "sha256": BLANK_DIGEST,
    }
    return json.dumps(table, sort_keys=True, separators=(",", ":"), allow_nan=False)


def checked_length(prefix: bytes, file_bytes: int) -> int:
    """Return the length of the JSON text that follows the first eight bytes.

    Raises:
        RepresentationError: It is no plausible length for this file.
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
    """Return the header in the first bytes of a file, checked.

    Args:
        start: The file up to the end of its JSON text.
        file_bytes: Size of the whole file.

    Raises:
        RepresentationError: A check failed; the message names it.
    """
    tensors = _strict_json(start[PREFIX_BYTES:], "safetensors header")
    metadata = _Table(tensors.pop("__metadata__", None), "metadata")
    if list(metadata.values) != [METADATA_KEY]:
        raise RepresentationError("not a .siren file: its metadata is not the one key 'siren'")
    header = _header(_Table(_metadata_json(metadata.values[METADATA_KEY]), "header"), tensors)
    _check_tensors(tensors, header.shapes())
    expected = len(start) + header.tensor_bytes
    if file_bytes != expected:
        raise RepresentationError(f"is {file_bytes} bytes, should be {expected}: truncated?")
    return header


def seal(start: bytes, attached: bytes) -> bytes:
    """Return a header whose blank digest is replaced by the real one.

    Args:
        start: The file up to the end of its JSON text.
        attached: Bytes of the tensors `digests` and `icc_profile`.
    """
    return start.replace(BLANK_DIGEST.encode(), _digest(start, attached).encode(), 1)


def check_seal(start: bytes, attached: bytes) -> None:
    """Check the digest in a header that `parse` has accepted.

    Raises:
        RepresentationError: Header, digests or profile were changed.
    """
    text = json.loads(start[PREFIX_BYTES:])["__metadata__"][METADATA_KEY]
    sealed = str(json.loads(text)["sha256"]).encode()
    blank = start.replace(sealed, BLANK_DIGEST.encode())
    if len(blank) != len(start) or _digest(blank, attached).encode() != sealed:
        raise RepresentationError("damaged: the header does not match its SHA-256")


def _digest(blank_start: bytes, attached: bytes) -> str:
    return hashlib.sha256(blank_start + attached).hexdigest()


class _Table:
    """A JSON object whose values are checked as they are taken."""

    def __init__(self, values: Any, name: str) -> None:
        if not isinstance(values, dict):
            raise RepresentationError(f"{name} is not a JSON object")
        self.values: dict[str, Any] = values
        self.name = name

    def take(self, key: str, kind: type, wanted: str) -> Any:
        value = self.values.get(key)
        if type(value) is not kind:
            raise RepresentationError(f"{self.name}.{key} is not {wanted}")
        return value

    def integer(self, key: str, low: int, high: int) -> int:
        value: int = self.take(key, int, "an integer")
        if not low <= value <= high:
            raise RepresentationError(f"{self.name}.{key} is not between {low} and {high}")
        return value

    def word(self, key: str, choices: tuple[str, ...]) -> Any:
        value = self.take(key, str, "a string")
        if value not in choices:
            known = ", ".join(choices)
            raise RepresentationError(
                f"{self.name}.{key} {value[:40]!a} is unknown (not {known})"
            )
        return value

    def table(self, key: str) -> "_Table":
        return _Table(self.values.get(key), f"{self.name}.{key}")


def _header(table: _Table, tensors: Mapping[str, Any]) -> Header:
    _check_version(table)
    facts = _facts(table.table("picture"))
    network = table.table("network")
    network.word("activation", ("sine",))
    network.word("input", ("cell",))
    network.word("form", ("folded",))
    result = table.table("result")
    profile = tensors.get("icc_profile")
    return Header(
        facts=facts,
        grid=_grid(table.table("grid"), facts),
        layer_sizes=_layer_sizes(network, facts.channels),
        dtype=network.word("dtype", get_args(StoredType)),
        settings=table.table("settings").values,
        tool=_tool(table),
        epochs=result.integer("epochs", 0, 1 << 53),
        psnr=_psnr(result),
        icc_bytes=0 if profile is None else _icc_bytes(profile),
    )


def _check_version(table: _Table) -> None:
    table.word("format", (FORMAT,))
    version = table.integer("version", 1, 1 << 31)
    if version > VERSION:
        raise RepresentationError(f"is of format version {version}; this siren reads {VERSION}")
    required = table.take("requires", list, "a list")
    if required:
        raise RepresentationError(f"needs a newer siren, with {ascii(required[0])[:60]}")
    digest = table.take("sha256", str, "a string")
    if len(digest) != len(BLANK_DIGEST) or not set(digest) <= set("0123456789abcdef"):
        raise RepresentationError("header.sha256 is not 64 hexadecimal digits")


def _tool(table: _Table) -> str:
    tool: str = table.take("tool", str, "a string")
    if not tool.isprintable():  # `info` shows it on a terminal
        raise RepresentationError("header.tool is not printable")
    return tool


def _facts(table: _Table) -> PictureFacts:
    facts = PictureFacts(
        width=table.integer("width", 1, MAX_SIDE),
        height=table.integer("height", 1, MAX_SIDE),
        color=table.word("color", get_args(Color)),
        bit_depth=table.integer("bit_depth", 8, 8),
    )
    if table.take("premultiplied", bool, "true or false") != facts.has_alpha:
        raise RepresentationError("header.picture.premultiplied does not fit the color")
    if table.values.get("value_range") != [-1, 1]:
        raise RepresentationError("header.picture.value_range is not [-1, 1]")
    return facts


def _grid(table: _Table, facts: PictureFacts) -> Grid:
    table.word("ramp", ("smoothstep",))
    return Grid(
        _axis(table, ("rows", "cell_height", "margin_y"), facts.height),
        _axis(table, ("columns", "cell_width", "margin_x"), facts.width),
    )


def _axis(table: _Table, keys: tuple[str, str, str], length: int) -> Axis:
    cells = table.integer(keys[0], 1, length)
    size = table.integer(keys[1], 1, length)
    margin = table.integer(keys[2], 0, size // 2 if cells > 1 else 0)
    if not (cells - 1) * size < length <= cells * size:
        raise RepresentationError(
            f"header.grid: {cells} {keys[0]} of {size} do not cover {length} pixels"
        )
    return Axis(length, cells, size, margin)


def _layer_sizes(table: _Table, channels: int) -> tuple[int, ...]:
    sizes = table.take("layers", list, "a list")
    inside = len(sizes) - 1 in range(2, MAX_LAYERS + 1) and all(
        type(size) is int and 1 <= size <= MAX_WIDTH for size in sizes
    )
    if not inside or sizes[0] != 2 or sizes[-1] != channels:  # noqa: PLR2004 - (y, x)
        raise RepresentationError(f"header.network.layers do not lead from 2 to {channels}")
    return tuple(sizes)


def _psnr(table: _Table) -> float | None:
    identical = table.take("identical", bool, "true or false")
    psnr = table.values.get("psnr_db")
    if identical != (psnr is None):
        raise RepresentationError("header.result: psnr_db and identical contradict each other")
    return None if psnr is None else float(table.take("psnr_db", float, "a number"))


def _icc_bytes(entry: Any) -> int:
    shape = _Table(entry, "icc_profile").take("shape", list, "a list")
    if len(shape) != 1 or type(shape[0]) is not int or not 1 <= shape[0] <= MAX_ICC_BYTES:
        raise RepresentationError(f"icc_profile is not of 1 to {MAX_ICC_BYTES} bytes")
    return int(shape[0])


def _check_tensors(tensors: Mapping[str, Any], shapes: Shapes) -> None:
    if tensors.keys() != shapes.keys():
        odd = sorted(tensors.keys() ^ shapes.keys())[0]
        raise RepresentationError(f"tensor {odd[:60]!a} is missing or does not belong here")
    for name, (kind, shape) in shapes.items():
        entry = _Table(tensors[name], name)
        if entry.values.get("dtype") != kind or entry.values.get("shape") != list(shape):
            raise RepresentationError(f"tensor {name} is not {kind} of shape {shape}")


def _metadata_json(text: Any) -> dict[str, Any]:
    if not isinstance(text, str):
        raise RepresentationError("not a .siren file: its metadata is not text")
    return _strict_json(text.encode("utf-8", "surrogatepass"), "metadata")


def _strict_json(text: bytes, name: str) -> dict[str, Any]:
    try:
        value = json.loads(
            text.decode("utf-8", "strict"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise RepresentationError(
            f"not a .siren file: its {name} is not strict JSON"
        ) from error
    return _Table(value, name).values


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("duplicate key")
    return table


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits} is out of range")
    return number
