"""The positional encoding of local coordinates, before a first layer that wants it.

(Mildenhall et al. 2020, arXiv:2003.08934, section 5.1; Tancik et al. 2020,
arXiv:2006.10739.) A point (y, x) becomes y, x, then sin and cos of 2^k pi y for each
octave k = 0, 1, ..., then those of x. Without octaves it stays as it is.
"""

import numpy as np

from siren_cli.config import INPUTS, INPUTS_PER_OCTAVE
from siren_cli.model.activations import Array, Derivatives


def octaves(inputs: int) -> int:
    """Return the octaves of a first layer that has so many inputs."""
    return (inputs - INPUTS) // INPUTS_PER_OCTAVE


def by_axis(weight: Array) -> tuple[Array, Array]:
    """Return the first layer's weights of all that comes from y, and from x.

    Args:
        weight: Array of shape (inputs, width), of one cell.

    Returns:
        Two arrays of shape (inputs / 2, width).
    """
    waves = INPUTS + 2 * octaves(len(weight))
    y, x = weight[INPUTS:waves], weight[waves:]
    return np.concatenate([weight[:1], y]), np.concatenate([weight[1:INPUTS], x])


def encoded(positions: Array, count: int) -> Array:
    """Return one axis' part of the encoding.

    Args:
        positions: Local coordinates on that axis, shape (n,).
        count: Number of octaves.

    Returns:
        Array of shape (n, 1 + 2 * count).
    """
    return derivatives(positions, count)[0]


def derivatives(positions: Array, count: int) -> Derivatives:
    """Return one axis' part of the encoding, its first and second derivatives."""
    frequencies = (np.pi * 2.0 ** np.arange(count)).astype(positions.dtype)
    phases = positions[:, None] * frequencies
    sine, cosine = np.sin(phases), np.cos(phases)
    line = positions[:, None]
    return (
        _interleaved(line, sine, cosine),
        _interleaved(np.ones_like(line), frequencies * cosine, -frequencies * sine),
        _interleaved(np.zeros_like(line), -(frequencies**2) * sine, -(frequencies**2) * cosine),
    )


def _interleaved(line: Array, sine: Array, cosine: Array) -> Array:
    waves = np.stack([sine, cosine], axis=-1)
    return np.concatenate([line, waves.reshape(len(line), -1)], axis=1)
