"""Where points are in a cell, and the weight that the cell has there."""

from typing import NamedTuple

import numpy as np

from siren_cli.exporting.onnx_graph.jets import Jet
from siren_cli.exporting.onnx_graph.tracing import Graph, Tensor
from siren_cli.model.grid import Axis, Grid


class Points(NamedTuple):
    """Points in pixels, two tensors of shape (n,)."""

    x: Tensor
    y: Tensor

    def at(self, numbers: Tensor) -> "Points":
        """Return some of the points."""
        return Points(self.x.at(numbers), self.y.at(numbers))

    def inside(self, graph: Graph) -> "Points":
        """Return them as a graph inside that of theirs uses them."""
        return Points(graph.tensor(self.x.name), graph.tensor(self.y.name))


class Place(NamedTuple):
    """Points, seen from a cell.

    Attributes:
        local: Jet of their local coordinates, in order (y, x), shape (n, 2).
        weight: Jet of the weight of the cell, shape (n, 1), or a number.
    """

    local: Jet
    weight: Jet


def place(
    graph: Graph, grid: Grid, cell: Tensor, points: Points, *, with_gradient: bool
) -> Place:
    """Return where points are in a cell.

    Args:
        graph: The graph.
        grid: All cells.
        cell: Number of the cell, shape (1,).
        points: The points.
        with_gradient: Whether slopes are needed.
    """
    row = cell / grid.x.cells
    x = _OnAxis(graph, grid.x, cell - row * grid.x.cells, points.x)
    y = _OnAxis(graph, grid.y, row, points.y)
    local = graph.joined([y.local().with_axis(1), x.local().with_axis(1)], axis=1)
    across, down = x.weight(), y.weight()
    weight = (across * down).with_axis(1)
    if not with_gradient:
        return Place(Jet(local, ()), Jet(weight, ()))
    per_pixel = np.array([[[0.0, 2.0 / grid.x.cell_size]], [[2.0 / grid.y.cell_size, 0.0]]])
    slopes = [x.slope_of_weight() * down, across * y.slope_of_weight()]
    return Place(
        Jet(local, list(map(graph.constant, per_pixel.astype(np.float32)))),
        Jet(weight, [slope.with_axis(1) for slope in slopes]),
    )


class _OnAxis(NamedTuple):
    """Positions on an axis, shape (n,), and a cell, shape (1,)."""

    graph: Graph
    axis: Axis
    cell: Tensor
    positions: Tensor

    def local(self) -> Tensor:
        """Return the local coordinates."""
        size = float(self.axis.cell_size)
        return (2.0 * self._inside() - size) / size

    def weight(self) -> Tensor:
        """Return the weights of the cell."""
        if self.axis.margin == 0:
            return self.graph.constant([1.0])
        before, after = (t * t * (3.0 - 2.0 * t) for t in self._shares())
        return before * after

    def slope_of_weight(self) -> Tensor:
        """Return the derivatives of the weights, per pixel."""
        if self.axis.margin == 0:
            return self.graph.constant([0.0])
        # The two ramps of a cell do not overlap, so their slopes add up.
        up, down = (t * (1.0 - t) * (3.0 / self.axis.margin) for t in self._shares())
        return up - down

    def _inside(self) -> Tensor:
        return self.positions - self.cell.to(np.float32) * float(self.axis.cell_size)

    def _shares(self) -> list[Tensor]:
        """Return how far positions are on the ramps of both borders, in [0, 1]."""
        inside, size = self._inside(), float(self.axis.cell_size)
        distances = [inside, size - inside]
        # The picture's own borders have no ramp: positions are at its end.
        ends = [self.cell.equals([cell]) for cell in (0, self.axis.cells - 1)]
        return [
            self.graph.clipped(
                distance / (2.0 * self.axis.margin) + 0.5, end.to(np.float32).scalar(), 1.0
            )
            for distance, end in zip(distances, ends, strict=True)
        ]
