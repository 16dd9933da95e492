"""Points, in the order of the cells that count at them.

Up to two rows and two columns of cells count at a point, so it may be there four times.
"""

from typing import NamedTuple

import numpy as np

from siren_cli.exporting.onnx_graph.blending import Points
from siren_cli.exporting.onnx_graph.tracing import Graph, Tensor
from siren_cli.model.grid import Axis, Grid

# Most points of a step, as a multiple of the mean over the cells that have some ...
MOST_TO_MEAN = 4
# ... unless that is less than this.
LEAST_BOUND = 64


class Pairs(NamedTuple):
    """All pairs of a cell and a point at which it counts, those of a cell together.

    Attributes:
        cells: Numbers of the cells, rising, shape (pairs,).
        points: Numbers of the points, shape (pairs,).
    """

    cells: Tensor
    points: Tensor

    def most_of_a_cell(self) -> Tensor:
        """Return the largest number of points of a cell, shape (1,)."""
        graph, count, starts = self.cells.graph, self.cells.length(), self._starts()
        ends = graph.joined([starts.part([1], count), count], axis=0)
        return graph.op("ReduceMax", ends - starts)

    def bound_of_a_step(self) -> Tensor:
        """Return a bound for the points of a step, shape (1,).

        Every step has as many rows as the fullest, so few cells with many points must not make
        many steps of cells with few points large.
        """
        mean = self.cells.length() / self._starts().length()
        return self.cells.graph.op("Max", mean * MOST_TO_MEAN, [LEAST_BOUND])

    def _starts(self) -> Tensor:
        """Return the first pair of each cell."""
        graph, count = self.cells.graph, self.cells.length()
        is_last = self.cells.part([0], [-1]) < self.cells.part([1], count)
        return graph.joined([[0], graph.op("NonZero", is_last).reshaped([-1]) + 1], axis=0)


def pairs(graph: Graph, grid: Grid, points: Points) -> Pairs:
    """Return the pairs of cells and points."""
    rows, numbers = _cells(graph, grid.y, points.y)
    columns, of_rows = _cells(graph, grid.x, points.x.at(numbers))
    cells = rows.at(of_rows) * grid.x.cells + columns
    count = cells.length()
    cells, order = graph.ops("TopK", 2, cells, count, axis=0, largest=0)
    return Pairs(cells, numbers.at(of_rows).at(order))


def _cells(graph: Graph, axis: Axis, positions: Tensor) -> tuple[Tensor, Tensor]:
    """Return the cells of an axis that count at positions, and whose positions these are."""
    numbers = graph.op("Range", 0, graph.op("Size", positions), 1)
    if axis.margin == 0:
        return _core(graph, axis, positions), numbers
    # A position near a border is in the cores of two cells when it is moved by a margin.
    later = _core(graph, axis, positions + float(axis.margin))
    earlier = _core(graph, axis, positions - float(axis.margin))
    both = graph.op("NonZero", earlier < later).reshaped([-1])
    cells = graph.joined([later, earlier.at(both)], axis=0)
    return cells, graph.joined([numbers, both], axis=0)


def _core(graph: Graph, axis: Axis, positions: Tensor) -> Tensor:
    """Return the cells whose cores positions are in, or nearest to."""
    size = float(axis.cell_size)
    cells = graph.op("Floor", positions / size)
    # A quotient just below a whole number is rounded to it.
    cells = cells - (positions < cells * size).to(np.float32)
    return graph.clipped(cells.to(np.int64), 0, axis.cells - 1)
