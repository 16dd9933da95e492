"""The context model in arithmetic without rounding errors, equal on every machine.

Weights, inputs and activations are multiples of powers of two, small enough that products and
sums of 64-bit floats are exact in any order.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.compact.networks import Matrix
from benchmarks.compact.pyramid import GRID_FEATURES, LEVELS
from benchmarks.compact.tables import LOG_SCALE_STEPS, LOWEST_LOG_SCALE, MEAN_STEPS, SCALES

# Activations are multiples of 2^-8, features of a coarser grid of 2^-6.
ACTIVATION_STEPS = 256
FEATURE_STEPS = 64
# Cubic B-splines at a quarter and at three quarters between nodes, times 384.
SPLINE_WHOLE = 384
BEFORE = (1, 121, 235, 27)
BEHIND = (27, 235, 121, 1)


def predict(
    matrices: Sequence[Matrix], level: int, inputs: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what latents are expected to be.

    Args:
        matrices: The rounded matrices of the context model.
        level: The level of the grid.
        inputs: Neighbors and features of the coarser grid, shape (inputs, latents).

    Returns:
        The whole part of the mean, and the row of `tables` for its rest and the scale.
    """
    first, second, last = (np.asarray(matrix, np.float64) for matrix in matrices)
    biases = slice(first.shape[1] - LEVELS, None)
    hidden = first[:, : biases.start] @ inputs + first[:, biases][:, level, None]
    hidden = _rectified(hidden)
    hidden = _rectified(second[:, :-1] @ hidden + second[:, -1:])
    start = last.shape[1] - LEVELS
    found = last[:, :start] @ np.concatenate([hidden, inputs]) + last[:, start + level, None]
    mean = np.floor(found[0] * MEAN_STEPS + 0.5).astype(np.int64)
    scale = np.floor((found[1] - LOWEST_LOG_SCALE) * LOG_SCALE_STEPS + 0.5).astype(np.int64)
    scale = np.clip(scale, 0, SCALES - 1)
    return mean // MEAN_STEPS, scale * MEAN_STEPS + mean % MEAN_STEPS


def _rectified(values: NDArray[np.float64]) -> NDArray[np.float64]:
    rectified: NDArray[np.float64] = np.maximum(np.floor(values * ACTIVATION_STEPS), 0)
    return rectified / ACTIVATION_STEPS


def features(coarser: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return value and slopes of a grid at the nodes of the next finer one.

    They are those of `pyramid.Lattice`, rounded down.

    Args:
        coarser: Shape (height, width).

    Returns:
        Shape (GRID_FEATURES, 2 height, 2 width), multiples of 2^-6.
    """
    padded = np.pad(coarser, 1, mode="edge")
    down = padded[2:, 1:-1] - padded[:-2, 1:-1]
    right = padded[1:-1, 2:] - padded[1:-1, :-2]
    twice = np.stack([2 * coarser, down, right])
    for axis in (1, 2):
        twice = _doubled(twice, axis)
    steps = twice * FEATURE_STEPS // (2 * SPLINE_WHOLE**2)
    return steps / FEATURE_STEPS


def _doubled(values: NDArray[np.int64], axis: int) -> NDArray[np.int64]:
    """Return SPLINE_WHOLE times the splines at twice as many places along an axis."""
    moved = np.moveaxis(values, axis, -1)
    nodes = moved.shape[-1]
    padded = np.pad(moved, ((0, 0), (0, 0), (2, 2)), mode="edge")
    places = [
        sum(
            weight * padded[..., first + n : first + n + nodes]
            for n, weight in enumerate(kernel)
        )
        for first, kernel in ((0, BEFORE), (1, BEHIND))
    ]
    woven = np.stack(places, axis=-1).reshape(*moved.shape[:-1], 2 * nodes)
    return np.moveaxis(woven, -1, axis)


def no_features(height: int, width: int) -> NDArray[np.float64]:
    """Return the features of a grid that has no coarser one."""
    return np.zeros((GRID_FEATURES, height, width))
