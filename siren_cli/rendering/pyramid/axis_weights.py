"""What the nodes of a grid weigh at positions along one axis."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.grid import FloatArray
from siren_cli.model.pyramid.shape import TILE_STEP
from siren_cli.model.pyramid.splines import MARGIN, REACH, places, spline
from siren_cli.pictures.picture import Pixels

# Number of nodes that the value and the slope at a position need: three on either side.
NODES = 2 * MARGIN
# Index of the weights that make a value.
VALUES = 0
# Index of those that make a slope.
SLOPES = 1
# Distance from the picture beyond which all that it takes is the last node of each grid, in
# pixels.
OUTERMOST = (MARGIN + 2) * TILE_STEP


class AxisMatrix(NamedTuple):
    """What makes values and slopes at n positions of latents along one axis.

    Attributes:
        window: The stretch of the grid in which the latents are.
        matrix: Shape (2 n, nodes): values at all positions, then slopes.
    """

    window: slice
    matrix: Pixels


class AxisWeights(NamedTuple):
    """The nodes that each position needs, and their weights.

    Attributes:
        nodes: Numbers of the nodes, shape (NODES, n). Beyond the ends of the grid they are
            those of its last nodes, which are there repeatedly.
        weights: Shape (orders, 2, NODES, n): weights that make the derivatives per pixel, of
            the orders 0, 1, ..., of the value and of the slope.
    """

    nodes: NDArray[np.int64]
    weights: FloatArray

    @property
    def window(self) -> slice:
        """The stretch of the grid in which the nodes lie."""
        return slice(int(self.nodes.min()), int(self.nodes.max()) + 1)

    def part(self, positions: slice) -> "AxisWeights":
        """Return those of some of the positions."""
        return AxisWeights(self.nodes[:, positions], self.weights[..., positions])

    def divided(self, gain: float) -> "AxisWeights":
        """Return weights of latents that are divided by a gain."""
        return AxisWeights(self.nodes, self.weights / gain)

    def matrix(self) -> AxisMatrix:
        """Return the matrix of all values and slopes."""
        window, count = self.window, self.nodes.shape[1]
        width = window.stop - window.start
        rows = np.arange(2 * count).reshape(2, 1, count)
        flat = rows * width + (self.nodes - window.start)
        sums = np.bincount(flat.ravel(), self.weights[0].ravel(), 2 * count * width)
        return AxisMatrix(window, sums.astype(np.float32).reshape(2 * count, width))


def axis_weights(
    positions: FloatArray, spacing: int, nodes: int, orders: int = 1
) -> AxisWeights:
    """Return what the nodes of a grid weigh at positions along one axis.

    Args:
        positions: Shape (n,), in pixels, within OUTERMOST pixels of the picture.
        spacing: Distance of two nodes, in pixels.
        nodes: Number of nodes.
        orders: Number of orders of derivatives, from 0.
    """
    place = places(positions, spacing)
    # The first of the nodes whose splines are not zero.
    first = np.floor(place).astype(np.int64) - (REACH - 1)
    near = first + np.arange(2 * REACH)[:, None]
    bells = np.zeros((orders, NODES + 2, len(positions)))
    for order in range(orders):
        bells[order, REACH:-REACH] = spline(place - near, order) / spacing**order
    # What a node adds to a slope is half of what its neighbors add to the value.
    slopes = 0.5 * (bells[:, :-2] - bells[:, 2:])
    own = first - 1 + np.arange(NODES)[:, None]
    weights = np.stack([bells[:, 1:-1], slopes], axis=1)
    return AxisWeights(np.clip(own, 0, nodes - 1), weights)


def within_reach(positions: FloatArray, length: int) -> FloatArray:
    """Return positions, moved to where the function is the same if they are far outside.

    Args:
        positions: In pixels.
        length: Pixels of the axis.
    """
    return np.clip(positions, -OUTERMOST, length + OUTERMOST)
