"""The numbers of all networks as a .siren file has them, one cell after the other."""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.exporting.onnx_graph.tracing import Graph, Tensor
from siren_cli.model.cell_classes import CellClasses
from siren_cli.model.networks import ClassLayers

# A layer's number, and the name of one of its arrays.
Name = tuple[int, str]


class Numbers(NamedTuple):
    """The arrays of one type of all cells.

    Attributes:
        names: Which arrays a cell has, in their order.
        content: The numbers of all cells.
        starts: Where those of each cell begin, and where the last ends.
        counts: How many numbers each array of a class has, shape (classes, arrays).
    """

    names: list[Name]
    content: NDArray[Any]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]


class LayerWeights(NamedTuple):
    """A layer of one cell: activation(x @ weight + bias)."""

    weight: Tensor
    bias: Tensor


class Weights:
    """The networks of all cells, as constants of a graph.

    Args:
        graph: The graph.
        classes: The classes of the cells.
        layers: The layers of each class, as they are stored.
    """

    def __init__(self, graph: Graph, classes: CellClasses, layers: ClassLayers) -> None:
        self._layers = len(layers[0])
        self._kinds = {
            kind: found
            for kind, is_own in {"integers": _is_integer, "floats": _is_float}.items()
            if (found := _numbers(classes, layers, is_own)).names
        }
        graph.constants["class_of_cell"] = classes.numbers
        for kind, numbers in self._kinds.items():
            graph.constants[kind] = numbers.content
            graph.constants[f"{kind}_starts"] = numbers.starts
            graph.constants[f"{kind}_counts"] = numbers.counts

    def of_cell(self, graph: Graph, cell: Tensor) -> Iterator[LayerWeights]:
        """Yield the layers of a cell.

        Args:
            graph: The graph that uses them, which is inside the one that has the constants.
            cell: Number of the cell, shape (1,).
        """
        number = graph.tensor("class_of_cell").at(cell).to(np.int64)
        found: dict[Name, Tensor] = {}
        for kind, numbers in self._kinds.items():
            starts = graph.tensor(f"{kind}_starts")
            own = graph.tensor(kind).part(starts.at(cell), starts.at(cell + 1))
            counts = graph.tensor(f"{kind}_counts").at(number).reshaped([-1])
            arrays = graph.ops("Split", len(numbers.names), own.to(np.float32), counts, axis=0)
            found |= dict(zip(numbers.names, arrays, strict=True))
        for layer in range(self._layers):
            bias = found[layer, "bias"]
            shape = graph.joined([[-1], bias.length()], axis=0)
            weight = found[layer, "weight"].reshaped(shape)
            if (layer, "scale") in found:
                weight = weight * found[layer, "scale"]
            yield LayerWeights(weight, bias)


def _is_integer(array: NDArray[Any]) -> bool:
    return array.dtype.kind == "i"


def _is_float(array: NDArray[Any]) -> bool:
    return array.dtype.kind == "f"


def _numbers(
    classes: CellClasses, layers: ClassLayers, is_own: Callable[[NDArray[Any]], bool]
) -> Numbers:
    """Return the arrays for which `is_own` says yes."""
    arrays = [
        {
            (number, name): array.reshape(len(array), math.prod(array.shape[1:]))
            for number, layer in enumerate(own)
            for name, array in layer.arrays().items()
            if is_own(array)
        }
        for own in layers
    ]
    names = list(arrays[0])
    counts = np.array([[each.shape[1] for each in own.values()] for own in arrays], np.int64)
    if not names:
        return Numbers(names, np.zeros(0), np.zeros(0, np.int64), counts)
    records = [np.concatenate(list(own.values()), axis=1) for own in arrays]
    sizes = counts.sum(axis=1)[classes.numbers]
    content = np.concatenate(
        [records[n][p] for n, p in zip(classes.numbers, classes.places, strict=True)]
    )
    return Numbers(names, content, np.concatenate([[0], np.cumsum(sizes)]), counts)
