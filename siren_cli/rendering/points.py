"""The function at points in any order, which are taken together cell by cell."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.activations import ACTIVATIONS, Array
from siren_cli.model.encoding import ENCODINGS, of_points
from siren_cli.model.grid import Axis, FloatArray, Grid
from siren_cli.model.networks import CellNetwork
from siren_cli.rendering.evaluate import POINTS_PER_CALL, drawable, later_layers
from siren_cli.representation.stored_cells import FloatCells


class CellPoints(NamedTuple):
    """A cell and the points in its support.

    Attributes:
        row: Row of the cell.
        column: Column of the cell.
        indices: Numbers of the points.
    """

    row: int
    column: int
    indices: NDArray[np.intp]


def values_at(function: FloatCells, y: FloatArray, x: FloatArray) -> Array:
    """Return the function's values at points, for less than `derivatives.jets` takes.

    Args:
        function: The networks of all cells; their type is that of the result.
        y: Rows of the points, in continuous pixels of the picture, shape (n,).
        x: Columns of the points, likewise.

    Returns:
        Array of shape (n, channels), about in [0, 1].

    Raises:
        RepresentationError: The weights are so large that there are none.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return drawable(0.5 * _sum_of_cells(function, y, x) + 0.5)


def _sum_of_cells(function: FloatCells, y: FloatArray, x: FloatArray) -> Array:
    grid, channels = function.header.grid, function.header.facts.channels
    result: Array = np.zeros((len(y), channels), function.dtype)
    for row, column, indices in points_of_cells(grid, y, x):
        network = function.of_cell(row * grid.x.cells + column)
        for start in range(0, len(indices), POINTS_PER_CALL):
            part = indices[start : start + POINTS_PER_CALL]
            own_y, own_x = y[part], x[part]
            weight = grid.y.ramp(own_y, row) * grid.x.ramp(own_x, column)
            values = _evaluated(network, grid.y.local(own_y, row), grid.x.local(own_x, column))
            result[part] += weight[:, None].astype(values.dtype) * values
    return result


def _evaluated(network: CellNetwork, y: FloatArray, x: FloatArray) -> Array:
    """Return the values of a cell's network at local coordinates, shape (n, channels)."""
    weight, bias, _ = network.layers[0]
    encoding, axis_inputs = ENCODINGS[network.encoding], len(weight) // 2
    inputs = (encoding.values(each.astype(bias.dtype), axis_inputs) for each in (y, x))
    first = ACTIVATIONS[network.activation].function(of_points(*inputs) @ weight + bias)
    return later_layers(network, first)


def points_of_cells(grid: Grid, y: FloatArray, x: FloatArray) -> Iterator[CellPoints]:
    """Yield every cell that has points in its support, once or several times.

    Points are taken together by the cell whose core they are in; they may be in the
    support of its neighbors, too. Each pair of a cell and a point comes once.
    """
    cores = _core(grid.y, y) * grid.x.cells + _core(grid.x, x)
    order = np.argsort(cores, kind="stable")
    numbers, starts = np.unique(cores[order], return_index=True)
    for number, inside in zip(numbers, np.split(order, starts)[1:], strict=True):
        row, column = grid.row_and_column(int(number))
        for near_row in _neighbors(grid.y, row):
            for near_column in _neighbors(grid.x, column):
                supported = _is_in_support(grid.y, near_row, y[inside])
                supported &= _is_in_support(grid.x, near_column, x[inside])
                if supported.any():
                    yield CellPoints(near_row, near_column, inside[supported])


def _core(axis: Axis, positions: FloatArray) -> NDArray[np.int64]:
    """Return the cells whose cores positions are in, or nearest to."""
    return np.clip(np.floor(positions / axis.cell_size), 0, axis.cells - 1).astype(np.int64)


def _neighbors(axis: Axis, cell: int) -> range:
    return range(max(0, cell - 1), min(axis.cells, cell + 2))


def _is_in_support(axis: Axis, cell: int, positions: FloatArray) -> NDArray[np.bool_]:
    first, last = axis.support(cell)
    return (positions >= first) & (positions < last)
