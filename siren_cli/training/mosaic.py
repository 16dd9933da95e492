"""Training all cells of a picture, group by group, with a checkpoint meanwhile."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import STOPPED, DivergedError, SirenError
from siren_cli.model.grid import learned_coordinates
from siren_cli.model.layers import finite
from siren_cli.pictures.picture import Pixels
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.checkpoint import Cells, GroupState
from siren_cli.planning.crew import Crew
from siren_cli.planning.finished_cells import FinishedCells
from siren_cli.planning.groups import Group
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.progress import Progress, ProgressClock
from siren_cli.planning.schedule import Budget, BudgetAllocator
from siren_cli.rendering.derivatives import VALUE
from siren_cli.representation import cell_records
from siren_cli.training.cell_colors import CellColors
from siren_cli.training.cell_lessons import CellLessons
from siren_cli.training.group import GroupTrainer
from siren_cli.training.network import Network
from siren_cli.training.targets import GroupTargets


class Training(NamedTuple):
    """What all groups of a picture have in common while they are trained.

    Attributes:
        source: The picture, which is read once.
        report: Called with the progress a few times a second.
        budget: The limits that end it besides the schedule.
        crew: Who takes part, and where checkpoints are saved.
        finished: Gets the finished cells.
    """

    source: PixelSource
    report: Callable[[Progress], None]
    budget: Budget
    crew: Crew
    finished: FinishedCells


class Mosaic:
    """The cells of a picture while they are trained.

    Args:
        training: The picture, and where its cells go.
        plan: Its plan.
        trainer: Trains one group after the other.
    """

    def __init__(self, training: Training, plan: FitPlan, trainer: GroupTrainer) -> None:
        self._training, self._plan, self._trainer = training, plan, trainer
        self._finished, self._file = training.finished, training.crew.file

    def train(
        self,
        groups: Sequence[Group],
        resumed: GroupState | None,
        budgets: BudgetAllocator,
        clock: ProgressClock,
    ) -> None:
        """Train the groups that are left.

        Args:
            groups: The groups.
            resumed: The state of the first of them; None begins it.
            budgets: The limits that end each of them besides the schedule.
            clock: Turns steps into progress.
        """
        nothing = np.zeros(0, np.int64)
        cells = np.concatenate([nothing, *(group.cells for group in groups)])
        colors = self._colors(cells)
        try:
            for group in groups:
                targets, budget = self._targets(group, colors), budgets.next()
                for step in self._trainer.train(targets, budget, resumed):
                    self._training.report(clock.progress(step))
                    has_come = self._training.crew.take_finished(self._finished)
                    if self._file and self._file.is_due(group_finished=has_come):
                        self._save(resumed)
                resumed = None
                budgets.record(self._finish(targets, is_measured=budget.psnr is not None))
                clock.finish_groups(1)
        except DivergedError:
            raise
        except (*STOPPED, SirenError):  # the user has stopped it, or another host was lost
            self._save(resumed)
            raise

    def _colors(self, cells: Cells) -> CellColors | CellLessons:
        """Return what some cells are taught: the picture's values, or the plan's lesson."""
        grid, lesson = self._plan.taught_grid, self._plan.lesson
        if lesson:
            return CellLessons(lesson, grid)
        return CellColors(self._training.source, grid, cells)

    def _save(self, resumed: GroupState | None) -> None:
        # A group that has not gone on yet is where it was resumed.
        self._finished.save(self._trainer.group_state() or resumed)

    def _finish(self, targets: GroupTargets, *, is_measured: bool) -> float:
        """Keep a trained group; return its PSNR, or 0 if it is not measured."""
        plan, group, steps = self._plan, targets.group, self._trainer.done
        layers = self._trainer.stored(targets)
        if not all(map(finite, layers)):
            raise DivergedError(
                f"the weights outgrew {plan.config.fit.dtype}; try --dtype float32"
            )
        psnr = self._trainer.psnr(targets) if is_measured else 0.0
        classes = group.classes(plan.classes.layer_sizes)
        records = list(cell_records.encode(classes, plan.config.fit.dtype, layers))
        self._finished.add(group.real_cells, records, steps, psnr)
        self._trainer.release()
        if self._file and self._file.is_due(group_finished=True):
            self._finished.save(None)
        return psnr

    def _targets(self, group: Group, colors: CellColors | CellLessons) -> GroupTargets:
        grid = self._plan.taught_grid
        y, x = learned_coordinates(grid)
        taken = colors.take(group.cells)
        return GroupTargets(
            y=y,
            x=x,
            colors=taken,
            initial=initial_parameters(self._plan, group, taken),
            group=group,
            pixel=(2.0 / grid.y.cell_size, 2.0 / grid.x.cell_size),
            bit_depth=self._training.source.facts.bit_depth,
        )


def initial_parameters(plan: FitPlan, group: Group, colors: Pixels) -> NDArray[np.float32]:
    """Return the initial parameters of a group's cells, without repetitions.

    They are a function of the seed, the cell's place and its width alone, so that groups
    of any size give the same result. The single network of the paper starts as the paper
    says; cells of a mosaic start with their mean color.

    Args:
        plan: The networks and the seed.
        group: The cells.
        colors: Their targets, shape (points, cells, orders * channels), those of
            repetitions too.
    """
    is_mosaic, seed = plan.config.network.cell_size > 0, plan.config.fit.seed
    means = _means(plan, colors) if is_mosaic else [None] * len(group.cells)
    every = zip(group.cells, means, group.is_real, strict=True)
    cells = ((cell, mean) for cell, mean, is_real in every if is_real)
    parameters = []
    for block in group.blocks:
        network = Network(plan.networks[block.number], plan.facts.channels)
        for _ in range(block.real):
            cell, mean = next(cells)
            place = plan.grid.row_and_column(int(cell))
            parameters.append(network.initial((seed, *place), mean))
    return np.concatenate(parameters)


def _means(plan: FitPlan, colors: Pixels) -> NDArray[np.float64]:
    """Return the mean color of each cell, mid-gray where no value is taught.

    Args:
        plan: Says what the targets are.
        colors: They, shape (points, cells, orders * channels).
    """
    means: NDArray[np.float64]
    if plan.lesson is None:
        means = colors.mean(axis=0, dtype=np.float64)
        return means
    channels, orders = plan.facts.channels, plan.teaching.orders
    if orders[0] != VALUE:
        return np.zeros((colors.shape[1], channels))
    values = colors[..., :channels]
    known = ~np.isnan(values)
    sums = np.where(known, values, 0.0).sum(axis=0, dtype=np.float64)
    means = sums / np.maximum(known.sum(axis=0), 1)
    return means
