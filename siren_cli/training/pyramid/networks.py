"""The networks of a pyramid while they are trained, in NumPy."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.networks import Matrix, NetworkSizes, matrix_shapes
from siren_cli.training.pyramid.initial import first_matrices
from siren_cli.training.pyramid.soap import Moments, first_moments, stepped

# Longest gradient of the networks, and the shortest that is measured.
LONGEST_GRADIENT = 0.1
SHORTEST_GRADIENT = 1e-10


class Networks(NamedTuple):
    """The networks after some steps; nothing changes them.

    Attributes:
        done: Number of steps.
        matrices: The six matrices.
        moments: What their optimizer remembers of each.
    """

    done: int
    matrices: list[Matrix]
    moments: list[Moments]

    @classmethod
    def first(cls, sizes: NetworkSizes, seed: int) -> "Networks":
        """Return the networks before the first step."""
        moments = [first_moments(shape) for shape in matrix_shapes(sizes)]
        return cls(0, first_matrices(sizes, seed), moments)

    @classmethod
    def of(cls, done: int, arrays: Mapping[str, NDArray[Any]]) -> "Networks":
        """Return the networks after some steps from the arrays that `arrays` returned."""
        count = sum(name.startswith("matrix.") for name in arrays)
        matrices = [arrays[f"matrix.{number}"] for number in range(count)]
        moments = [
            Moments(*(arrays[f"moments.{number}.{name}"] for name in Moments._fields))
            for number in range(count)
        ]
        return cls(done, matrices, moments)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all arrays by name."""
        arrays: dict[str, NDArray[Any]] = {}
        for number, (matrix, moments) in enumerate(
            zip(self.matrices, self.moments, strict=True)
        ):
            arrays[f"matrix.{number}"] = matrix
            arrays |= {
                f"moments.{number}.{name}": array for name, array in moments._asdict().items()
            }
        return arrays

    def moved(self, done: int, gradients: Sequence[Matrix], rate: float) -> "Networks":
        """Return the networks one step on.

        Args:
            done: Number of steps after it.
            gradients: Those by the matrices.
            rate: The learning rate.
        """
        length = math.sqrt(sum(float(np.sum(np.square(each))) for each in gradients))
        shorter = np.float32(min(1.0, LONGEST_GRADIENT / max(length, SHORTEST_GRADIENT)))
        pairs = [
            stepped(matrix, shorter * gradient, moments, rate)
            for matrix, gradient, moments in zip(
                self.matrices, gradients, self.moments, strict=True
            )
        ]
        matrices, moments = map(list, zip(*pairs, strict=True))
        return Networks(done, matrices, moments)
