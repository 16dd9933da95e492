"""The exact derivatives of the function, layer by layer.

The derivative of a sine network is another network (Sitzmann et al. 2020,
arXiv:2006.09661, section 3). A jet is an array whose first axis holds a quantity, its
derivatives along y and x, and its Laplacian. A layer's weights map each of these four
alike; its activation follows the chain rule, and the blending of cells the product rule.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.activations import ACTIVATIONS, Activation, Array
from siren_cli.model.encoding import ENCODINGS, by_axis, of_points
from siren_cli.model.grid import Axis, FloatArray
from siren_cli.model.networks import CellNetwork
from siren_cli.rendering.evaluate import drawable
from siren_cli.rendering.points import points_of_cells
from siren_cli.representation.stored_cells import FloatCells

Jet = NDArray[Any]

# Number of arrays in a jet.
ORDER = 4
# Index of the quantity itself in a jet.
VALUE = 0
# Index of the derivative along y.
DY = 1
# Index of the derivative along x.
DX = 2
# Index of the Laplacian.
LAPLACIAN = 3
# Number of points whose features stay in a core's cache, all four arrays of them.
POINTS_PER_CALL = 1024


class LocalPoints(NamedTuple):
    """Points in the local coordinates of a cell.

    Attributes:
        y: Their local coordinates on the vertical axis, shape (n,).
        x: Their local coordinates on the horizontal axis.
        y_per_pixel: Change of the local y from one row of pixels to the next.
        x_per_pixel: Change of the local x from one column of pixels to the next.
    """

    y: Array
    x: Array
    y_per_pixel: float
    x_per_pixel: float


def jets(function: FloatCells, y: FloatArray, x: FloatArray) -> Jet:
    """Return the function's values and derivatives at points.

    Args:
        function: The networks of all cells; their type is that of the result.
        y: Rows of the points, in continuous pixels of the picture, shape (n,).
        x: Columns of the points, likewise.

    Returns:
        Array of shape (4, n, channels): the values, about in [0, 1]; their derivatives
        along y and along x, per pixel of the picture; and their Laplacian, the sum of
        the second derivatives, per square pixel.

    Raises:
        RepresentationError: The weights are so large that there are none.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return drawable(_sum_of_cells(function, y, x))


def _sum_of_cells(function: FloatCells, y: FloatArray, x: FloatArray) -> Jet:
    channels = function.header.facts.channels
    result: Jet = np.zeros((ORDER, len(y), channels), function.dtype)
    for row, column, indices in points_of_cells(function.header.grid, y, x):
        for start in range(0, len(indices), POINTS_PER_CALL):
            part = indices[start : start + POINTS_PER_CALL]
            result[:, part] += _weighted(function, row, column, y[part], x[part])
    result *= 0.5  # from [-1, 1] to [0, 1]
    result[VALUE] += 0.5
    return result


def _weighted(function: FloatCells, row: int, column: int, y: FloatArray, x: FloatArray) -> Jet:
    """Return the jet of a cell's share of the blend: its weight times its network."""
    grid = function.header.grid
    y_ramp, x_ramp = _ramp(grid.y, row, y), _ramp(grid.x, column, x)
    zero = np.zeros_like(y)
    weight = _product(
        np.stack([y_ramp[0], y_ramp[1], zero, y_ramp[2]]),
        np.stack([x_ramp[0], zero, x_ramp[1], x_ramp[2]]),
    )
    points = LocalPoints(
        grid.y.local(y, row),
        grid.x.local(x, column),
        2.0 / grid.y.cell_size,
        2.0 / grid.x.cell_size,
    )
    cell = row * grid.x.cells + column
    network = network_jet(function.of_cell(cell), points)
    return _product(weight[..., None].astype(network.dtype), network)


def _ramp(axis: Axis, cell: int, positions: FloatArray) -> tuple[FloatArray, ...]:
    return axis.ramp(positions, cell), *axis.ramp_slopes(positions, cell)


def network_jet(network: CellNetwork, points: LocalPoints) -> Jet:
    """Return the jet of a cell's network, of values in [-1, 1], its derivatives per pixel."""
    activation = ACTIVATIONS[network.activation]
    jet = _first_layer(network, points)
    for layer in network.layers[1:]:
        jet = activated(jet, activation) @ layer.weight
        jet[VALUE] += layer.bias
    return jet


def _first_layer(network: CellNetwork, points: LocalPoints) -> Jet:
    """Return the jet of the first layer, before its activation."""
    weight, bias, _ = network.layers[0]
    encoding, axis_inputs = ENCODINGS[network.encoding], len(weight) // 2
    y = encoding.derivatives(points.y.astype(bias.dtype), axis_inputs)
    x = encoding.derivatives(points.x.astype(bias.dtype), axis_inputs)
    weight_of_y, weight_of_x = by_axis(weight)
    return np.stack(
        [
            of_points(y.value, x.value) @ weight + bias,
            y.first @ weight_of_y * points.y_per_pixel,
            x.first @ weight_of_x * points.x_per_pixel,
            y.second @ weight_of_y * points.y_per_pixel**2
            + x.second @ weight_of_x * points.x_per_pixel**2,
        ]
    )


def activated(jet: Jet, activation: Activation) -> Jet:
    """Return the jet of an activation, by the chain rule."""
    value, first, second = activation.derivatives(jet[VALUE])
    laplacian = first * jet[LAPLACIAN] + second * (jet[DY] ** 2 + jet[DX] ** 2)
    return np.stack([value, first * jet[DY], first * jet[DX], laplacian])


def _product(a: Jet, b: Jet) -> Jet:
    slopes = [a[VALUE] * b[axis] + a[axis] * b[VALUE] for axis in (DY, DX)]
    crossed = 2.0 * (a[DY] * b[DY] + a[DX] * b[DX])
    laplacian = a[VALUE] * b[LAPLACIAN] + crossed + a[LAPLACIAN] * b[VALUE]
    return np.stack([a[VALUE] * b[VALUE], *slopes, laplacian])
