"""Ties between neighboring cells, which are trained to agree where they meet.

Derivatives leave a constant of every cell free, and holes may be larger than a cell. So at
random points of their common border each cell is taught, as values, what its neighbor says
at that moment: every cell follows the gradient of one loss of all cells.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.model.grid import Grid

# Points on each side of a cell, in every step.
SIDE_POINTS = 16
# The sides of a cell, as rows and columns from it to the neighbor; each is followed or
# preceded by its opposite.
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1))
OPPOSITES = (1, 0, 3, 2)
# All points on the sides of a cell.
BORDER_POINTS = len(SIDES) * SIDE_POINTS
# The place of a neighbor that is not there.
NOBODY = -1


def border_points(seed: tf.Tensor, step: tf.Tensor, reach: tuple[float, float]) -> tf.Tensor:
    """Return random points on the sides of a cell, the same for all cells.

    Two cells see the same point of the picture at the same place in the lists of points of
    their two sides.

    Args:
        seed: Decides the points, together with the step.
        step: Number of the step.
        reach: How far from the border they are at most, in local coordinates (y, x).

    Returns:
        Local coordinates, shape (BORDER_POINTS, 2), side after side.
    """
    shape, seeds = (2, 2, SIDE_POINTS), tf.stack([seed, tf.cast(step, seed.dtype)])
    uniform = tf.random.stateless_uniform(shape, seeds, -1.0, 1.0)
    (y_across, x_along), (x_across, y_along) = map(tf.unstack, tf.unstack(uniform))
    y_across, x_across = y_across * reach[0], x_across * reach[1]
    sides = [
        (y_across + 1.0, x_along),
        (y_across - 1.0, x_along),
        (y_along, x_across + 1.0),
        (y_along, x_across - 1.0),
    ]
    return tf.concat([tf.stack(side, axis=1) for side in sides], axis=0)


def neighbor_places(grid: Grid, cells: Sequence[NDArray[np.int64]]) -> NDArray[np.int32]:
    """Return where the neighbors of cells are in the list of all cells.

    Args:
        grid: The division of the picture into cells.
        cells: Numbers of the cells of each replica, as many for each, some perhaps several
            times.

    Returns:
        Array of shape (replicas, sides, cells of a replica): the place of a cell's neighbor
        among the cells of all replicas, or NOBODY.
    """
    places: dict[tuple[int, int], int] = {}
    for place, cell in enumerate(np.concatenate(cells).tolist()):
        places.setdefault(grid.row_and_column(cell), place)

    def place_of(cell: int, side: tuple[int, int]) -> int:
        row, column = grid.row_and_column(cell)
        return places.get((row + side[0], column + side[1]), NOBODY)

    return np.array(
        [[[place_of(cell, side) for cell in own.tolist()] for side in SIDES] for own in cells],
        np.int32,
    )


# As one compiled kernel it takes less time than its dozen of small operations.
@tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
def neighbor_values(values: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    """Return what the neighbors of cells say at the cells' border points.

    Args:
        values: Those of all cells at their border points, shape
            (all cells, channels, BORDER_POINTS).
        places: Where the neighbors of some cells are, shape (sides, cells).

    Returns:
        Tensor of shape (cells, channels, BORDER_POINTS); NaN where there is no neighbor.
    """
    by_side = tf.split(values, len(SIDES), axis=2)
    seen = [
        tf.where(
            (place == NOBODY)[:, None, None],
            np.float32(np.nan),
            tf.gather(by_side[opposite], tf.maximum(place, 0)),
        )
        for place, opposite in zip(tf.unstack(places), OPPOSITES, strict=True)
    ]
    return tf.concat(seen, axis=2)
