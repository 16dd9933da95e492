"""The networks of cells as bytes, one cell after the other (version 2)."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.config import StoredType
from siren_cli.model.activations import Array
from siren_cli.model.cell_classes import CellClasses
from siren_cli.model.layers import Layer
from siren_cli.model.networks import ClassLayers
from siren_cli.representation.header import MosaicHeader

# NumPy's names of the types of the biases, the scales and the first layer's weights.
FLOAT_TYPES = {"int8": "<f2", "float16": "<f2", "float32": "<f4"}
# NumPy's names of the types of the other layers' weights.
WEIGHT_TYPES = {"int8": "i1", "float16": "<f2", "float32": "<f4"}


def weight_bytes(header: MosaicHeader) -> int:
    """Return the size of the networks of all cells."""
    classes = header.classes
    sizes = _class_sizes(classes, header.dtype)
    return sum(count * size for count, size in zip(classes.counts, sizes, strict=True))


def cell_bytes(layer_sizes: tuple[int, ...], dtype: StoredType) -> int:
    """Return the size of the network of a cell."""
    return int(_record(layer_sizes, dtype).itemsize)


def _record(layer_sizes: tuple[int, ...], dtype: StoredType) -> Any:
    """Return the NumPy type of the network of a cell: its arrays, one after the other."""
    number = FLOAT_TYPES[dtype]
    fields: list[tuple[str, str, tuple[int, ...]]] = []
    for index, (fan_in, fan_out) in enumerate(pairwise(layer_sizes)):
        kind = WEIGHT_TYPES[dtype] if index else number
        fields.append((f"{index}.weight", kind, (fan_in, fan_out)))
        if kind == "i1":
            fields.append((f"{index}.scale", number, (fan_out,)))
        fields.append((f"{index}.bias", number, (fan_out,)))
    return np.dtype(fields)


def _class_sizes(classes: CellClasses, dtype: StoredType) -> list[int]:
    """Return the bytes of a cell of each class."""
    return [cell_bytes(sizes, dtype) for sizes in classes.layer_sizes]


def cell_starts(classes: CellClasses, dtype: StoredType) -> NDArray[np.int64]:
    """Return where each cell begins, counted from the first, and where the last ends."""
    sizes = np.array(_class_sizes(classes, dtype), np.int64)
    return np.concatenate([[0], np.cumsum(sizes[classes.numbers])])


def span_of_rows(header: MosaicHeader, rows: range) -> tuple[int, int]:
    """Return where some rows of cells begin and end, counted from the first cell."""
    starts, columns = cell_starts(header.classes, header.dtype), header.grid.x.cells
    return int(starts[rows.start * columns]), int(starts[rows.stop * columns])


def encode(classes: CellClasses, dtype: StoredType, layers: ClassLayers) -> Iterator[bytes]:
    """Yield the bytes of each cell.

    Args:
        classes: The class of each of the cells.
        dtype: The type of the weights.
        layers: The layers of each class, as they are stored.
    """
    by_class = [
        _records(own, sizes, dtype)
        for own, sizes in zip(layers, classes.layer_sizes, strict=True)
    ]
    for number, place in zip(classes.numbers, classes.places, strict=True):
        yield by_class[number][place].tobytes()


def _records(layers: Sequence[Layer], layer_sizes: tuple[int, ...], dtype: StoredType) -> Array:
    records = np.empty(len(layers[0].bias), _record(layer_sizes, dtype))
    for index, layer in enumerate(layers):
        for name, array in layer.arrays().items():
            records[f"{index}.{name}"] = array
    return records


def decode(content: bytes, classes: CellClasses, dtype: StoredType) -> ClassLayers:
    """Return the layers of cells, by class, from their bytes."""
    starts = cell_starts(classes, dtype)
    layers = []
    for number, sizes in enumerate(classes.layer_sizes):
        cells = classes.cells_of(number)
        own = b"".join(content[starts[cell] : starts[cell + 1]] for cell in cells)
        records = np.frombuffer(own, _record(sizes, dtype))
        layers.append(tuple(_layer(records, index) for index in range(len(sizes) - 1)))
    return tuple(layers)


def split(
    content: bytes, cells: NDArray[np.int64], classes: CellClasses, dtype: StoredType
) -> list[bytes]:
    """Return the bytes of each of some cells, from those of all of them together.

    Args:
        content: The bytes.
        cells: The numbers of the cells.
        classes: The class of every cell.
        dtype: The type of the weights.

    Raises:
        ValueError: The cells have another size together.
    """
    sizes = np.array(_class_sizes(classes, dtype), np.int64)[classes.numbers[cells]]
    ends = [0, *map(int, np.cumsum(sizes))]
    if len(content) != ends[-1]:
        raise ValueError("the bytes are not those of these cells")
    return [content[start:end] for start, end in pairwise(ends)]


def _layer(records: Array, index: int) -> Layer:
    names = [name for name in Layer._fields if f"{index}.{name}" in (records.dtype.names or ())]
    return Layer(**{name: np.ascontiguousarray(records[f"{index}.{name}"]) for name in names})
