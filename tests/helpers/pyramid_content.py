"""Random latents and networks of pyramids, as files hold them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.networks import (
    CONTEXT,
    NetworkSizes,
    RoundedNetworks,
    blocks,
    matrix_shapes,
)
from siren_cli.model.pyramid.shape import LEVELS, PyramidShape

SIZES = NetworkSizes(hidden=5, context=6, channels=3)
# Weights are multiples of this power of two.
EXPONENT = -5


def make_networks(
    sizes: NetworkSizes = SIZES, seed: int = 0, scale: float = 4.0
) -> RoundedNetworks:
    """Return random networks whose numbers are about as large as `scale`."""
    generator = np.random.default_rng(seed)
    numbers = tuple(
        np.rint(generator.laplace(0, scale, shape)).astype(np.int64)
        for shape in matrix_shapes(sizes)
    )
    return RoundedNetworks(sizes, numbers, (EXPONENT,) * len(blocks(sizes)))


def make_grids(
    shape: PyramidShape, seed: int = 0, scale: float = 0.5
) -> list[NDArray[np.int64]]:
    """Return random latents: those of each coarser grid are twice as large."""
    generator = np.random.default_rng(seed)
    return [
        np.rint(generator.laplace(0, scale * 2**level, (grid.height, grid.width))).astype(
            np.int64
        )
        for level, grid in enumerate(shape.grids)
    ]


def fitting_context(sizes: NetworkSizes = SIZES, scale: float = 0.5) -> list[Any]:
    """Return a context model that knows the scales of `make_grids`, and no more."""
    first, second, last = (
        np.zeros(shape, np.float32) for shape in matrix_shapes(sizes)[CONTEXT]
    )
    last[1, -LEVELS:] = np.rint(64 * np.log(scale * 2.0 ** np.arange(LEVELS))) / 64
    return [first, second, last]
