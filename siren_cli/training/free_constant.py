"""The constant of each channel, which derivatives leave free."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.grid import FloatArray, Grid
from siren_cli.model.networks import Networks
from siren_cli.pictures.picture import Pixels
from siren_cli.rendering.evaluate import evaluate
from siren_cli.system.parallel import ahead


def free_constant(
    reference: Pixels, grid: Grid, networks: Networks, cells: Sequence[int]
) -> NDArray[np.float64]:
    """Return what must be added to all networks, so that they are nearest to a picture.

    It is the least-squares solution over the cores of the cells: the mean difference.

    Args:
        reference: The picture, shape (height, width, channels), in [0, 1]; NaN is left out.
        grid: Its division into cells.
        networks: The networks of some cells, of values in [-1, 1].
        cells: The numbers of these cells.

    Returns:
        Array of shape (channels,), of values in [-1, 1].
    """

    def sums(place: int) -> NDArray[np.float64]:
        row, column = grid.row_and_column(cells[place])
        y_core, x_core = grid.y.core(row), grid.x.core(column)
        values = evaluate(
            networks.of_cell(place),
            grid.y.local(_centers(y_core), row).astype(np.float32),
            grid.x.local(_centers(x_core), column).astype(np.float32),
        )
        wanted = 2.0 * reference[y_core, x_core] - 1.0
        difference = (wanted - values).reshape(-1, values.shape[-1]).astype(np.float64)
        known = ~np.isnan(difference)
        return np.stack([np.where(known, difference, 0.0).sum(axis=0), known.sum(axis=0)])

    total, count = sum(ahead(sums, range(len(cells))), np.zeros((2, reference.shape[-1])))
    constant: NDArray[np.float64] = total / np.maximum(count, 1)
    return constant


def _centers(pixels: slice) -> FloatArray:
    return np.arange(pixels.start, pixels.stop, dtype=np.float64) + 0.5
