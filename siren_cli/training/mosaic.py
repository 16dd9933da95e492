"""Training all cells of a picture, group by group, with a checkpoint meanwhile."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import STOPPED
from siren_cli.model.grid import learned_coordinates
from siren_cli.pictures.picture import Picture, Pixels
from siren_cli.planning.checkpoint import Checkpoint, FinishedGroup, GroupState
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.groups import Group
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.progress import Progress, ProgressClock
from siren_cli.planning.schedule import Budget, BudgetAllocator
from siren_cli.training.dataset import cell_colors
from siren_cli.training.group import GroupTrainer
from siren_cli.training.network import Network
from siren_cli.training.targets import GroupTargets


class Mosaic:
    """The cells of a picture while they are trained.

    Args:
        picture: The picture.
        plan: Its plan.
        groups: Its groups of cells.
        trainer: Trains one group after the other.
        file: Where checkpoints are saved, or None.
    """

    def __init__(
        self,
        picture: Picture,
        plan: FitPlan,
        groups: Sequence[Group],
        trainer: GroupTrainer,
        file: CheckpointFile | None,
    ) -> None:
        self._picture, self._plan, self._groups = picture, plan, groups
        self._trainer, self._file = trainer, file

    def train(
        self, budget: Budget, clock: ProgressClock, report: Callable[[Progress], None]
    ) -> list[FinishedGroup]:
        """Train all groups that are not finished yet; return all groups.

        Args:
            budget: The limits that end it besides the schedule.
            clock: Turns steps into progress.
            report: Called with the progress a few times a second.
        """
        checkpoint = self._file.checkpoint if self._file else Checkpoint()
        finished, resumed = list(checkpoint.groups), checkpoint.current
        sizes = [group.size(self._plan.classes.layer_sizes) for group in self._groups]
        budgets = BudgetAllocator(budget, sizes)
        for group in finished:
            budgets.record(group.psnr)
        clock.finish_groups(len(finished))
        try:
            for targets in self._targets(first=len(finished)):
                for step in self._trainer.train(targets, budgets.next(), resumed):
                    report(clock.progress(step))
                    if self._file and self._file.is_due():
                        self._save(finished, resumed)
                resumed = None
                finished.append(self._finished(targets, budget))
                self._trainer.release()
                clock.finish_groups(1)
                budgets.record(finished[-1].psnr)
        except STOPPED:
            self._save(finished, resumed)
            raise
        return finished

    def _save(self, finished: list[FinishedGroup], resumed: GroupState | None) -> None:
        """Save a checkpoint, unless nothing was done yet."""
        # A group that has not gone on yet is where it was resumed.
        current = self._trainer.group_state(len(finished)) or resumed
        plan = self._plan
        checkpoint = Checkpoint(tuple(finished), current, plan.group_cells, plan.batching.steps)
        if self._file and not checkpoint.is_empty:
            self._file.save(checkpoint)

    def _finished(self, targets: GroupTargets, budget: Budget) -> FinishedGroup:
        psnr = 0.0 if budget.psnr is None else self._trainer.psnr(targets)
        return FinishedGroup(self._trainer.done, psnr, self._trainer.stored(targets))

    def _targets(self, first: int) -> Iterator[GroupTargets]:
        """Yield the targets of the groups, from number `first` on."""
        grid = self._plan.grid
        y, x = learned_coordinates(grid)
        for number, group in enumerate(self._groups):
            if number < first:
                continue
            colors = cell_colors(self._picture.pixels, grid, group.cells)
            yield GroupTargets(
                number=number,
                y=y,
                x=x,
                colors=colors,
                initial=initial_parameters(self._plan, group, colors),
                group=group,
                pixel=(2.0 / grid.y.cell_size, 2.0 / grid.x.cell_size),
                bit_depth=self._picture.facts.bit_depth,
            )


def initial_parameters(plan: FitPlan, group: Group, colors: Pixels) -> NDArray[np.float32]:
    """Return the initial parameters of a group's cells, without repetitions.

    They are a function of the seed, the cell's place and its width alone, so that groups
    of any size give the same result. The single network of the paper starts as the paper
    says; cells of a mosaic start with their mean color.

    Args:
        plan: The networks and the seed.
        group: The cells.
        colors: Their targets, shape (points, cells, channels), those of repetitions too.
    """
    is_mosaic, seed = plan.config.network.cell_size > 0, plan.config.fit.seed
    means = colors.mean(axis=0, dtype=np.float64) if is_mosaic else [None] * len(group.cells)
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
