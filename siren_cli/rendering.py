"""Evaluating the function of a Representation, in NumPy alone.

Nothing here knows how the weights were trained, so this is also the
independent check of the network that was.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from siren_cli.coordinates import Axis, FloatArray, pixel_centers
from siren_cli.layers import Layer
from siren_cli.pictures.picture import Picture, Pixels
from siren_cli.representation import Representation
from siren_cli.resources import cpu_cores

# One band of one cell should stay in a core's cache, layer after layer.
POINTS_PER_CALL = 4096


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


def render(representation: Representation, height: int, width: int) -> Picture:
    """Return the picture, drawn with `height` x `width` pixels.

    The whole picture is covered whatever the size, at the centers of the new
    pixels. Shrinking samples points, so it shows aliasing.
    """
    header = representation.header
    grid = header.grid
    pixels = np.zeros((height, width, header.facts.channels), np.float32)
    layers = [layer.floats() for layer in representation.layers]
    columns = list(_reaches(grid.x, pixel_centers(width, header.facts.width)))
    centers = pixel_centers(height, header.facts.height)

    def draw(band: slice) -> None:
        for row in _reaches(grid.y, centers[band]):
            for column in columns:
                cell = row.cell * grid.x.cells + column.cell
                values = evaluate(layers, cell, row.local, column.local)
                values *= row.ramp[:, None, None] * column.ramp[None, :, None]
                pixels[band][row.samples, column.samples] += values
        # From [-1, 1] to [0, 1], in place.
        pixels[band] += 1.0
        pixels[band] *= 0.5
        np.clip(pixels[band], 0.0, 1.0, out=pixels[band])

    widest = max(len(column.local) for column in columns)
    step = max(1, POINTS_PER_CALL // widest)
    bands = [slice(top, min(top + step, height)) for top in range(0, height, step)]
    with ThreadPoolExecutor(cpu_cores()) as threads:
        list(threads.map(draw, bands))
    facts = replace(header.facts, height=height, width=width)
    return Picture(pixels, facts, representation.icc_profile)


def evaluate(layers: Sequence[Layer], cell: int, y: Pixels, x: Pixels) -> Pixels:
    """Return the values of one cell's network on a grid of local coordinates.

    Args:
        layers: All cells' layers, float32.
        cell: Which cell.
        y: Local coordinates of the rows, shape (rows,).
        x: Local coordinates of the columns, shape (columns,).

    Returns:
        Array of shape (rows, columns, channels), about in [-1, 1].
    """
    first, *hidden = layers
    # On a grid the first layer needs only rows + columns sines:
    # sin(a + b) = sin a cos b + cos a sin b.
    a = (y[:, None] * first.weight[cell, 0] + first.bias[cell])[:, None]
    b = (x[:, None] * first.weight[cell, 1])[None]
    features = np.sin(a) * np.cos(b)
    features += np.cos(a) * np.sin(b)
    features = features.reshape(len(y) * len(x), -1)
    for index, layer in enumerate(hidden):
        features = features @ layer.weight[cell]
        features += layer.bias[cell]
        if index < len(hidden) - 1:
            np.sin(features, out=features)
    values: Pixels = features.reshape(len(y), len(x), -1)
    return values


def _reaches(axis: Axis, positions: FloatArray) -> Iterator[Reach]:
    for cell in axis.cells_between(positions[0], positions[-1]):
        start, stop = np.searchsorted(positions, axis.window(cell))
        if start < stop:
            inside = positions[start:stop]
            local = axis.local(inside, cell).astype(np.float32)
            ramp = axis.ramp(inside, cell).astype(np.float32)
            yield Reach(cell, slice(start, stop), local, ramp)
