"""The function's exact derivatives: the derivative of a sine network is another one.

(Sitzmann et al. 2020, arXiv:2006.09661, section 3.) A jet is an array whose first
axis holds a quantity, its derivatives along y and x, and its Laplacian. Layers are
linear, so they map each of the four alike; activations and the blending of cells
follow the rules of the chain and of the product.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.model import encoding
from siren_cli.model.activations import ACTIVATIONS, Activation
from siren_cli.model.grid import Axis, FloatArray
from siren_cli.model.layers import Networks
from siren_cli.representation.siren_file import Representation

Jet = NDArray[Any]

ORDER = 4
VALUE, DY, DX, LAPLACIAN = range(ORDER)
# The values of a call, four times over, should stay in a core's cache.
POINTS_PER_CALL = 1024


def jets(representation: Representation, y: FloatArray, x: FloatArray) -> Jet:
    """Return the function's values and derivatives at points.

    Args:
        representation: The function; the type of its layers is that of the result.
        y: The points' rows, in continuous pixels of the picture, shape (n,).
        x: Their columns.

    Returns:
        Array of shape (4, n, channels): the values, about in [0, 1]; what they
        change by along y and x, per pixel of the picture; and their Laplacian, the
        sum of the second derivatives, per square pixel.
    """
    channels, dtype = representation.header.facts.channels, representation.layers[0].bias.dtype
    found = np.zeros((ORDER, len(y), channels), dtype)
    for row, column, chosen in _neighborhoods(representation, y, x):
        for start in range(0, len(chosen), POINTS_PER_CALL):
            part = chosen[start : start + POINTS_PER_CALL]
            found[:, part] += _blended(representation, (row, column), y[part], x[part])
    found *= 0.5  # from [-1, 1] to [0, 1]
    found[VALUE] += 0.5
    return found


def _neighborhoods(
    representation: Representation, y: FloatArray, x: FloatArray
) -> Iterator[tuple[int, int, NDArray[np.intp]]]:
    """Yield the row and column of cells, and the points at which each counts."""
    grid = representation.header.grid
    homes = _home(grid.y, y) * grid.x.cells + _home(grid.x, x)
    order = np.argsort(homes, kind="stable")
    found, starts = np.unique(homes[order], return_index=True)
    for home, chosen in zip(found, np.split(order, starts)[1:], strict=True):
        row, column = grid.row_and_column(int(home))
        for near_row in _near(grid.y, row):
            for near_column in _near(grid.x, column):
                inside = _counts(grid.y, near_row, y[chosen])
                inside &= _counts(grid.x, near_column, x[chosen])
                if inside.any():
                    yield near_row, near_column, chosen[inside]


def _home(axis: Axis, positions: FloatArray) -> NDArray[np.int64]:
    return np.clip(np.floor(positions / axis.size), 0, axis.cells - 1).astype(np.int64)


def _near(axis: Axis, cell: int) -> range:
    return range(max(0, cell - 1), min(axis.cells, cell + 2))


def _counts(axis: Axis, cell: int, positions: FloatArray) -> NDArray[np.bool_]:
    first, last = axis.support(cell)
    return (positions >= first) & (positions < last)


def _blended(
    representation: Representation, place: tuple[int, int], y: FloatArray, x: FloatArray
) -> Jet:
    grid = representation.header.grid
    row, column = place
    down, across = _ramp(grid.y, row, y), _ramp(grid.x, column, x)
    nothing = np.zeros_like(y)
    weight = _product(
        np.stack([down[0], down[1], nothing, down[2]]),
        np.stack([across[0], nothing, across[1], across[2]]),
    )
    points = np.stack([grid.y.local(y, row), grid.x.local(x, column)], axis=1)
    slopes = (2.0 / grid.y.size, 2.0 / grid.x.size)
    cell = row * grid.x.cells + column
    network = _network(representation.networks, cell, points, slopes)
    return _product(weight[..., None].astype(network.dtype), network)


def _ramp(axis: Axis, cell: int, positions: FloatArray) -> tuple[FloatArray, ...]:
    return axis.ramp(positions, cell), *axis.ramp_slopes(positions, cell)


def _network(
    networks: Networks, cell: int, points: FloatArray, slopes: tuple[float, float]
) -> Jet:
    """Return the jet of a cell's network at local points, per pixel by their slopes."""
    (first, *hidden), activation = networks.layers, ACTIVATIONS[networks.activation]
    jet = _first(first.weight[cell], first.bias[cell], points, slopes)
    for layer in hidden:
        jet = _activated(jet, activation) @ layer.weight[cell]
        jet[VALUE] += layer.bias[cell]
    return jet


def _first(weight: Jet, bias: Jet, points: FloatArray, slopes: tuple[float, float]) -> Jet:
    """Return the jet of what enters the first activation."""
    jet = np.zeros((ORDER, len(points), len(bias)), bias.dtype)
    points = points.astype(bias.dtype)
    octaves = encoding.octaves(len(weight))
    if not octaves:
        jet[VALUE] = points @ weight + bias
        jet[DY], jet[DX] = weight[0] * slopes[0], weight[1] * slopes[1]
        return jet
    jet[VALUE] = bias
    parts = zip((DY, DX), points.T, encoding.by_axis(weight), slopes, strict=True)
    for axis, positions, own, slope in parts:
        value, first, second = encoding.derivatives(positions, octaves)
        jet[VALUE] += value @ own
        jet[axis] = first @ own * slope
        jet[LAPLACIAN] += second @ own * slope**2
    return jet


def _activated(jet: Jet, activation: Activation) -> Jet:
    value, slope, bend = activation.derivatives(jet[VALUE])
    curve = slope * jet[LAPLACIAN] + bend * (jet[DY] ** 2 + jet[DX] ** 2)
    return np.stack([value, slope * jet[DY], slope * jet[DX], curve])


def _product(a: Jet, b: Jet) -> Jet:
    slopes = [a[VALUE] * b[axis] + a[axis] * b[VALUE] for axis in (DY, DX)]
    crossed = 2.0 * (a[DY] * b[DY] + a[DX] * b[DX])
    bend = a[VALUE] * b[LAPLACIAN] + crossed + a[LAPLACIAN] * b[VALUE]
    return np.stack([a[VALUE] * b[VALUE], *slopes, bend])
