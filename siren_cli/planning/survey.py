"""What must be known of all pixels of a picture before its fit is planned."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.picture import Pixels
from siren_cli.pictures.stream import PixelSource

# Share of pixels equal to their neighbor above which a picture is drawn. Photographs have
# less than half of it, even with a blank sky.
DRAWN_SHARE = 0.6


@dataclass(frozen=True)
class Survey:
    """What one reading of a picture tells.

    Attributes:
        digest: A SHA-256 of all pixels, in hexadecimal digits.
        is_drawn: Whether most pixels are equal to their neighbors: they are no light on an
            area. Taken as points they are learned far better: text and screenshots by 3 dB
            and more, black and white by 20.
    """

    digest: str
    is_drawn: bool


def surveyed(source: PixelSource) -> Survey:
    """Read a picture once, and return what is to be known of it."""
    digest, equal, pairs = hashlib.sha256(), 0, 0
    above = np.empty((0, source.facts.width, source.facts.channels), np.float32)
    for band in source.bands():
        digest.update(np.ascontiguousarray(band).data)
        same = _equal_neighbors(above, band)
        equal, pairs, above = equal + int(same.sum()), pairs + same.size, band[-1:]
    # A single pixel has no neighbor that differs.
    return Survey(digest.hexdigest(), pairs == 0 or equal > DRAWN_SHARE * pairs)


def _equal_neighbors(above: Pixels, band: Pixels) -> NDArray[np.bool_]:
    """Return whether pixels of a band are equal to their left neighbors.

    The pixels of a column have neighbors above and below alone.
    """
    if band.shape[1] == 1:
        band = np.concatenate([above, band]).swapaxes(0, 1)
    same: NDArray[np.bool_] = (band[:, 1:] == band[:, :-1]).all(axis=2)
    return same
