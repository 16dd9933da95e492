"""What every kind of representation answers, so that drawings ask all of them alike."""

from typing import Protocol

from siren_cli.model.activations import Array
from siren_cli.model.grid import FloatArray
from siren_cli.pictures.picture import Pixels
from siren_cli.rendering import derivatives, evaluate, points
from siren_cli.rendering.derivatives import Jet
from siren_cli.rendering.pyramid.function import PyramidFunction
from siren_cli.representation.header import Header
from siren_cli.representation.representation import (
    MosaicRepresentation,
    PyramidRepresentation,
    Representation,
)
from siren_cli.representation.stored_cells import FloatCells


class PointFunction(Protocol):
    """A picture as a function of the point.

    Positions are rows y and columns x in continuous pixels of the picture. Each question
    raises RepresentationError where the weights are damaged or too large to be drawn.
    """

    @property
    def header(self) -> Header:
        """Everything but the weights."""

    def grid_values(self, y: FloatArray, x: FloatArray) -> Pixels:
        """Return the values on a grid of rising rows and columns, not clipped.

        Returns:
            Array of shape (rows, columns, channels), about in [0, 1].
        """

    def values_at(self, y: FloatArray, x: FloatArray) -> Array:
        """Return the values at points of shape (n,), as an array (n, channels)."""

    def jets_at(self, y: FloatArray, x: FloatArray) -> Jet:
        """Return the jets at points of shape (n,), as of `derivatives`: (4, n, channels)."""


class MosaicFunction:
    """The function of a mosaic.

    Args:
        cells: The networks of all cells.
    """

    def __init__(self, cells: FloatCells) -> None:
        self._cells = cells

    @property
    def header(self) -> Header:
        """Everything but the weights."""
        return self._cells.header

    def grid_values(self, y: FloatArray, x: FloatArray) -> Pixels:
        """Return the values on a grid."""
        return evaluate.values(self._cells, y, x)

    def values_at(self, y: FloatArray, x: FloatArray) -> Array:
        """Return the values at points."""
        return points.values_at(self._cells, y, x)

    def jets_at(self, y: FloatArray, x: FloatArray) -> Jet:
        """Return the jets at points."""
        return derivatives.jets(self._cells, y, x)


def function_of(representation: Representation) -> PointFunction:
    """Return the function that a representation holds, in float32."""
    if isinstance(representation, MosaicRepresentation):
        return MosaicFunction(representation.floats())
    if isinstance(representation, PyramidRepresentation):
        pyramid = representation.pyramid
        return PyramidFunction(representation.header, pyramid, pyramid.networks.matrices())
    raise TypeError(f"{type(representation).__name__} is no kind of function")
