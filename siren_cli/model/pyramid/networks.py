"""The matrices of the two networks of a pyramid; their last columns are biases.

synthesis  first   (hidden, features + 1)
           second  (hidden, hidden + 1)
           last    (channels, hidden + features + 1)   the features pass by, too
context    first   (context, inputs + levels)          a bias for each grid
           second  (context, context + 1)
           last    (2, context + inputs + levels)      the inputs pass by, too

The synthesis has sines after its first two layers, the context model has ReLUs.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.shape import FEATURES, GRID_FEATURES, LEVELS

Matrix = NDArray[np.float32]

# Rows and columns from a latent to those of its grid that predict it.
NEIGHBORS = (
    *((-2, column) for column in range(-2, 3)),
    *((-1, column) for column in range(-2, 3)),
    (0, -2),
    (0, -1),
)
# Inputs of the context model: the neighbors, and the features of the next coarser grid.
CONTEXT_INPUTS = len(NEIGHBORS) + GRID_FEATURES
# The matrices of each network, of the six of both.
SYNTHESIS = slice(0, 3)
CONTEXT = slice(3, 6)
# Bounds of the exponents and numbers of rounded networks, which keep the context model exact.
LEAST_EXPONENT, LARGEST_EXPONENT = -14, 2
LARGEST_NUMBER = 8191


class NetworkSizes(NamedTuple):
    """Widths of the networks.

    Attributes:
        hidden: Features of the hidden layers of the synthesis.
        context: Those of the context model.
        channels: Channels of the picture.
    """

    hidden: int
    context: int
    channels: int

    @property
    def synthesis_layers(self) -> list[int]:
        """The features of a point, the widths of the hidden layers, and the channels."""
        return [FEATURES, self.hidden, self.hidden, self.channels]

    @property
    def context_layers(self) -> list[int]:
        """The inputs of the context model, its hidden layers, and its two outputs."""
        return [CONTEXT_INPUTS, self.context, self.context, 2]


class Block(NamedTuple):
    """Columns of a matrix whose numbers are multiples of one step.

    Attributes:
        matrix: Number of the matrix.
        columns: Its columns.
    """

    matrix: int
    columns: slice


class RoundedNetworks(NamedTuple):
    """The matrices of both networks as a file holds them.

    Attributes:
        sizes: Widths of the networks.
        numbers: Whole numbers, in six matrices.
        exponents: One for each block: a weight is its number times 2 to this power.
    """

    sizes: NetworkSizes
    numbers: tuple[NDArray[np.int64], ...]
    exponents: tuple[int, ...]

    def matrices(self) -> list[Matrix]:
        """Return the six matrices."""
        found = [numbers.astype(np.float32) for numbers in self.numbers]
        for block, exponent in zip(blocks(self.sizes), self.exponents, strict=True):
            found[block.matrix][:, block.columns] *= np.float32(2.0**exponent)
        return found


def block_widths(sizes: NetworkSizes) -> list[tuple[int, ...]]:
    """Return the widths of the blocks of every matrix, weights and biases apart."""
    return [
        (FEATURES, 1),
        (sizes.hidden, 1),
        (sizes.hidden, FEATURES, 1),
        (CONTEXT_INPUTS, LEVELS),
        (sizes.context, 1),
        (sizes.context, CONTEXT_INPUTS, LEVELS),
    ]


def matrix_shapes(sizes: NetworkSizes) -> list[tuple[int, int]]:
    """Return rows and columns of the six matrices."""
    rows = [sizes.hidden, sizes.hidden, sizes.channels, sizes.context, sizes.context, 2]
    columns = map(sum, block_widths(sizes))
    return list(zip(rows, columns, strict=True))


def parameter_count(sizes: NetworkSizes) -> int:
    """Return the number of weights and biases of both networks."""
    return sum(rows * columns for rows, columns in matrix_shapes(sizes))


def blocks(sizes: NetworkSizes) -> list[Block]:
    """Return the blocks of all matrices."""
    found = []
    for matrix, widths in enumerate(block_widths(sizes)):
        ends = np.cumsum((0, *widths))
        found += [Block(matrix, slice(*map(int, pair))) for pair in pairwise(ends)]
    return found
