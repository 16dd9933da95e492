"""An unfinished fit: its finished groups of cells, and the state of the next one.

Batches are a function of (seed, epoch), so a fit that goes on from a checkpoint ends
with the same bits as one that was never stopped. `checkpoint_file` writes and reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.layers import Layer, finite
from siren_cli.planning.schedule import Cycle, Evaluation


class TrainingState(NamedTuple):
    """The trainable values of a group after some steps.

    Attributes:
        done: Steps so far.
        variables: The parameters and Adam's two moments, shape (3, cells, parameters
            of one cell).
    """

    done: int
    variables: NDArray[np.float32]


def initial_state(parameters: NDArray[np.float32]) -> TrainingState:
    """Return the state before the first step, of shape (cells, parameters of one cell)."""
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
class FitShape:
    """The shapes that a checkpoint must have to belong to a fit.

    Attributes:
        cell_layers: The layers of one or more cells, as they are stored.
        cell_parameters: Trainable values of a cell.
        cells: Number of cells of the picture.
        epoch_steps: Steps of an epoch.
        max_steps: The step after which a group ends at the latest.
    """

    cell_layers: Sequence[Layer]
    cell_parameters: int
    cells: int
    epoch_steps: int
    max_steps: int


@dataclass(frozen=True)
class Checkpoint:
    """An unfinished fit.

    Attributes:
        groups: The groups that are finished.
        current: The next group, or None if it has not begun.
        epoch_steps: Steps of an epoch; with other batches it would be another fit.
    """

    groups: tuple[FinishedGroup, ...] = ()
    current: GroupState | None = None
    epoch_steps: int = 0

    @property
    def group_cells(self) -> int | None:
        """Cells of every group but the last, or None if nothing was done."""
        if self.current:
            return int(self.current.training.variables.shape[1])
        return self.groups[0].cells if self.groups else None

    def is_complete(self, cells: int) -> bool:
        """Return whether all of a picture's cells are finished."""
        return self.current is None and cells == sum(group.cells for group in self.groups)

    def matches(self, shape: FitShape) -> bool:
        """Return whether this may be a checkpoint of a fit with these shapes."""
        size = self.group_cells
        if size is None:
            return True
        return (
            size > 0
            and self.epoch_steps == shape.epoch_steps
            and self._groups_match(shape, size)
            and self._current_matches(shape, size)
        )

    def _groups_match(self, shape: FitShape, size: int) -> bool:
        sizes = [min(size, shape.cells - start) for start in range(0, shape.cells, size)]
        return [group.cells for group in self.groups] == sizes[: len(self.groups)] and all(
            group.steps <= shape.max_steps
            and _kinds(group.layers) == _kinds(shape.cell_layers)
            and finite(group.layers)
            for group in self.groups
        )

    def _current_matches(self, shape: FitShape, size: int) -> bool:
        if self.current is None:
            return True
        variables = self.current.training.variables
        return (
            size * len(self.groups) < shape.cells
            and self.current.cycle.end <= shape.max_steps
            and variables.shape == (3, size, shape.cell_parameters)
            and bool(np.isfinite(variables).all())
        )


def _kinds(layers: Sequence[Layer]) -> list[Any]:
    """Return name, type and shape of the arrays of layers, whatever the number of cells."""
    return [
        (name, array.dtype, array.shape[1:])
        for layer in layers
        for name, array in layer.arrays().items()
    ]
