"""How hard the cells of a picture are: the error of a network, predicted from its pixels.

A network with P parameters is about as good as the P / 6 largest of the cosines that its
cell is the sum of. So its error follows that of nonlinear approximation, which keeps the
largest elements of a basis (DeVore 1998, Nonlinear approximation, Acta Numerica 7,
section 2).
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.grid import Grid
from siren_cli.pictures.picture import Pixels
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.cell_rows import core_rows
from siren_cli.system.parallel import ahead

# Parameters of a network for each cosine. This and the two powers were fitted to the errors
# of six photographs' cells at seven widths (`python -m benchmarks --only widths`).
COSINE_PARAMETERS = 6.0
# The mean squared error is in proportion to this power of the energy that the cosines
# leave ...
ENERGY_POWER = 0.71
# ... and to this power of the number of parameters.
PARAMETERS_POWER = -0.34
# The factor of both, for about 40 epochs and values in [0, 1].
ERROR_FACTOR = 0.59
# Mean energy of a value that is added to what the cosines leave: no network learns even
# the smoothest cell exactly, and wider ones come closer.
LEAST_ENERGY = 1e-8


def predicted_errors(
    source: PixelSource, grid: Grid, parameters: Sequence[int]
) -> NDArray[np.float64]:
    """Return the predicted sums of squared errors of cells, at peak 1.

    Args:
        source: The picture, which is read once.
        grid: The division into cells.
        parameters: Numbers of parameters of a network.

    Returns:
        Array of shape (cells, len(parameters)).
    """
    counts = np.rint(np.array(parameters) / COSINE_PARAMETERS).astype(np.int64)
    factors = ERROR_FACTOR * np.array(parameters, np.float64) ** PARAMETERS_POWER

    def errors(part: Pixels) -> NDArray[np.float64]:
        energies = energies_left(part, counts) / part.size + LEAST_ENERGY
        predicted: NDArray[np.float64] = part.size * energies**ENERGY_POWER * factors
        return predicted

    cells = (
        rows[:, grid.x.core(column)]
        for rows in core_rows(source, grid)
        for column in range(grid.x.cells)
    )
    return np.stack(list(ahead(errors, cells)))


def energies_left(pixels: Pixels, counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the energies that the best cosines leave.

    Args:
        pixels: Array of shape (height, width, channels).
        counts: Numbers of cosines, which all channels have in common.

    Returns:
        Sums of squares, shape (len(counts),).
    """
    height, width, _ = pixels.shape
    channels = np.moveaxis(pixels, -1, 0)
    spectrum = cosines(height) @ channels @ cosines(width).T
    energies = np.square(spectrum, dtype=np.float64).sum(axis=0)
    # Those that are left after none, one, two, ... of the largest.
    left = np.append(np.cumsum(np.sort(energies, axis=None))[::-1], 0.0)
    return left[np.minimum(counts, len(left) - 1)]


@lru_cache(maxsize=4)
def cosines(count: int) -> NDArray[np.float32]:
    """Return the orthonormal discrete cosine transform (DCT-II), shape (count, count)."""
    frequencies, positions = np.arange(count)[:, None], np.arange(count) + 0.5
    waves = np.cos(np.pi / count * frequencies * positions) * np.sqrt(2.0 / count)
    waves[0] /= np.sqrt(2.0)
    transform: NDArray[np.float32] = waves.astype(np.float32)
    return transform
