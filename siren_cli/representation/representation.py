"""A picture as a function of the point, of either kind."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import UsageError
from siren_cli.model.networks import ClassLayers, floats_of, named_class_arrays
from siren_cli.model.pyramid.networks import CONTEXT, SYNTHESIS
from siren_cli.pictures.picture import NO_METADATA, Metadata
from siren_cli.representation.header import Header, MosaicHeader, PyramidHeader
from siren_cli.representation.pyramid.stored_pyramid import StoredPyramid
from siren_cli.representation.stored_cells import FloatCells, StoredCells


@dataclass(frozen=True, kw_only=True)
class Representation(ABC):
    """A picture as a function of the point.

    Attributes:
        header: Everything about it but the weights.
        icc_profile: The picture's color profile, or None.
        metadata: What else the picture's file held.
    """

    header: Header
    icc_profile: bytes | None = None
    metadata: Metadata = NO_METADATA

    @abstractmethod
    def check(self) -> None:
        """Check all weights.

        Raises:
            RepresentationError: Some are damaged, or missing.
        """

    @abstractmethod
    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return a copy of the weights as floats, by name.

        Raises:
            RepresentationError: Some are damaged, or missing.
        """

    @abstractmethod
    def in_memory(self) -> Self:
        """Return a copy in memory, all weights of which are checked.

        Raises:
            RepresentationError: Some are damaged, or missing.
        """


@dataclass(frozen=True, kw_only=True)
class MosaicRepresentation(Representation):
    """A picture as a mosaic of networks.

    Attributes:
        header: Everything about it but the weights.
        cells: The networks of all cells.
    """

    header: MosaicHeader
    cells: StoredCells

    def check(self) -> None:
        """Check every row of cells."""
        self.cells.check()

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the weights and biases of the cells of each class."""
        return named_class_arrays(floats_of(self.layers, np.float32))

    def in_memory(self) -> Self:
        """Return a copy in memory, every row of cells checked."""
        return replace(self, cells=self.cells.in_memory())

    @property
    def layers(self) -> ClassLayers:
        """Weights and biases of the type that is stored, those of each class of cells."""
        return self.cells.layers()

    def floats(self, dtype: type = np.float32) -> FloatCells:
        """Return the networks to be evaluated, as float32 or float64."""
        return FloatCells(self.header, self.cells, dtype)


@dataclass(frozen=True, kw_only=True)
class PyramidRepresentation(Representation):
    """A picture as a pyramid of splines under one network.

    Attributes:
        header: Everything about it but networks and latents.
        pyramid: The networks, and the latents of all grids.
    """

    header: PyramidHeader
    pyramid: StoredPyramid

    def check(self) -> None:
        """Check every tile."""
        self.pyramid.check()

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the latents of each grid, and the matrices of both networks."""
        networks = self.pyramid.networks.matrices()
        return {
            **{f"latents.{level}": grid for level, grid in enumerate(self.pyramid.grids())},
            **{f"synthesis.{n}": each for n, each in enumerate(networks[SYNTHESIS])},
            **{f"context.{n}": each for n, each in enumerate(networks[CONTEXT])},
        }

    def in_memory(self) -> Self:
        """Return a copy in memory, every tile checked."""
        return replace(self, pyramid=self.pyramid.in_memory())


def as_mosaic(representation: Representation) -> MosaicRepresentation:
    """Return a representation that must be a mosaic.

    Raises:
        UsageError: It is a pyramid.
    """
    if not isinstance(representation, MosaicRepresentation):
        raise UsageError("holds a pyramid (preset compact), and only mosaics are taken here")
    return representation
