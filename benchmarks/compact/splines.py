"""Cubic B-splines of one axis."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def spline(x: NDArray[np.float64]) -> NDArray[np.floating]:
    """Return the cubic B-spline at distances from its node, in nodes.

    It is twice continuously differentiable, and its shifts by whole numbers sum to 1
    (Unser 1999, "Splines: a perfect fit for signal and image processing").
    """
    distance = np.abs(x)
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = np.maximum(2 - distance, 0) ** 3 / 6
    return np.where(distance < 1, near, far)


def interpolation(positions: NDArray[np.float64], spacing: float, nodes: int) -> Array:
    """Return the matrix that takes values at nodes to values at positions.

    Args:
        positions: Shape (n,), in pixels; pixel centers lie at 0.5, 1.5, ...
        spacing: Distance of two nodes, in pixels. Node i lies at (i + 1/2) spacing.
        nodes: Number of nodes. Those beyond the ends repeat the last one.

    Returns:
        Shape (n, nodes), float32; each row sums to 1.
    """
    place = positions / spacing - 0.5
    first = np.floor(place).astype(int) - 1
    matrix = np.zeros((len(positions), nodes), np.float32)
    for node in (first, first + 1, first + 2, first + 3):
        kept = np.clip(node, 0, nodes - 1)
        np.add.at(matrix, (np.arange(len(positions)), kept), spline(place - node))
    return matrix


def centers(size: int, spacing: float = 1.0) -> NDArray[np.float64]:
    """Return the positions of `size` nodes or pixels in pixels."""
    return (np.arange(size, dtype=np.float64) + 0.5) * spacing
