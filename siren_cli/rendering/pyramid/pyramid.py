"""All that a pyramid is evaluated from."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.shape import PyramidShape
from siren_cli.rendering.pyramid.synthesis import Synthesis


class LatentSource(Protocol):
    """The latents of a picture. Any thread may ask for them."""

    def latents(self, level: int, rows: slice, columns: slice) -> NDArray[np.float32]:
        """Return whole numbers: the latents of a grid at some of its nodes.

        Args:
            level: Number of the grid; 0 is the finest.
            rows: Rows of the grid, with both ends, not beyond the grid.
            columns: Its columns, likewise.

        Raises:
            RepresentationError: They are damaged, or missing.
        """


class Pyramid(NamedTuple):
    """All that a pyramid is evaluated from.

    Attributes:
        shape: The grids of the picture.
        source: Their latents.
        synthesis: The network that makes colors of features.
    """

    shape: PyramidShape
    source: LatentSource
    synthesis: Synthesis
