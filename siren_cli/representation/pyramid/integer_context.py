"""The context model in arithmetic without rounding errors, equal on every machine.

Weights, inputs and activations are multiples of powers of two, small enough that 64-bit
floats hold every sum exactly, in whatever order it is added. A weight is a number of 13 bits
times 2^e, with one e in [-14, 2] for each block. Inputs are multiples of 2^-6, activations of
2^-8, and neither is larger than 2^10. So a layer of at most 64 activations, 15 inputs and a
bias adds up to less than

    64 2^(13 + 10 + e1) + 15 2^(13 + 10 + e2) + 2^(13 + e3)

in multiples of 2^(e1 - 8), 2^(e2 - 6) or 2^e3. The activations have e1 = 2 for the largest
sum, below 2^32; its multiples are then 2^-20 at least, which takes 52 bits. With e1 = -14 and
multiples of 2^-22 it is below 2^30, which takes 52 bits, too. A float has 53.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.networks import CONTEXT_INPUTS, Matrix
from siren_cli.model.pyramid.shape import GRID_FEATURES, LEVELS
from siren_cli.model.pyramid.splines import MARGIN
from siren_cli.representation.pyramid.tables import (
    LOG_SCALE_STEPS,
    LOWEST_LOG_SCALE,
    MEAN_STEPS,
    SCALES,
)

Floats = NDArray[np.float64]

# Activations are multiples of 2^-8, features of a coarser grid of 2^-6.
ACTIVATION_STEPS = 256
FEATURE_STEPS = 64
# Inputs and activations are clipped to this size.
LARGEST_INPUT = 1024.0
LARGEST_ACTIVATION = LARGEST_INPUT * ACTIVATION_STEPS
# Means are clipped to [-32768, 32768).
LARGEST_MEAN = 32768 * MEAN_STEPS
# What bounds a mean in steps, and the number of a scale.
LOW = np.array([[-LARGEST_MEAN], [0.0]])
HIGH = np.array([[LARGEST_MEAN - 1.0], [SCALES - 1.0]])
# Cubic B-splines at a quarter and at three quarters between nodes, times 384.
SPLINE_WHOLE = 384
BEFORE = (1, 121, 235, 27)
BEHIND = (27, 235, 121, 1)


class ContextModel:
    """The context model for the latents of one grid, with room for its numbers.

    Args:
        matrices: Its rounded matrices.
        level: The level of the grid.
        columns: Most latents that are predicted at once.

    Attributes:
        inputs: To be filled before `predict`: neighbors and features of the coarser grid,
            within LARGEST_INPUT, shape (CONTEXT_INPUTS, columns).
    """

    def __init__(self, matrices: Sequence[Matrix], level: int, columns: int) -> None:
        first, second, last = (np.asarray(matrix, np.float64) for matrix in matrices)
        bias = level - LEVELS
        # Activations are held as multiples of 2^-8, and each layer's input ends with a 1.
        weights = np.concatenate([first[:, :CONTEXT_INPUTS], first[:, bias, None]], axis=1)
        self._first = weights * ACTIVATION_STEPS
        self._second = second.copy()
        self._second[:, -1] *= ACTIVATION_STEPS
        hidden = len(second)
        self._last = np.concatenate([last[:, :-LEVELS], last[:, bias, None]], axis=1)
        self._last[:, :hidden] /= ACTIVATION_STEPS
        self._last[1, -1] -= LOWEST_LOG_SCALE
        self._last *= [[MEAN_STEPS], [LOG_SCALE_STEPS]]
        self._last[:, -1] += 0.5
        self._middle = np.ones((hidden + 1, columns))
        self._known = np.ones((hidden + CONTEXT_INPUTS + 1, columns))
        self._hidden = hidden
        self.inputs = self._known[hidden:-1]

    def predict(self, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return what the first latents are expected to be.

        Args:
            count: How many of the columns are predicted.

        Returns:
            The whole part of the mean, and the row of `tables` for its rest and the scale.
        """
        middle, known = self._middle[:, :count], self._known[:, :count]
        _rectify(np.matmul(self._first, known[self._hidden :], out=middle[:-1]))
        _rectify(np.matmul(self._second, middle, out=known[: self._hidden]))
        found = self._last @ known
        np.floor(found, out=found)
        np.maximum(found, LOW, out=found)
        np.minimum(found, HIGH, out=found)
        mean, scale = found.astype(np.int64)
        return mean // MEAN_STEPS, scale * MEAN_STEPS + mean % MEAN_STEPS


def _rectify(values: Floats) -> None:
    np.floor(values, out=values)
    np.maximum(values, 0.0, out=values)
    np.minimum(values, LARGEST_ACTIVATION, out=values)


def features(coarser: NDArray[np.int64]) -> Floats:
    """Return value and slopes of a grid at the nodes of the next finer one.

    The grid repeats its last latents beyond its ends; slopes are taken of that. Features are
    rounded down to multiples of 2^-6, and clipped.

    Args:
        coarser: Latents of grids side by side, shape (height, width, grids).

    Returns:
        Shape (GRID_FEATURES, 2 height, 2 width, grids).
    """
    around = ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0))
    padded = np.pad(coarser.astype(np.float64), around, mode="edge")
    down = padded[2:, 1:-1] - padded[:-2, 1:-1]
    right = padded[1:-1, 2:] - padded[1:-1, :-2]
    twice = np.stack([2 * padded[1:-1, 1:-1], down, right])
    doubled = _doubled(_doubled(twice, 1), 2)
    # Whole numbers below 2^53 have exact quotients as far as `floor` sees.
    doubled /= 2 * SPLINE_WHOLE**2 // FEATURE_STEPS
    np.floor(doubled, out=doubled)
    doubled /= FEATURE_STEPS
    np.maximum(doubled, -LARGEST_INPUT, out=doubled)
    return np.minimum(doubled, LARGEST_INPUT, out=doubled)


def _doubled(values: Floats, axis: int) -> Floats:
    """Return SPLINE_WHOLE times the splines at twice as many places along an axis.

    Args:
        values: Any four axes, with two more nodes at both ends of `axis`.
        axis: 1 or 2.
    """
    moved = np.moveaxis(values, axis, 0)
    nodes = len(moved) - 4
    woven = np.empty((nodes, 2, *moved.shape[1:]))
    for place, (first, kernel) in enumerate(((0, BEFORE), (1, BEHIND))):
        own = woven[:, place]
        np.multiply(moved[first : first + nodes], kernel[0], out=own)
        for n, weight in enumerate(kernel[1:], first + 1):
            own += weight * moved[n : n + nodes]
    return np.moveaxis(woven.reshape(2 * nodes, *moved.shape[1:]), 0, axis)


def no_features(height: int, width: int, grids: int) -> Floats:
    """Return the features of a grid that has no coarser one."""
    return np.zeros((GRID_FEATURES, height, width, grids))
