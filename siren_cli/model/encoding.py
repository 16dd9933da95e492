"""The encodings: functions of the local coordinates that feed the first layer.

An encoding makes the same number of inputs of each axis. The first layer takes them in
this order: the first input of y, the first of x, all others of y, all others of x. Since
each input belongs to one axis, a grid of points is encoded row by row and column by
column, not point by point.

A new encoding is an entry of `ENCODINGS`, an entry of its twin in TensorFlow
(`training.encoding`), and a name with its suffix (`function_names`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from siren_cli.config import MAX_CELL_SIZE
from siren_cli.function_names import EncodingName
from siren_cli.model.activations import Array, Derivatives

AXES = 2
# Octaves of the positional encoding where a single cell is the whole picture.
PICTURE_OCTAVES = 8


@dataclass(frozen=True)
class Encoding:
    """A function of one local coordinate, and how networks with it are trained.

    Attributes:
        axis_inputs: Returns the number of inputs that it makes of one axis, from the
            cell size in pixels; a cell size of 0 is a single cell for the picture.
        derivatives: Returns its values, first and second derivatives, three arrays of
            shape (n, axis inputs), at n coordinates and for a number of axis inputs.
        rate_factor: The best learning rate of relu with it divided by that of relu alone
            (`benchmarks.activations`).
    """

    axis_inputs: Callable[[int], int]
    derivatives: Callable[[Array, int], Derivatives]
    rate_factor: float = 1.0

    def inputs(self, cell_size: int) -> int:
        """Return the number of inputs of the first layer."""
        return AXES * self.axis_inputs(cell_size)

    def values(self, positions: Array, axis_inputs: int) -> Array:
        """Return the encoding of one axis.

        Args:
            positions: Local coordinates on that axis, shape (n,).
            axis_inputs: Number of inputs of the axis.

        Returns:
            Array of shape (n, axis_inputs).
        """
        return self.derivatives(positions, axis_inputs).value


@cache
def possible_inputs(name: EncodingName) -> frozenset[int]:
    """Return the numbers of inputs that an encoding makes for cells of any size."""
    return frozenset(map(ENCODINGS[name].inputs, range(MAX_CELL_SIZE + 1)))


def by_axis(weight: Array) -> tuple[Array, Array]:
    """Return the first layer's weights of the inputs from y, and of those from x.

    Args:
        weight: Array of shape (inputs, width), of one cell.

    Returns:
        Two arrays of shape (inputs / 2, width).
    """
    others_of_x = 1 + len(weight) // AXES
    y, x = weight[AXES:others_of_x], weight[others_of_x:]
    return np.concatenate([weight[:1], y]), np.concatenate([weight[1:AXES], x])


def of_points(y: Array, x: Array) -> Array:
    """Return the inputs of points from those of their two axes.

    Args:
        y: Array of shape (n, inputs / 2).
        x: Array of that shape.

    Returns:
        Array of shape (n, inputs).
    """
    return np.concatenate([y[:, :1], x[:, :1], y[:, 1:], x[:, 1:]], axis=1)


def _one(cell_size: int) -> int:
    return 1


def _identity(positions: Array, axis_inputs: int) -> Derivatives:
    line = positions[:, None]
    return Derivatives(line, np.ones_like(line), np.zeros_like(line))


# The positional encoding (Mildenhall et al. 2020, arXiv:2003.08934, section 5.1; Tancik
# et al. 2020, arXiv:2006.10739): a coordinate u becomes u, then sin and cos of 2^k pi u
# for each octave k = 0, 1, ...


def _positional_inputs(cell_size: int) -> int:
    # The last octave of a cell is near the finest wave that its pixels can show.
    octaves = round(math.log2(cell_size)) if cell_size else PICTURE_OCTAVES
    return 1 + 2 * octaves


def _positional(positions: Array, axis_inputs: int) -> Derivatives:
    octaves = np.arange((axis_inputs - 1) // 2)
    frequencies = (np.pi * 2.0**octaves).astype(positions.dtype)
    phases = positions[:, None] * frequencies
    sine, cosine = np.sin(phases), np.cos(phases)
    own = _identity(positions, 1)
    return Derivatives(
        _interleaved(own.value, sine, cosine),
        _interleaved(own.first, frequencies * cosine, -frequencies * sine),
        _interleaved(own.second, -(frequencies**2) * sine, -(frequencies**2) * cosine),
    )


def _interleaved(first: Array, sines: Array, cosines: Array) -> Array:
    waves = np.stack([sines, cosines], axis=-1)
    return np.concatenate([first, waves.reshape(len(first), -1)], axis=1)


ENCODINGS: dict[EncodingName, Encoding] = {
    "none": Encoding(_one, _identity),
    "positional": Encoding(_positional_inputs, _positional, 0.8),
}
