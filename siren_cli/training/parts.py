"""The parts of a group: cells of one class each, which are computed side by side."""

from typing import Any, NamedTuple

import tensorflow as tf

from siren_cli.training.network import Network
from siren_cli.training.objective import Objective


class PartShape(NamedTuple):
    """The shape of a part.

    Attributes:
        objective: The networks of its cells and what they learn.
        cells: Number of its cells.
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

    @property
    def parameter_count(self) -> int:
        """Number of parameters of all cells."""
        return self.shape.cells * sum(self.shape.network.sizes())


def new_part(shape: PartShape) -> Part:
    """Return a part of zeros."""
    zeros = tf.zeros((shape.cells, sum(shape.network.sizes())))
    return Part(shape, tf.Variable(zeros), tf.Variable(zeros), tf.Variable(zeros))
