"""Small random pyramids in memory."""

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.networks import Matrix, NetworkSizes, matrix_shapes
from siren_cli.model.pyramid.shape import PyramidShape
from siren_cli.pictures.picture import PictureFacts
from siren_cli.rendering.pyramid.function import PyramidFunction
from siren_cli.representation.header import PyramidHeader
from tests.helpers.representations import COLORS

HIDDEN, CONTEXT = 6, 5


class Latents:
    """Latents in memory, which are asked for as a file's are.

    Args:
        grids: The latents of every grid.
    """

    def __init__(self, grids: list[NDArray[np.float32]]) -> None:
        self.grids = grids

    def latents(self, level: int, rows: slice, columns: slice) -> NDArray[np.float32]:
        """Return some latents."""
        height, width = self.grids[level].shape
        assert 0 <= rows.start < rows.stop <= height
        assert 0 <= columns.start < columns.stop <= width
        return self.grids[level][rows, columns]


def random_latents(shape: PyramidShape, seed: int = 0) -> Latents:
    """Return latents of about the size of each grid's gain, always the same."""
    generator = np.random.default_rng(seed)
    normal = (generator.normal(0, grid.gain, grid[1:]) for grid in shape.grids)
    return Latents([np.rint(each).astype(np.float32) for each in normal])


def random_matrices(channels: int, seed: int = 0) -> list[Matrix]:
    """Return the matrices of both networks, always the same."""
    generator = np.random.default_rng(seed)
    shapes = matrix_shapes(NetworkSizes(HIDDEN, CONTEXT, channels))
    return [generator.normal(0, 0.3, shape).astype(np.float32) for shape in shapes]


def make_function(
    height: int, width: int, channels: int, latents: Latents | None = None
) -> PyramidFunction:
    """Return the function of random latents, or of some."""
    header = PyramidHeader(
        facts=PictureFacts(width, height, COLORS[channels]),
        settings={},
        tool="0.1.0",
        epochs=3,
        psnr=31.5,
        sizes=NetworkSizes(HIDDEN, CONTEXT, channels),
    )
    source = latents or random_latents(header.shape)
    return PyramidFunction(header, source, random_matrices(channels))
