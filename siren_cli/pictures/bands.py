"""Bands: the rows of a picture that one core works on at a time."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from siren_cli.system.parallel import ahead

Value = TypeVar("Value", bound=np.generic)

# Most rows of a band.
BAND_ROWS = 64
# Most pixels of a band that has several rows.
BAND_PIXELS = 1 << 18


def bands(height: int, width: int) -> Iterator[slice]:
    """Yield the rows of a picture in bands, from the top down."""
    step = max(1, min(BAND_ROWS, BAND_PIXELS // width))
    for top in range(0, height, step):
        yield slice(top, min(top + step, height))


def filled(whole: NDArray[Value], compute: Callable[[slice], NDArray[Any]]) -> NDArray[Value]:
    """Return an array that was filled band by band, on all cores.

    Args:
        whole: Array of shape (height, width, ...), of any values.
        compute: Returns the values of some rows; any thread may call it, in any order.
    """

    def fill(rows: slice) -> None:
        whole[rows] = compute(rows)

    for _ in ahead(fill, bands(whole.shape[0], whole.shape[1])):
        pass
    return whole
