"""Version 1 of the .siren format, which is read and no longer written.

The file is a sealed safetensors container (`sealed`): the layers' weights and biases, a
SHA-256 for each row of cells, the color profile, and a header. All cells have the same
layers. No memory is allocated for a size that the file's own length does not confirm.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, BinaryIO, get_args

import numpy as np
from numpy.typing import NDArray

from siren_cli.config import StoredType
from siren_cli.errors import RepresentationError, shown
from siren_cli.model.activations import Array
from siren_cli.model.cell_classes import equal_cells
from siren_cli.model.grid import Axis, Grid
from siren_cli.model.layers import Layer, finite, layers_of
from siren_cli.pictures.picture import MAX_ICC_BYTES, PictureFacts
from siren_cli.representation import header_parser, sealed
from siren_cli.representation.header import MosaicHeader
from siren_cli.representation.representation import MosaicRepresentation
from siren_cli.representation.sealed import Envelope
from siren_cli.representation.stored_cells import StoredCells
from siren_cli.representation.strict_json import Table

# The word with which every table begins.
FORMAT = "siren"
VERSION = 1
# Size of the SHA-256 of a row of cells.
DIGEST_BYTES = 32
# The tensors that the seal covers, in this order.
SEALED_TENSORS = ("digests", "icc_profile")
# Type of the biases and of the first layer's weights, by the type of a fit.
FLOAT_TYPES = {"int8": "F16", "float16": "F16", "float32": "F32"}
# Type of the other layers' weights, by the type of a fit.
WEIGHT_TYPES = {"int8": "I8", "float16": "F16", "float32": "F32"}
# Size of one number of each type, in bytes.
TYPE_BYTES = {"F16": 2, "F32": 4, "I8": 1, "U8": 1}

# Type and shape of tensors, by name.
Shapes = dict[str, tuple[str, tuple[int, ...]]]


class Version1:
    """An open file of version 1, its header checked.

    Args:
        file: The file, at any place.
        file_bytes: Its size.

    Attributes:
        header: Everything in the file but its weights.

    Raises:
        RepresentationError: The header is damaged or foreign.
    """

    def __init__(self, file: BinaryIO, file_bytes: int) -> None:
        self._file = file
        file.seek(0)
        prefix = file.read(sealed.PREFIX_BYTES)
        start = prefix + file.read(sealed.header_end(prefix, file_bytes) - len(prefix))
        self._envelope = sealed.parse(start)
        self.header = parse(self._envelope, file_bytes)
        sealed.check_seal(self._envelope, self._sealed_bytes())

    def _sealed_bytes(self) -> bytes:
        content = b""
        for place in sealed_ranges(self._envelope, self.header):
            self._file.seek(len(self._envelope.start) + place.start)
            content += self._file.read(place.stop - place.start)
        return content

    def read(self) -> MosaicRepresentation:
        """Return all that it holds, the cells read and checked.

        Raises:
            RepresentationError: The weights are damaged.
        """
        self._file.seek(len(self._envelope.start))
        rest = self._file.read(tensor_bytes(self.header))
        tensors = sealed.decode(self._envelope, rest, SEALED_TENSORS)
        layers = layers_of(tensors)
        _check_rows(layers, tensors["digests"])
        profile = tensors.get("icc_profile")
        return MosaicRepresentation(
            header=self.header,
            cells=StoredCells.of_layers(self.header, (layers,)),
            icc_profile=None if profile is None else profile.tobytes(),
        )


def shapes(header: MosaicHeader) -> Shapes:
    """Return the type and shape of every tensor of a file, by name."""
    number, cells = FLOAT_TYPES[header.dtype], header.grid.cells
    (sizes,) = header.classes.layer_sizes
    found: Shapes = {"digests": ("U8", (header.grid.y.cells, DIGEST_BYTES))}
    for index, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        kind = WEIGHT_TYPES[header.dtype] if index else number
        found[f"layers.{index}.weight"] = (kind, (cells, fan_in, fan_out))
        found[f"layers.{index}.bias"] = (number, (cells, fan_out))
        if kind == "I8":
            found[f"layers.{index}.scale"] = (number, (cells, fan_out))
    if header.icc_bytes:
        found["icc_profile"] = ("U8", (header.icc_bytes,))
    return found


def tensor_bytes(header: MosaicHeader) -> int:
    """Return the size of a file without its JSON text."""
    return sum(TYPE_BYTES[kind] * math.prod(shape) for kind, shape in shapes(header).values())


def parse(envelope: Envelope, file_bytes: int) -> MosaicHeader:
    """Return the header of a file, after every check.

    Args:
        envelope: The start of the file.
        file_bytes: Size of the whole file.

    Raises:
        RepresentationError: A check failed; the message says which.
    """
    header = _header(envelope, file_bytes)
    _check_tensors(envelope.entries, shapes(header))
    expected = len(envelope.start) + tensor_bytes(header)
    if file_bytes != expected:
        raise RepresentationError(f"is {file_bytes} bytes, should be {expected}: truncated?")
    return header


def sealed_ranges(envelope: Envelope, header: MosaicHeader) -> list[slice]:
    """Return the places of the tensors that the seal covers.

    Args:
        envelope: The start of the file.
        header: The header that `parse` returned for it.

    Returns:
        First and last (exclusive) byte of each, counted from the end of the start.
    """
    found, total = shapes(header), tensor_bytes(header)
    ranges = []
    for name in SEALED_TENSORS:
        if name in found:
            offsets = Table(envelope.entries[name], name).take("data_offsets", list, "a list")
            length = math.prod(found[name][1])  # each of its numbers is a byte
            if any(type(each) is not int for each in offsets) or len(offsets) != 2:  # noqa: PLR2004
                raise RepresentationError(f"tensor {name} has no data_offsets")
            begin, end = offsets
            if not 0 <= begin <= end <= total or end - begin != length:
                raise RepresentationError(f"tensor {name} lies outside the file")
            ranges.append(slice(begin, end))
    return ranges


def row_digests(layers: Sequence[Layer], rows: int) -> NDArray[np.uint8]:
    """Return the SHA-256 of each row of cells, shape (rows, 32)."""
    digests = [hashlib.sha256() for _ in range(rows)]
    for array in (array for layer in layers for array in layer.arrays().values()):
        for digest, part in zip(digests, np.split(array, rows), strict=True):
            digest.update(part.tobytes())
    raw = b"".join(digest.digest() for digest in digests)
    return np.frombuffer(raw, np.uint8).reshape(rows, DIGEST_BYTES)


def _check_rows(layers: Sequence[Layer], digests: Array) -> None:
    computed = row_digests(layers, len(digests))
    if not np.array_equal(computed, digests):
        row = int(np.argmax((computed != digests).any(axis=1)))
        raise RepresentationError(
            f"damaged: the weights of cell row {row} do not match their SHA-256"
        )
    if not finite(layers):
        raise RepresentationError("damaged: it holds weights that are not finite")


def _header(envelope: Envelope, file_bytes: int) -> MosaicHeader:
    table = envelope.table
    table.word("format", (FORMAT,))
    header_parser.check_version(table, VERSION)
    facts = _facts(table.table("picture"))
    grid = _grid(table.table("grid"), facts)
    header_parser.check_cells(grid.cells, file_bytes)
    network = table.table("network")
    function = header_parser.function(network)
    network.word("input", ("cell",))
    network.word("form", ("folded",))
    sizes = network.take("layers", list, "a list")
    layers = header_parser.layer_sizes(sizes, function, facts.channels, "layers")
    result = table.table("result")
    profile = envelope.entries.get("icc_profile")
    return MosaicHeader(
        facts=facts,
        grid=grid,
        classes=equal_cells(layers, grid.cells),
        dtype=network.word("dtype", get_args(StoredType)),
        settings=table.table("settings").values,
        tool=header_parser.tool(table),
        epochs=result.integer("epochs", 0, 1 << 53),
        psnr=_psnr(result),
        icc_bytes=0 if profile is None else _icc_bytes(profile),
        activation=function.activation,
        encoding=function.encoding,
    )


def _facts(table: Table) -> PictureFacts:
    facts = header_parser.facts(table)
    if table.take("premultiplied", bool, "true or false") != facts.has_alpha:
        raise RepresentationError("header.picture.premultiplied does not fit the color")
    if table.values.get("value_range") != [-1, 1]:
        raise RepresentationError("header.picture.value_range is not [-1, 1]")
    return facts


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


def _check_tensors(tensors: Mapping[str, Any], expected: Shapes) -> None:
    if tensors.keys() != expected.keys():
        odd = sorted(tensors.keys() ^ expected.keys())[0]
        raise RepresentationError(f"tensor {shown(odd)} is missing or does not belong here")
    for name, (kind, shape) in expected.items():
        entry = Table(tensors[name], name)
        if entry.values.get("dtype") != kind or entry.values.get("shape") != list(shape):
            raise RepresentationError(f"tensor {name} is not {kind} of shape {shape}")
