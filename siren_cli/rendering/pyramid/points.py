"""The function of a pyramid at points in any order, which are taken together by place."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.grid import FloatArray
from siren_cli.model.pyramid.shape import (
    FEATURES,
    GRID_FEATURES,
    LEVELS,
    MAX_TILE_SIDE,
    PyramidShape,
)
from siren_cli.pictures.picture import Pixels
from siren_cli.rendering.derivatives import Jet
from siren_cli.rendering.pyramid.axis_weights import (
    NODES,
    SLOPES,
    VALUES,
    AxisWeights,
    axis_weights,
)
from siren_cli.rendering.pyramid.pyramid import LatentSource, Pyramid

# Number of points whose nodes stay in a core's cache.
POINTS_PER_CALL = 1024
# What each feature of a grid has along y and along x.
KINDS = ((VALUES, VALUES), (SLOPES, VALUES), (VALUES, SLOPES))
# The orders of the derivatives along y and x that each quantity of a jet is the sum of.
TERMS = (((0, 0),), ((1, 0),), ((0, 1),), ((2, 0), (0, 2)))
# Orders of derivatives, from 0, that a whole jet needs.
MOST_ORDERS = 3


class Batch(NamedTuple):
    """Points whose features are made at once.

    Attributes:
        indices: Their numbers.
        squares: Stretches of them, each of points in one square of the picture.
    """

    indices: NDArray[np.intp]
    squares: list[slice]


def features_at(
    pyramid: Pyramid,
    points: tuple[FloatArray, FloatArray],
    squares: Sequence[slice],
    quantities: int,
) -> Jet:
    """Return the features of the points of a batch.

    Args:
        pyramid: The pyramid.
        points: Rows and columns of the points, in pixels, as of `within_reach`.
        squares: Stretches of points that are near each other.
        quantities: 1 for the values, 4 for whole jets.

    Returns:
        Array of shape (quantities, features, n).
    """
    orders = 1 if quantities == 1 else MOST_ORDERS
    result: Jet = np.empty((quantities, FEATURES, len(points[0])), np.float32)
    # The coarsest grid needs the most tiles, so all of them are decoded together.
    for level in reversed(range(LEVELS)):
        grid = pyramid.shape.grids[level]
        down = axis_weights(points[0], grid.spacing, grid.height, orders)
        across = axis_weights(points[1], grid.spacing, grid.width, orders)
        of_rows = down.divided(grid.gain).weights.astype(np.float32)
        # Sums over the columns of nodes, shape (orders, 2, rows of nodes, n).
        sums = np.einsum(
            "jkn,oskn->osjn",
            _patches(pyramid.source, level, down, across, squares),
            across.weights.astype(np.float32),
        )
        for quantity, terms in enumerate(TERMS[:quantities]):
            for feature, (along_y, along_x) in enumerate(KINDS, level * GRID_FEATURES):
                result[quantity, feature] = sum(
                    np.einsum("jn,jn->n", of_rows[first, along_y], sums[second, along_x])
                    for first, second in terms
                )
    return result


def _patches(
    source: LatentSource,
    level: int,
    down: AxisWeights,
    across: AxisWeights,
    squares: Sequence[slice],
) -> Pixels:
    """Return the latents that each point needs, shape (NODES, NODES, n)."""
    patches: Pixels = np.empty((NODES, *down.nodes.shape), np.float32)
    for square in squares:
        y, x = down.part(square), across.part(square)
        rows, columns = y.window, x.window
        latents = source.latents(level, rows, columns)
        patches[..., square] = latents[y.nodes[:, None] - rows.start, x.nodes - columns.start]
    return patches


def batches(shape: PyramidShape, y: FloatArray, x: FloatArray) -> Iterator[Batch]:
    """Yield all points, those near each other together."""
    rows, columns = _squares(y, shape.height), _squares(x, shape.width)
    numbers = rows * (columns.max(initial=0) + 1) + columns
    order = np.argsort(numbers, kind="stable")
    for start in range(0, len(order), POINTS_PER_CALL):
        indices = order[start : start + POINTS_PER_CALL]
        changes = np.flatnonzero(np.diff(numbers[indices])) + 1
        ends = pairwise([0, *changes.tolist(), len(indices)])
        yield Batch(indices, [slice(*each) for each in ends])


def _squares(positions: FloatArray, length: int) -> NDArray[np.int64]:
    """Return the numbers of the squares, as large as the largest tiles, in an axis."""
    inside = np.clip(positions, 0, length)
    return (inside // MAX_TILE_SIDE).astype(np.int64)
