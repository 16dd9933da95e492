"""Cubic B-splines of one axis, and their derivatives."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Nodes on either side of a point whose splines reach it.
REACH = 2
# Nodes beyond a tile's own that the slopes at its points need, one more than the values.
MARGIN = REACH + 1


def spline(distances: Floats, order: int = 0) -> Floats:
    """Return the cubic B-spline or a derivative at distances from its node, in nodes.

    It is twice continuously differentiable, and its shifts by whole numbers sum to 1
    (Unser 1999, "Splines: a perfect fit for signal and image processing").

    Args:
        distances: Any shape.
        order: Order of the derivative: 0, 1 or 2.
    """
    size = np.abs(distances)
    beyond = np.maximum(2 - size, 0)
    is_near = size < 1
    if order == 0:
        return np.where(is_near, 2 / 3 - size**2 + size**3 / 2, beyond**3 / 6)
    if order == 1:
        slopes: Floats = np.where(is_near, 1.5 * size**2 - 2 * size, -(beyond**2) / 2)
        slopes *= np.sign(distances)
        return slopes
    return np.where(is_near, 3 * size - 2, beyond)


def slope_spline(distances: Floats, order: int = 0) -> Floats:
    """Return what a node adds to a slope, or to its derivative, at distances from it.

    A slope is half the difference of the values one node further on and one before.
    """
    slopes: Floats = 0.5 * (spline(distances + 1, order) - spline(distances - 1, order))
    return slopes


def places(positions: Floats, spacing: int) -> Floats:
    """Return positions in pixels as places among nodes: node i has the place i.

    Args:
        positions: In pixels; pixel centers lie at 0.5, 1.5, ...
        spacing: Distance of two nodes, in pixels. Node i lies at (i + 1/2) spacing.
    """
    return positions / spacing - 0.5
