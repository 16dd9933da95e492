"""Evaluating the function of a picture, in NumPy alone.

Nothing in this module knows how the weights were trained, so it is also an independent
check of the trained network.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from siren_cli.errors import RepresentationError
from siren_cli.function_names import SINE
from siren_cli.model.activations import ACTIVATIONS, Array
from siren_cli.model.encoding import ENCODINGS, by_axis
from siren_cli.model.grid import Axis, FloatArray
from siren_cli.model.networks import CellNetwork
from siren_cli.pictures.picture import Pixels
from siren_cli.representation.stored_cells import FloatCells

# Number of points of a cell whose features stay in a core's cache, layer after layer; a
# usual cell with its margins has 66 x 66.
POINTS_PER_CALL = 4400
# The largest value that is drawn: far beyond any picture, and float32 holds its square.
MAX_VALUE = 1e18


class Support(NamedTuple):
    """The samples on one axis where a cell has a weight.

    Attributes:
        cell: Number of the cell on this axis.
        samples: The samples in the support of the cell.
        local: Local coordinates of these samples.
        ramp: Blending weights of the cell at these samples.
    """

    cell: int
    samples: slice
    local: Pixels
    ramp: Pixels


def values(function: FloatCells, y: FloatArray, x: FloatArray) -> Pixels:
    """Return the values of the function on a grid, not clipped.

    Args:
        function: The networks of all cells, as float32.
        y: Rows, in continuous pixels of the picture, rising.
        x: Columns, likewise.

    Returns:
        Array of shape (rows, columns, channels), about in [0, 1].

    Raises:
        RepresentationError: The weights are so large that there is nothing to draw.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return drawable(_blended(function, y, x))


def drawable(values: Array) -> Array:
    """Return values or derivatives that can be drawn.

    Raises:
        RepresentationError: Some are no numbers, or far too large.
    """
    # NaN fails both comparisons.
    if values.size and not (values.min() >= -MAX_VALUE and values.max() <= MAX_VALUE):
        raise RepresentationError("its weights are so large that there is nothing to draw")
    return values


def _blended(function: FloatCells, y: FloatArray, x: FloatArray) -> Pixels:
    grid, channels = function.header.grid, function.header.facts.channels
    blend = np.zeros((len(y), len(x), channels), np.float32)
    columns = list(_supports(grid.x, x))
    widest = max(len(column.local) for column in columns)
    for support in _supports(grid.y, y):
        for row in _split(support, max(1, POINTS_PER_CALL // widest)):
            for column in columns:
                cell = row.cell * grid.x.cells + column.cell
                part = evaluate(function.of_cell(cell), row.local, column.local)
                part *= row.ramp[:, None, None] * column.ramp[None, :, None]
                blend[row.samples, column.samples] += part
    # Values in [-1, 1] are brought to [0, 1], in place.
    blend += 1.0
    blend *= 0.5
    return blend


def evaluate(network: CellNetwork, y: Pixels, x: Pixels) -> Pixels:
    """Return the values of one cell's network on a grid of local coordinates.

    Args:
        network: The network, float32.
        y: Local coordinates of the rows, shape (rows,).
        x: Local coordinates of the columns, shape (columns,).

    Returns:
        Array of shape (rows, columns, channels), about in [-1, 1].
    """
    features = _first_features(network, y, x).reshape(len(y) * len(x), -1)
    result: Pixels = later_layers(network, features).reshape(len(y), len(x), -1)
    return result


def later_layers(network: CellNetwork, features: Array) -> Array:
    """Return the values of a network, shape (n, channels).

    Args:
        network: The network.
        features: Those after the first layer and its activation, shape (n, width).
    """
    later, activation = network.layers[1:], ACTIVATIONS[network.activation]
    for index, layer in enumerate(later):
        features = features @ layer.weight
        features += layer.bias
        if index < len(later) - 1:
            features = activation.function(features)
    return features


def _first_features(network: CellNetwork, y: Pixels, x: Pixels) -> Array:
    """Return the features of the first layer on a grid, shape (rows, columns, width)."""
    first, encoding = network.layers[0], ENCODINGS[network.encoding]
    weight_of_y, weight_of_x = by_axis(first.weight)
    a = encoding.values(y, len(weight_of_y)) @ weight_of_y + first.bias
    b = encoding.values(x, len(weight_of_x)) @ weight_of_x
    a, b = a[:, None], b[None]
    if network.activation != SINE:
        return ACTIVATIONS[network.activation].function(a + b)
    # Sines are needed of rows and columns alone: sin(a + b) = sin a cos b + cos a sin b.
    features: Array = np.sin(a) * np.cos(b)
    features += np.cos(a) * np.sin(b)
    return features


def _supports(axis: Axis, positions: FloatArray) -> Iterator[Support]:
    for cell in axis.cells_between(positions[0], positions[-1]):
        start, stop = np.searchsorted(positions, axis.support(cell))
        if start < stop:
            inside = positions[start:stop]
            local = axis.local(inside, cell).astype(np.float32)
            ramp = axis.ramp(inside, cell).astype(np.float32)
            yield Support(cell, slice(start, stop), local, ramp)


def _split(support: Support, most: int) -> Iterator[Support]:
    """Yield even parts of a support, each of at most `most` samples."""
    count = len(support.local)
    step = -(-count // -(-count // most))
    for start in range(0, count, step):
        part = slice(start, min(start + step, count))
        begin = support.samples.start
        samples = slice(begin + part.start, begin + part.stop)
        yield Support(support.cell, samples, support.local[part], support.ramp[part])
