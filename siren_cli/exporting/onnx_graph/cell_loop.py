"""The sum of all cells, in a loop from cell to cell.

A step of the loop takes some points of one cell. So the weights of a cell are converted when
they are needed, and no more features are in memory than those of a step.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from siren_cli.exporting.onnx_graph import blending, jets
from siren_cli.exporting.onnx_graph.blending import Points
from siren_cli.exporting.onnx_graph.jets import Jet
from siren_cli.exporting.onnx_graph.sorting import Pairs, pairs
from siren_cli.exporting.onnx_graph.tracing import Graph, Tensor, library
from siren_cli.exporting.onnx_graph.weights import LayerWeights, Weights
from siren_cli.model.encoding import AXES
from siren_cli.representation.header import MosaicHeader

# Most points of a step; a usual cell with its margins has 66 x 66 pixels.
POINTS_PER_STEP = 4400
# The directions of a gradient: along x, along y.
DIRECTIONS = 2


class CellSums(NamedTuple):
    """How the function is computed at points.

    Attributes:
        header: Everything about it but its weights.
        weights: The weights, which the graph has as constants.
        with_gradient: Whether the gradient is computed, too.
    """

    header: MosaicHeader
    weights: Weights
    with_gradient: bool

    @property
    def quantities(self) -> int:
        """How many numbers are computed for each channel: the value, and its slopes."""
        return 1 + DIRECTIONS * self.with_gradient

    @property
    def width(self) -> int:
        """How many numbers are computed at a point."""
        return self.header.facts.channels * self.quantities


def sums(graph: Graph, points: Tensor, how: CellSums) -> Jet:
    """Return the function at points.

    Args:
        graph: The graph.
        points: The points, shape (n, 2), in order (x, y), in pixels.
        how: The function.

    Returns:
        Jet of shape (n, channels), values about in [-1, 1]; its slopes along x and y are
        per pixel, and left out without gradient.
    """
    columns = [graph.op("Gather", points, number, axis=1) for number in (0, 1)]
    found = pairs(graph, how.header.grid, Points(*columns))
    most = graph.op("Min", found.most_of_a_cell(), found.bound_of_a_step(), [POINTS_PER_STEP])
    is_not_done = (found.cells.length() > [0]).scalar()
    body = _body(graph, Points(*columns), _Steps(found, most), how)
    endless = graph.constant(np.array(np.iinfo(np.int64).max))
    _, parts, numbers = graph.ops("Loop", 3, endless, is_not_done, [0], body=body)
    parts, numbers = parts.reshaped([-1, how.width]), numbers.reshaped([-1, 1])
    zeros = graph.op("Expand", 0.0, graph.joined([points.length(), [how.width]], axis=0))
    indices = graph.op("Expand", numbers, graph.op("Shape", parts))
    total = graph.op("ScatterElements", zeros, indices, parts, axis=0, reduction="add")
    widths = [how.header.facts.channels] * how.quantities
    value, *slopes = graph.ops("Split", how.quantities, total, widths, axis=1)
    return Jet(value, slopes)


class _Steps(NamedTuple):
    """The pairs that the loop goes through, and the most of a step."""

    pairs: Pairs
    most: Tensor


def _body(outer: Graph, points: Points, steps: _Steps, how: CellSums) -> Any:
    """Return the graph of a step.

    It gets the first pair of the step, and says the first one of the next step, the numbers of
    its points, and what the cell adds there. These must have as many rows in every step, so
    they end with zeros for point 0.
    """
    graph = Graph(outer)
    start = graph.tensor("start")
    cells, numbers, most = (graph.tensor(each.name) for each in (*steps.pairs, steps.most))
    window = cells.part(start, start + most)
    cell = window.part([0], [1])
    count = graph.op("ReduceSum", window.equals(cell).to(np.int64), [0])
    stop = start + count
    numbers = numbers.part(start, stop)
    part = _share(graph, cell, points.inside(graph).at(numbers), how)
    missing = most - count
    outputs = {
        "is_not_done": (stop < cells.length()).scalar(),
        "stop": stop,
        "parts": graph.op("Pad", part, graph.joined([[0, 0], missing, [0]], axis=0)),
        "numbers": graph.op("Pad", numbers, graph.joined([[0], missing], axis=0)),
    }
    return _graph_of_step(graph, outputs, how.width)


def _graph_of_step(graph: Graph, outputs: dict[str, Tensor], width: int) -> Any:
    helper, kinds = library().helper, library().TensorProto
    graph.name_outputs(outputs)
    declared = {
        "step": (kinds.INT64, []),
        "before": (kinds.BOOL, []),
        "start": (kinds.INT64, [1]),
        "is_not_done": (kinds.BOOL, []),
        "stop": (kinds.INT64, [1]),
        "parts": (kinds.FLOAT, [None, width]),
        "numbers": (kinds.INT64, [None]),
    }
    infos = [helper.make_tensor_value_info(name, *each) for name, each in declared.items()]
    return helper.make_graph(graph.nodes, "step", infos[:3], infos[3:])


def _share(graph: Graph, cell: Tensor, points: Points, how: CellSums) -> Tensor:
    """Return what a cell adds at points, shape (n, width)."""
    grid, layers = how.header.grid, how.weights.of_cell(graph, cell)
    place = blending.place(graph, grid, cell, points, with_gradient=how.with_gradient)
    share = jets.product(_network(place.local, layers, how.header), place.weight)
    return graph.joined([share.value, *share.slopes], axis=1)


def _network(local: Jet, layers: Iterable[LayerWeights], header: MosaicHeader) -> Jet:
    """Return the jet of a network."""
    inputs = header.classes.layer_sizes[0][0]
    jet = jets.encoded(local, inputs) if inputs > AXES else local
    for number, layer in enumerate(layers):
        jet = jets.activated(jet, header.activation) if number else jet
        jet = jets.through(jet, *layer)
    return jet
