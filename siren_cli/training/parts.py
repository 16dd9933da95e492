"""The parts of a group: cells of one class each, which are computed side by side.

A part has a block of cells on each replica. Its variables are mirrored ones whose copies
differ, so they are only read and set copy by copy here: what a mirrored variable itself
says is what its first copy says, and what is assigned to it goes to all copies.
"""

from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.training.network import Network, Parameters
from siren_cli.training.objective import Objective


class PartShape(NamedTuple):
    """The shape of a part.

    Attributes:
        objective: The networks of its cells and what they learn.
        cells: Number of its cells on one replica.
    """

    objective: Objective
    cells: int

    @property
    def network(self) -> Network:
        """The network of each cell."""
        return self.objective.network


class Part(NamedTuple):
    """The cells of a part while they are trained: their parameters, and Adam's two moments.

    Each is a mirrored variable of shape (cells, parameters of one cell).
    """

    shape: PartShape
    parameters: Any
    first_moment: Any
    second_moment: Any

    @property
    def variables(self) -> tuple[Any, Any, Any]:
        """The three variables."""
        return self.parameters, self.first_moment, self.second_moment


class Parts:
    """All parts of a group, and what their replicas hold.

    Blocks are counted as in a `Group`: those of the first part, one of each replica, then
    those of the next.

    Args:
        strategy: Decides the replicas.
        shapes: The parts.
        replicas: Replicas that share the cells. It is one where each has all cells.

    Attributes:
        parts: The parts.
    """

    def __init__(
        self, strategy: tf.distribute.Strategy, shapes: Sequence[PartShape], replicas: int
    ) -> None:
        self._strategy, self._replicas = strategy, replicas
        with strategy.scope():
            self.parts = [_new_part(shape) for shape in shapes]
        self._blocks = [shape for shape in shapes for _ in range(replicas)]
        # Number of cells without repetitions in each block.
        self._reals = [shape.cells for shape in self._blocks]

    @property
    def cells(self) -> int:
        """Number of cells of all blocks."""
        return sum(shape.cells for shape in self._blocks)

    @property
    def cells_of_replicas(self) -> list[Any]:
        """Which of all cells each replica has, as an index of their axis."""
        if self._replicas == 1:
            return [slice(None)]
        ends = np.cumsum([shape.cells for shape in self._blocks])[:-1]
        places = np.split(np.arange(self.cells), ends)
        return [np.concatenate(places[r :: self._replicas]) for r in range(self._replicas)]

    def assign(self, variables: NDArray[np.float32], reals: Sequence[int]) -> None:
        """Set the variables of all cells.

        Args:
            variables: Those of the cells without repetitions, shape
                (3, parameters of the group).
            reals: Number of these cells in each block.
        """
        self._reals = list(reals)
        blocks = self._with_repetitions(variables)
        for part in self.parts:
            own = list(islice(blocks, self._replicas))
            for variable, *values in zip(part.variables, *own, strict=True):
                copies = self._strategy.experimental_local_results(variable)
                for copy, value in zip(copies, cycle(values), strict=False):
                    copy.assign(value)

    def _with_repetitions(
        self, variables: NDArray[np.float32]
    ) -> Iterator[NDArray[np.float32]]:
        """Yield the variables of each block, shape (3, cells, parameters of one cell)."""
        start = 0
        for shape, real in zip(self._blocks, self._reals, strict=True):
            if real:  # or else the block before is repeated
                end = start + real * sum(shape.network.sizes())
                own = variables[:, start:end].reshape(len(variables), real, -1)
                start = end
            yield np.take(own, np.arange(shape.cells) % own.shape[1], axis=1)

    def variables(self) -> NDArray[np.float32]:
        """Return the variables of the cells without repetitions, as `assign` takes them."""
        each = zip(*(part.variables for part in self.parts), strict=True)
        return np.stack([np.concatenate(self._real_values(own)) for own in each])

    def _real_values(self, variables: Sequence[Any]) -> list[NDArray[np.float32]]:
        values = zip(self._values(variables), self._reals, strict=True)
        return [own[:real].ravel() for own, real in values]

    def parameters(self) -> list[Parameters]:
        """Return the parameters of each block, shape (cells, parameters of one cell)."""
        return self._values([part.parameters for part in self.parts])

    def _values(self, variables: Sequence[Any]) -> list[Parameters]:
        """Return what each block has of a variable of every part."""
        copies = map(self._strategy.experimental_local_results, variables)
        return [copy.numpy() for own in copies for copy in own[: self._replicas]]

    def mean(self, losses: Sequence[tf.Tensor]) -> float:
        """Return the mean over the cells without repetitions, whatever their blocks are.

        Args:
            losses: Those of each replica's cells, or its shares of those of all cells.
        """
        of_cells = np.zeros(self.cells)
        for own, place in zip(losses, cycle(self.cells_of_replicas), strict=False):
            of_cells[place] += own.numpy()
        pairs = zip(self._blocks, self._reals, strict=True)
        is_real = [np.arange(shape.cells) < real for shape, real in pairs]
        return float(of_cells[np.concatenate(is_real)].mean())


def _new_part(shape: PartShape) -> Part:
    """Return a part of zeros."""
    zeros = tf.zeros((shape.cells, sum(shape.network.sizes())))
    return Part(shape, tf.Variable(zeros), tf.Variable(zeros), tf.Variable(zeros))
