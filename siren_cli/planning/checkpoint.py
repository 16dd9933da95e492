"""An unfinished fit: what is finished of it, and where the rest is.

Batches are a function of (seed, epoch), so a fit that goes on from there ends with
the same bits as one that was never stopped. `keeper` writes and reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.layers import Layer, finite
from siren_cli.planning.schedule import Course, Reached


class State(NamedTuple):
    """Where the fit of a group is.

    Attributes:
        done: Steps so far.
        variables: The trainable values and Adam's two moments, shape (3, cells,
            parameters of one cell).
    """

    done: int
    variables: NDArray[np.float32]


def started(parameters: NDArray[np.float32]) -> State:
    """Return the state before the first step, from initial parameters."""
    zeros = np.zeros_like(parameters)
    return State(0, np.stack([parameters, zeros, zeros]))


class Learning(NamedTuple):
    """A group that is learning.

    Attributes:
        state: Where it is.
        course: The course it is on.
        reached: What its courses before have brought.
    """

    state: State
    course: Course
    reached: tuple[Reached, ...] = ()


class Group(NamedTuple):
    """A group that is finished.

    Attributes:
        steps: Its steps.
        psnr: What it has reached, in dB; 0 where there was no goal.
        layers: Its cells as they are stored.
    """

    steps: int
    psnr: float
    layers: tuple[Layer, ...]

    @property
    def cells(self) -> int:
        """Number of its cells."""
        return len(self.layers[0].bias)


@dataclass(frozen=True)
class Checkpoint:
    """An unfinished fit.

    Attributes:
        groups: Those that are finished.
        learning: The next one, or None if it has not begun.
        epoch_steps: Steps of an epoch: of other batches it would be another fit.
    """

    groups: tuple[Group, ...] = ()
    learning: Learning | None = None
    epoch_steps: int = 0

    @property
    def group_cells(self) -> int | None:
        """Cells of every group but the last, or None if nothing was done."""
        if self.learning:
            return int(self.learning.state.variables.shape[1])
        return self.groups[0].cells if self.groups else None

    def finished(self, cells: int) -> bool:
        """Return whether nothing is left to learn of a picture of so many cells."""
        return self.learning is None and cells == sum(group.cells for group in self.groups)

    def fits(
        self, template: Sequence[Layer], parameters: int, cells: int, most_steps: int
    ) -> bool:
        """Return whether it may be of a fit of such layers.

        Args:
            template: The layers of some cells, as they are stored.
            parameters: Trainable values of a cell.
            cells: Cells of the picture.
            most_steps: Steps of a group at most.
        """
        size = self.group_cells
        if size is None:
            return True
        return (
            size > 0
            and self._groups_fit(template, size, cells, most_steps)
            and self._learning_fits((3, size, parameters), cells, most_steps)
        )

    def _groups_fit(
        self, template: Sequence[Layer], size: int, cells: int, most_steps: int
    ) -> bool:
        sizes = [min(size, cells - start) for start in range(0, cells, size)]
        return [group.cells for group in self.groups] == sizes[: len(self.groups)] and all(
            group.steps <= most_steps
            and _kinds(group.layers) == _kinds(template)
            and finite(group.layers)
            for group in self.groups
        )

    def _learning_fits(self, shape: tuple[int, ...], cells: int, most_steps: int) -> bool:
        if self.learning is None:
            return True
        variables, left = self.learning.state.variables, cells - shape[1] * len(self.groups)
        return (
            left > 0
            and self.learning.course.end <= most_steps
            and variables.shape == shape
            and bool(np.isfinite(variables).all())
        )


def _kinds(layers: Sequence[Layer]) -> list[Any]:
    return [
        (name, array.dtype, array.shape[1:])
        for layer in layers
        for name, array in layer.arrays().items()
    ]
