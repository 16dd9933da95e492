"""An unfinished fit: its finished groups of cells, and the state of the next one.

Batches are a function of (seed, epoch), so a fit that goes on from a checkpoint ends
with the same bits as one that was never stopped. `checkpoint_file` writes and reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.layers import finite
from siren_cli.model.networks import ClassLayers, cell_counts, named_class_arrays
from siren_cli.planning.schedule import Cycle, Evaluation


class TrainingState(NamedTuple):
    """The trainable values of a group after some steps.

    Attributes:
        done: Steps so far.
        variables: The parameters of all cells and Adam's two moments, shape
            (3, parameters of the group). They are those of one cell after the other, in
            the order of the group, without repetitions.
    """

    done: int
    variables: NDArray[np.float32]


def initial_state(parameters: NDArray[np.float32]) -> TrainingState:
    """Return the state before the first step, from all parameters on one axis."""
    zeros = np.zeros_like(parameters)
    return TrainingState(0, np.stack([parameters, zeros, zeros]))


class GroupState(NamedTuple):
    """A group of cells that is not finished.

    Attributes:
        training: Its trainable values.
        cycle: The cycle that it is in.
        evaluations: How good it was after each cycle before.
    """

    training: TrainingState
    cycle: Cycle
    evaluations: tuple[Evaluation, ...] = ()


class FinishedGroup(NamedTuple):
    """A group of cells that is finished.

    Attributes:
        steps: The steps that it was trained for.
        psnr: Its PSNR in dB; 0 in a fit without a goal, which measures no groups.
        layers: Its cells as they are stored, by class; a class may have none.
    """

    steps: int
    psnr: float
    layers: ClassLayers


class GroupShape(NamedTuple):
    """The shape of a group.

    Attributes:
        cells: Number of cells of each class.
        parameters: Trainable values of all cells.
    """

    cells: tuple[int, ...]
    parameters: int


@dataclass(frozen=True)
class FitShape:
    """The shapes that a checkpoint must have to belong to a fit.

    Attributes:
        layers: The layers of one or more cells of each class, as they are stored.
        groups: The groups of the picture.
        group_cells: Most cells of a group.
        epoch_steps: Steps of an epoch.
        max_steps: The step after which a group ends at the latest.
    """

    layers: ClassLayers
    groups: Sequence[GroupShape]
    group_cells: int
    epoch_steps: int
    max_steps: int


@dataclass(frozen=True)
class Checkpoint:
    """An unfinished fit.

    Attributes:
        groups: The groups that are finished.
        current: The next group, or None if it has not begun.
        group_cells: Most cells of a group; with other groups it would be another fit
            where the goal is in decibels.
        epoch_steps: Steps of an epoch; with other batches it would be another fit.
    """

    groups: tuple[FinishedGroup, ...] = ()
    current: GroupState | None = None
    group_cells: int = 0
    epoch_steps: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was done."""
        return not self.groups and self.current is None

    def matches(self, shape: FitShape) -> bool:
        """Return whether this may be a checkpoint of a fit with these shapes."""
        return (
            self.group_cells == shape.group_cells
            and self.epoch_steps == shape.epoch_steps
            and len(self.groups) <= len(shape.groups)
            and all(map(_group_matches, self.groups, shape.groups, [shape] * len(self.groups)))
            and self._current_matches(shape)
        )

    def _current_matches(self, shape: FitShape) -> bool:
        if self.current is None:
            return True
        variables = self.current.training.variables
        return (
            len(self.groups) < len(shape.groups)
            and self.current.cycle.end <= shape.max_steps
            and variables.shape == (3, shape.groups[len(self.groups)].parameters)
            and bool(np.isfinite(variables).all())
        )


def _group_matches(group: FinishedGroup, expected: GroupShape, shape: FitShape) -> bool:
    return (
        group.steps <= shape.max_steps
        and _kinds(group.layers) == _kinds(shape.layers)
        and cell_counts(group.layers) == expected.cells
        and all(map(finite, group.layers))
    )


def _kinds(layers: ClassLayers) -> list[Any]:
    """Return name, type and shape of the arrays of layers, whatever the number of cells."""
    return [
        (name, array.dtype, array.shape[1:])
        for name, array in named_class_arrays(layers).items()
    ]
