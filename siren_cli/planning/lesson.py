"""What a function is taught at the pixels of a picture: values, derivatives, or nothing.

A fit usually reads the picture itself, band by band, and learns its values. A `Lesson` is
what it learns instead: from derivatives, with holes, or from two pictures.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import UsageError
from siren_cli.pictures.picture import Pixels
from siren_cli.rendering.derivatives import ORDER, VALUE

# Most cells that are tied. They are all trained at the same time, and what they are taught
# of each other is in memory.
MAX_TIED_CELLS = 1024


class Teaching(NamedTuple):
    """The parts of a loss.

    Attributes:
        orders: The quantities that are taught, as indices of a jet
            (`rendering.derivatives`).
        weights: What the squared errors of each of them weigh.
        smooth: What the squared Laplacian between the pixels weighs.
        tie: What the squared differences of neighboring cells weigh; 0 leaves every cell
            alone.
        power: Where it is above 0, Laplacians alone are taught, of the whole picture in every
            step: the error of each frequency weighs lambda^-power
            (`training.laplacian_norm`).
    """

    orders: tuple[int, ...] = (VALUE,)
    weights: tuple[float, ...] = (1.0,)
    smooth: float = 0.0
    tie: float = 0.0
    power: float = 0.0

    @property
    def jet_arrays(self) -> int:
        """Number of arrays of jets that the loss needs: those that are taught, and between."""
        return 1 + max(self.orders) + (ORDER if self.smooth else 0)


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is taught at every pixel.

    Attributes:
        teaching: The quantities, and the parts of the loss.
        targets: Array of shape (height, width, orders, channels), float32: values in
            [-1, 1], and their derivatives per pixel. NaN is not taught. Where every step is of
            the whole picture, they are those of whole cells.
        reference: Pixels of shape (height, width, channels) in [0, 1], to which the free
            constant of each channel is set, where derivatives alone are taught; or None.
    """

    teaching: Teaching
    targets: NDArray[np.float32]
    reference: Pixels | None = None

    @property
    def bytes(self) -> int:
        """Size of its arrays."""
        return self.targets.nbytes + (0 if self.reference is None else self.reference.nbytes)


def check_tied(cells: int) -> None:
    """Check that a picture has so few cells that they can be tied.

    Raises:
        UsageError: It has more.
    """
    if cells > MAX_TIED_CELLS:
        raise UsageError(
            f"{cells} cells would be trained together, and at most {MAX_TIED_CELLS} can be "
            "(--set network.cell_size=128 makes fewer, and a smaller picture has fewer)"
        )
