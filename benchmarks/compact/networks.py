"""The weights of both networks: six matrices, whose last columns are biases.

synthesis  first   (hidden, features + 1)
           second  (hidden, hidden + 1)
           last    (channels, hidden + features + 1)   the features pass by, too
context    first   (context, neighbors + levels)       a bias for each level
           second  (context, context + 1)
           last    (2, context + neighbors + levels)   the neighbors pass by, too
"""

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

# Hidden frequency of the sines at the start: inputs are features, not coordinates.
OMEGA = 2.0


class Sizes(NamedTuple):
    """Widths of the networks' layers."""

    features: int
    hidden: int
    channels: int
    neighbors: int
    context: int
    levels: int


class Block(NamedTuple):
    """Columns of a matrix that are rounded alike."""

    matrix: int
    columns: slice


SYNTHESIS = slice(0, 3)
CONTEXT = slice(3, 6)


def first_matrices(sizes: Sizes, generator: np.random.Generator) -> list[Matrix]:
    """Return the matrices before the first step."""

    def normal(rows: int, columns: int, gain: float) -> NDArray[np.float64]:
        return generator.normal(0, gain / math.sqrt(columns), (rows, columns))

    def uniform(rows: int, columns: int, largest: float) -> NDArray[np.float64]:
        return generator.uniform(-largest, largest, (rows, columns))

    hidden, channels, context = sizes.hidden, sizes.channels, sizes.context
    # Each value of a grid brightens all channels a little; slopes begin with noise alone.
    passing = generator.normal(0, 0.1, (channels, sizes.features))
    passing[:, :: sizes.features // sizes.levels] += 0.2
    parts = [
        [normal(hidden, sizes.features, OMEGA), uniform(hidden, 1, math.pi)],
        [normal(hidden, hidden, OMEGA), uniform(hidden, 1, math.pi)],
        [normal(channels, hidden, 0.1), passing, np.zeros((channels, 1))],
        [
            normal(context, sizes.neighbors, 0.5),
            uniform(context, 1, 0.3) + np.zeros((context, sizes.levels)),
        ],
        [normal(context, context, 1.0), np.zeros((context, 1))],
        [normal(2, context, 0.1), np.zeros((2, sizes.neighbors + sizes.levels))],
    ]
    return [np.concatenate(part, axis=1).astype(np.float32) for part in parts]


def blocks(sizes: Sizes) -> list[Block]:
    """Return the blocks that are rounded alike, weights and biases apart."""
    columns = [
        (sizes.features, 1),
        (sizes.hidden, 1),
        (sizes.hidden, sizes.features, 1),
        (sizes.neighbors, sizes.levels),
        (sizes.context, 1),
        (sizes.context, sizes.neighbors, sizes.levels),
    ]
    found = []
    for matrix, widths in enumerate(columns):
        ends = np.cumsum((0, *widths))
        found += [Block(matrix, slice(*map(int, pair))) for pair in pairwise(ends)]
    return found
