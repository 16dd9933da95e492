"""The function of a pyramid at points in any order, which are taken together by place."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.grid import FloatArray
from siren_cli.model.pyramid.shape import FEATURES, GRID_FEATURES, MAX_TILE_SIDE, PyramidShape
from siren_cli.rendering.derivatives import Jet
from siren_cli.rendering.pyramid.axis_weights import SLOPES, VALUES, axis_weights
from siren_cli.rendering.pyramid.latent_source import LatentSource

# Number of points whose nodes stay in a core's cache.
POINTS_PER_CALL = 1024
# What each feature of a grid has along y and along x.
KINDS = ((VALUES, VALUES), (SLOPES, VALUES), (VALUES, SLOPES))
# The orders of the derivatives along y and x that each quantity of a jet is the sum of.
ORDERS = (((0, 0),), ((1, 0),), ((0, 1),), ((2, 0), (0, 2)))


def features_at(
    shape: PyramidShape, source: LatentSource, y: FloatArray, x: FloatArray, quantities: int
) -> Jet:
    """Return the features of points that are near each other.

    Args:
        shape: The grids of the picture.
        source: Their latents.
        y: Rows of the points, in pixels, shape (n,), as of `within_reach`.
        x: Columns of the points, likewise.
        quantities: 1 for the values, 4 for whole jets.

    Returns:
        Array of shape (quantities, features, n).
    """
    orders = 1 + max(order for terms in ORDERS[:quantities] for each in terms for order in each)
    result: Jet = np.empty((quantities, FEATURES, len(y)), np.float32)
    for level, grid in enumerate(shape.grids):
        down = axis_weights(y, grid.spacing, grid.height, orders)
        across = axis_weights(x, grid.spacing, grid.width, orders)
        rows, columns = down.window, across.window
        latents = source.latents(level, rows, columns)
        patches = latents[down.nodes[:, None] - rows.start, across.nodes - columns.start]
        of_columns = across.weights.astype(np.float32)
        of_rows = (down.weights / grid.gain).astype(np.float32)
        # Sums over the columns of nodes, shape (orders, 2, rows of nodes, n).
        sums = np.einsum("jkn,oskn->osjn", patches, of_columns)
        for quantity, terms in enumerate(ORDERS[:quantities]):
            for feature, (along_y, along_x) in enumerate(KINDS, level * GRID_FEATURES):
                result[quantity, feature] = sum(
                    np.einsum("jn,jn->n", of_rows[first, along_y], sums[second, along_x])
                    for first, second in terms
                )
    return result


def groups(shape: PyramidShape, y: FloatArray, x: FloatArray) -> Iterator[NDArray[np.intp]]:
    """Yield the numbers of all points, those near each other together."""
    rows, columns = _squares(y, shape.height), _squares(x, shape.width)
    numbers = rows * (columns.max(initial=0) + 1) + columns
    order = np.argsort(numbers, kind="stable")
    _, starts = np.unique(numbers[order], return_index=True)
    for group in np.split(order, starts)[1:]:
        for start in range(0, len(group), POINTS_PER_CALL):
            yield group[start : start + POINTS_PER_CALL]


def _squares(positions: FloatArray, length: int) -> NDArray[np.int64]:
    """Return the numbers of the squares, as large as the largest tiles, in an axis."""
    inside = np.clip(positions, 0, length)
    return (inside // MAX_TILE_SIDE).astype(np.int64)
