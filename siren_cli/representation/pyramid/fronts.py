"""The order of a tile's latents in its stream.

Latents whose neighbors are all known form a front and are coded together: those with the same
column + 3 row. Within a front they follow row by row, and the row decides the lane. So tiles
of any size take the same lanes for the same places.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.shape import Extent
from siren_cli.representation.pyramid.rans import LANES

# A latent's front is its column, and this many times its row.
ROW_DELAY = 3
# Columns beside a tile that neighbors reach, at both sides, and rows above it.
BORDER = 2


class Front(NamedTuple):
    """A front.

    Attributes:
        first_row: Its first row.
        rows: Number of its rows; each has one latent.
        places: Where they are in an array of the tile's rows, each with 2 BORDER more
            columns at its end.
    """

    first_row: int
    rows: int
    places: slice

    @property
    def steps(self) -> int:
        """Steps that code the front."""
        return -(-(self.first_row % LANES + self.rows) // LANES)


@lru_cache(maxsize=64)
def fronts(extent: Extent) -> tuple[Front, ...]:
    """Return the fronts of a part of a grid, in their order."""
    height, width = extent
    stride = width + 2 * BORDER
    found = []
    for time in range(width + ROW_DELAY * (height - 1)):
        first = max(0, -((width - 1 - time) // ROW_DELAY))
        rows = min(height - 1, time // ROW_DELAY) + 1 - first
        if rows > 0:
            start = first * stride + time - ROW_DELAY * first
            step = stride - ROW_DELAY
            found.append(Front(first, rows, slice(start, start + (rows - 1) * step + 1, step)))
    return tuple(found)


class Steps(NamedTuple):
    """The steps that code a part of a grid.

    Attributes:
        symbols: The step of each latent's symbol, shape (height, width).
        plain: The step that writes it plainly, likewise; it is there where one of the front
            is written plainly.
        total: Number of the steps.
    """

    symbols: NDArray[np.int64]
    plain: NDArray[np.int64]
    total: int


def steps(extent: Extent, is_plain: NDArray[np.bool_]) -> Steps:
    """Return the steps that code a part of a grid.

    Args:
        extent: The part.
        is_plain: Where a number is written plainly, shape (height, width, tiles).
    """
    height, width = extent
    stride = width + 2 * BORDER
    padded = np.zeros((height, stride), np.bool_)
    padded[:, :width] = is_plain.any(axis=2)
    flat = padded.ravel()
    found, later = np.zeros((2, height * stride), np.int64)
    first = 0
    for front in fronts(extent):
        rows = np.arange(front.first_row, front.first_row + front.rows) // LANES
        found[front.places] = first + rows - rows[0]
        later[front.places] = found[front.places] + front.steps
        first += front.steps * (2 if flat[front.places].any() else 1)
    symbols, plain = (each.reshape(height, stride)[:, :width] for each in (found, later))
    return Steps(symbols, plain, first)
