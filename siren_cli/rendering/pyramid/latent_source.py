"""Where the latents of a pyramid come from."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


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
