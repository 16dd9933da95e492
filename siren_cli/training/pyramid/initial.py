"""The networks of a pyramid before the first step."""

import math

import numpy as np

from siren_cli.model.pyramid.networks import CONTEXT_INPUTS, Matrix, NetworkSizes
from siren_cli.model.pyramid.shape import FEATURES, GRID_FEATURES, LEVELS

# Hidden frequency of the sines at the start: inputs are features, not coordinates.
OMEGA = 2.0
# What the value of a grid adds to every channel at the start, and how much that varies.
BRIGHTNESS = 0.2
BRIGHTNESS_NOISE = 0.1


def first_matrices(sizes: NetworkSizes, seed: int) -> list[Matrix]:
    """Return the six matrices before the first step."""
    generator = np.random.default_rng(seed)

    def normal(rows: int, columns: int, gain: float) -> np.ndarray:
        return generator.normal(0, gain / math.sqrt(columns), (rows, columns))

    def uniform(rows: int, largest: float) -> np.ndarray:
        return generator.uniform(-largest, largest, (rows, 1))

    hidden, context, channels = sizes
    # Each value of a grid brightens all channels a little; slopes begin with noise alone.
    passing = generator.normal(0, BRIGHTNESS_NOISE, (channels, FEATURES))
    passing[:, ::GRID_FEATURES] += BRIGHTNESS
    parts = [
        [normal(hidden, FEATURES, OMEGA), uniform(hidden, math.pi)],
        [normal(hidden, hidden, OMEGA), uniform(hidden, math.pi)],
        [normal(channels, hidden, 0.1), passing, np.zeros((channels, 1))],
        [normal(context, CONTEXT_INPUTS, 0.5), uniform(context, 0.3) + np.zeros(LEVELS)],
        [normal(context, context, 1.0), np.zeros((context, 1))],
        [normal(2, context, 0.1), np.zeros((2, CONTEXT_INPUTS + LEVELS))],
    ]
    return [np.concatenate(part, axis=1).astype(np.float32) for part in parts]
