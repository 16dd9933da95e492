"""An unfinished fit: its finished groups of cells, and the state of the next one.

Batches are a function of (seed, epoch), so a fit that goes on from a checkpoint ends
with the same bits as one that was never stopped. Groups are named by their cells, so it
may go on in other groups, where only part of the cells is left. `checkpoint_file` writes
and reads it.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.cell_classes import CellClasses
from siren_cli.model.layers import parameter_count
from siren_cli.planning.schedule import Cycle, Evaluation

Cells = NDArray[np.int64]


class TrainingState(NamedTuple):
    """The trainable values of a group after some steps.

    Attributes:
        done: Steps so far.
        variables: The parameters of all cells and Adam's two moments, shape
            (3, parameters of the group).
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
        cells: The numbers of its cells.
        training: Its trainable values, one cell after the other.
        cycle: The cycle that it is in.
        evaluations: How good it was after each cycle before.
    """

    cells: Cells
    training: TrainingState
    cycle: Cycle
    evaluations: tuple[Evaluation, ...] = ()


class FinishedGroup(NamedTuple):
    """A group of cells that is finished.

    Attributes:
        cells: The numbers of its cells.
        steps: The steps that it was trained for.
        psnr: Its PSNR in dB; 0 in a fit without a goal, which measures no groups.
        digest: The digest of its networks as they are stored, one cell after the other.
    """

    cells: Cells
    steps: int
    psnr: float
    digest: bytes


@dataclass(frozen=True)
class FitShape:
    """What a checkpoint must fit to.

    Attributes:
        classes: The shape of every cell's network.
        epoch_steps: Steps of an epoch.
        max_steps: The step after which a group ends at the latest.
    """

    classes: CellClasses
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
        """Return whether this may be a checkpoint of a fit of that shape."""
        return (
            self.group_cells > 0
            and self.epoch_steps == shape.epoch_steps
            and self._has_no_cell_twice(len(shape.classes.of_cells))
            and all(group.steps <= shape.max_steps for group in self.groups)
            and self._current_matches(shape)
        )

    def _has_no_cell_twice(self, count: int) -> bool:
        """Return whether no cell is outside a picture of `count` cells, or in two groups."""
        parts = [group.cells for group in self.groups]
        parts += [self.current.cells] if self.current else []
        cells = np.concatenate([np.zeros(0, np.int64), *parts])
        return bool(np.all(cells < count)) and len(np.unique(cells)) == len(cells)

    def _current_matches(self, shape: FitShape) -> bool:
        if self.current is None:
            return True
        counts = [parameter_count(sizes) for sizes in shape.classes.layer_sizes]
        parameters = sum(counts[number] for number in shape.classes.numbers[self.current.cells])
        variables = self.current.training.variables
        return (
            self.current.cycle.end <= shape.max_steps
            and variables.shape == (3, parameters)
            and bool(np.isfinite(variables).all())
        )
