"""The function of a pyramid."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.activations import Array
from siren_cli.model.grid import FloatArray
from siren_cli.model.pyramid.networks import Matrix
from siren_cli.pictures.picture import Pixels
from siren_cli.rendering.derivatives import ORDER, VALUE, Jet
from siren_cli.rendering.evaluate import drawable
from siren_cli.rendering.pyramid.axis_weights import within_reach
from siren_cli.rendering.pyramid.grid_values import grid_values
from siren_cli.rendering.pyramid.points import batches, features_at
from siren_cli.rendering.pyramid.pyramid import LatentSource, Pyramid
from siren_cli.rendering.pyramid.synthesis import Synthesis
from siren_cli.representation.header import PyramidHeader


class PyramidFunction:
    """The function of a pyramid, as `PointFunction` says.

    Args:
        header: Everything but the weights.
        latents: The latents of its grids.
        matrices: The matrices of both networks, or of the synthesis alone.
    """

    def __init__(
        self, header: PyramidHeader, latents: LatentSource, matrices: Sequence[Matrix]
    ) -> None:
        self._header = header
        self._pyramid = Pyramid(header.shape, latents, Synthesis(matrices))

    @property
    def header(self) -> PyramidHeader:
        """Everything but the weights."""
        return self._header

    def grid_values(self, y: FloatArray, x: FloatArray) -> Pixels:
        """Return the values on a grid of rising rows and columns, not clipped.

        Returns:
            Array of shape (rows, columns, channels), about in [0, 1].

        Raises:
            RepresentationError: The weights are damaged, or too large to be drawn.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return drawable(grid_values(self._pyramid, y, x))

    def values_at(self, y: FloatArray, x: FloatArray) -> Array:
        """Return the values at points of shape (n,), as an array (n, channels).

        Raises:
            RepresentationError: As for a grid.
        """
        result = np.empty((len(y), self._pyramid.synthesis.channels), np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            for indices, features in self._features(y, x, 1):
                result[indices] = self._pyramid.synthesis.colors(features[VALUE]).T
            return drawable(result)

    def jets_at(self, y: FloatArray, x: FloatArray) -> Jet:
        """Return the jets at points of shape (n,), as of `derivatives`: (4, n, channels).

        Raises:
            RepresentationError: As for a grid.
        """
        result = np.empty((ORDER, len(y), self._pyramid.synthesis.channels), np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            for indices, features in self._features(y, x, ORDER):
                result[:, indices] = self._pyramid.synthesis.jets(features).transpose(0, 2, 1)
            return drawable(result)

    def _features(
        self, y: FloatArray, x: FloatArray, quantities: int
    ) -> Iterator[tuple[NDArray[np.intp], Jet]]:
        """Yield the numbers of points, batch by batch, and their features."""
        shape = self._pyramid.shape
        y, x = within_reach(y, shape.height), within_reach(x, shape.width)
        for batch in batches(shape, y, x):
            points = y[batch.indices], x[batch.indices]
            yield (
                batch.indices,
                features_at(self._pyramid, points, batch.squares, quantities),
            )
