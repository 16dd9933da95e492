"""The function of a pyramid on a grid of samples: every axis is weighed on its own."""

from collections.abc import Iterator, Sequence

import numpy as np

from siren_cli.model.grid import FloatArray
from siren_cli.model.pyramid.shape import FEATURES, GRID_FEATURES, LEVELS, MAX_TILE_SIDE
from siren_cli.pictures.picture import Pixels
from siren_cli.rendering.pyramid.axis_weights import AxisMatrix, axis_weights, within_reach
from siren_cli.rendering.pyramid.pyramid import LatentSource, Pyramid

# Most rows of a part that is evaluated at once.
PART_ROWS = 64
# Most columns of it. The matrices of the axes grow with their squares.
PART_COLUMNS = 256
# Most samples of it, whose features stay in a core's cache.
PART_SAMPLES = 8192
# Most positions of an axis whose weights are in memory at once, about a kilobyte each.
WEIGHED_POSITIONS = 4096


def grid_values(pyramid: Pyramid, y: FloatArray, x: FloatArray) -> Pixels:
    """Return the values of a pyramid on a grid of samples, not clipped.

    Args:
        pyramid: The pyramid.
        y: Rows, in continuous pixels of the picture, rising.
        x: Columns, likewise.

    Returns:
        Array of shape (rows, columns, channels), about in [0, 1].
    """
    shape = pyramid.shape
    y, x = within_reach(y, shape.height), within_reach(x, shape.width)
    result: Pixels = np.empty((len(y), len(x), pyramid.synthesis.channels), np.float32)
    for rows in _stretches(len(y)):
        for columns in _stretches(len(x)):
            _fill(result[rows, columns], pyramid, y[rows], x[columns])
    return result


def _stretches(count: int) -> Iterator[slice]:
    for start in range(0, count, WEIGHED_POSITIONS):
        yield slice(start, min(start + WEIGHED_POSITIONS, count))


def _fill(result: Pixels, pyramid: Pyramid, y: FloatArray, x: FloatArray) -> None:
    """Write the values on a grid of samples to an array, part by part."""
    grids = pyramid.shape.grids
    down = [axis_weights(y, grid.spacing, grid.height).divided(grid.gain) for grid in grids]
    across = [axis_weights(x, grid.spacing, grid.width) for grid in grids]
    most_columns = min(PART_COLUMNS, PART_SAMPLES // min(PART_ROWS, len(y)))
    for rows in _parts(y, PART_ROWS):
        of_rows = [each.part(rows).matrix() for each in down]
        for columns in _parts(x, most_columns):
            of_columns = [each.part(columns).matrix() for each in across]
            features = _features(pyramid.source, of_rows, of_columns)
            colors = pyramid.synthesis.colors(features.reshape(FEATURES, -1))
            part = colors.reshape(len(colors), *features.shape[1:])
            result[rows, columns] = part.transpose(1, 2, 0)


def _features(
    source: LatentSource, of_rows: Sequence[AxisMatrix], of_columns: Sequence[AxisMatrix]
) -> Pixels:
    """Return the features of a part, shape (features, rows, columns)."""
    rows, columns = len(of_rows[0].matrix) // 2, len(of_columns[0].matrix) // 2
    features: Pixels = np.empty((FEATURES, rows, columns), np.float32)
    # The coarsest grid needs the most tiles, so all of them are decoded together.
    for level in reversed(range(LEVELS)):
        y, x = of_rows[level], of_columns[level]
        weighed = y.matrix @ source.latents(level, y.window, x.window)
        first = level * GRID_FEATURES
        # The value and the slope along y have the values along x, that along x the slopes.
        both = features[first : first + 2].reshape(2 * rows, columns)
        np.matmul(weighed, x.matrix[:columns].T, out=both)
        np.matmul(weighed[:rows], x.matrix[columns:].T, out=features[first + 2])
    return features


def _parts(positions: FloatArray, most: int) -> Iterator[slice]:
    """Yield parts of rising positions, none wider than a tile.

    Args:
        positions: In pixels.
        most: Most positions of a part.
    """
    start = 0
    while start < len(positions):
        end = np.searchsorted(positions, positions[start] + MAX_TILE_SIDE, "right")
        stop = min(int(end), start + most)
        yield slice(start, stop)
        start = stop
