"""Evaluating the function of a Representation, in NumPy alone.

Nothing here knows how the weights were trained, so this is also the
independent check of the network that was.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from siren_cli.config import SINE
from siren_cli.model import encoding
from siren_cli.model.activations import ACTIVATIONS, Array
from siren_cli.model.grid import Axis, FloatArray
from siren_cli.model.layers import Networks
from siren_cli.pictures.picture import Pixels
from siren_cli.representation.siren_file import Representation

# These points of a cell stay in a core's cache, layer after layer; a usual cell with its
# margins is 66 x 66.
POINTS_PER_CALL = 4400


class Reach(NamedTuple):
    """Where a cell counts along one axis.

    Attributes:
        cell: Number of the cell on this axis.
        samples: The samples it reaches.
        local: Its coordinates there.
        ramp: Its blending weights there.
    """

    cell: int
    samples: slice
    local: Pixels
    ramp: Pixels


def values(representation: Representation, y: FloatArray, x: FloatArray) -> Pixels:
    """Return the values of the function on a grid, not clipped.

    Args:
        representation: The function; its layers are floats.
        y: Rows, in continuous pixels of the picture, rising.
        x: Columns.

    Returns:
        Array of shape (rows, columns, channels), about in [0, 1].
    """
    grid, channels = representation.header.grid, representation.header.facts.channels
    found = np.zeros((len(y), len(x), channels), np.float32)
    columns = list(_reaches(grid.x, x))
    widest = max(len(column.local) for column in columns)
    for reach in _reaches(grid.y, y):
        for row in _split(reach, max(1, POINTS_PER_CALL // widest)):
            for column in columns:
                cell = row.cell * grid.x.cells + column.cell
                part = evaluate(representation.networks, cell, row.local, column.local)
                part *= row.ramp[:, None, None] * column.ramp[None, :, None]
                found[row.samples, column.samples] += part
    # From [-1, 1] to [0, 1], in place.
    found += 1.0
    found *= 0.5
    return found


def evaluate(networks: Networks, cell: int, y: Pixels, x: Pixels) -> Pixels:
    """Return the values of one cell's network on a grid of local coordinates.

    Args:
        networks: Those of all cells, float32.
        cell: Which cell.
        y: Local coordinates of the rows, shape (rows,).
        x: Local coordinates of the columns, shape (columns,).

    Returns:
        Array of shape (rows, columns, channels), about in [-1, 1].
    """
    (first, *hidden), activation = networks.layers, ACTIVATIONS[networks.activation]
    if networks.activation == SINE:
        features = _waves(first.weight[cell], first.bias[cell], y, x)
    else:
        features = activation.function(_sums(first.weight[cell], first.bias[cell], y, x))
    features = features.reshape(len(y) * len(x), -1)
    for index, layer in enumerate(hidden):
        features = features @ layer.weight[cell]
        features += layer.bias[cell]
        if index < len(hidden) - 1:
            features = activation.function(features)
    found: Pixels = features.reshape(len(y), len(x), -1)
    return found


def _waves(weight: Array, bias: Array, y: Pixels, x: Pixels) -> Array:
    """Return the first layer of sines on a grid, shape (rows, columns, width)."""
    # It needs only rows + columns sines: sin(a + b) = sin a cos b + cos a sin b.
    a = (y[:, None] * weight[0] + bias)[:, None]
    b = (x[:, None] * weight[1])[None]
    features: Array = np.sin(a) * np.cos(b)
    features += np.cos(a) * np.sin(b)
    return features


def _sums(weight: Array, bias: Array, y: Pixels, x: Pixels) -> Array:
    """Return what enters the first activation on a grid, shape (rows, columns, width)."""
    octaves = encoding.octaves(len(weight))
    down, across = encoding.by_axis(weight)
    rows = encoding.encoded(y, octaves) @ down + bias
    columns = encoding.encoded(x, octaves) @ across
    sums: Array = rows[:, None] + columns[None]
    return sums


def _reaches(axis: Axis, positions: FloatArray) -> Iterator[Reach]:
    for cell in axis.cells_between(positions[0], positions[-1]):
        start, stop = np.searchsorted(positions, axis.support(cell))
        if start < stop:
            inside = positions[start:stop]
            local = axis.local(inside, cell).astype(np.float32)
            ramp = axis.ramp(inside, cell).astype(np.float32)
            yield Reach(cell, slice(start, stop), local, ramp)


def _split(reach: Reach, most: int) -> Iterator[Reach]:
    """Yield even parts of a reach, of so many samples at most."""
    count = len(reach.local)
    step = -(-count // -(-count // most))
    for start in range(0, count, step):
        part = slice(start, min(start + step, count))
        samples = slice(reach.samples.start + part.start, reach.samples.start + part.stop)
        yield Reach(reach.cell, samples, reach.local[part], reach.ramp[part])
