"""Training all cells of a picture, group by group, with a checkpoint meanwhile."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import STOPPED
from siren_cli.model.grid import Grid, learned_coordinates
from siren_cli.pictures.picture import Picture, Pixels
from siren_cli.planning.checkpoint import Checkpoint, FinishedGroup, GroupState
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.progress import Progress, ProgressClock
from siren_cli.planning.schedule import Budget, BudgetAllocator
from siren_cli.training.dataset import cell_colors
from siren_cli.training.group import GroupTargets, GroupTrainer
from siren_cli.training.network import Network, Parameters


class Mosaic:
    """The cells of a picture while they are trained.

    Args:
        picture: The picture.
        plan: Its plan.
        trainer: Trains one group after the other.
        budget: The limits that end it besides the schedule.
        file: Where checkpoints are saved, or None.
    """

    def __init__(
        self,
        picture: Picture,
        plan: FitPlan,
        trainer: GroupTrainer,
        budget: Budget,
        file: CheckpointFile | None,
    ) -> None:
        self._picture, self._plan, self._trainer = picture, plan, trainer
        self._budget, self._file = budget, file

    def train(
        self, clock: ProgressClock, report: Callable[[Progress], None]
    ) -> list[FinishedGroup]:
        """Train all groups that are not finished yet; return all groups.

        Args:
            clock: Turns steps into progress.
            report: Called with the progress a few times a second.
        """
        checkpoint = self._file.checkpoint if self._file else Checkpoint()
        finished, resumed = list(checkpoint.groups), checkpoint.current
        groups = -(-self._plan.grid.cells // self._trainer.trainer.cells)
        budgets = BudgetAllocator(self._budget, groups)
        for group in finished:
            budgets.next()
            budgets.record(group.psnr)
        clock.finish_groups(len(finished))
        try:
            for targets in self._targets(first=len(finished)):
                for step in self._trainer.train(targets, budgets.next(), resumed):
                    report(clock.progress(step))
                    if self._file and self._file.is_due():
                        self._save(finished, resumed)
                resumed = None
                finished.append(self._finished(targets))
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
        checkpoint = Checkpoint(tuple(finished), current, self._plan.batching.steps)
        if self._file and checkpoint.group_cells:
            self._file.save(checkpoint)

    def _finished(self, targets: GroupTargets) -> FinishedGroup:
        psnr = 0.0 if self._budget.psnr is None else self._trainer.psnr(targets)
        return FinishedGroup(self._trainer.trainer.done, psnr, self._trainer.stored(targets))

    def _targets(self, first: int) -> Iterator[GroupTargets]:
        """Yield the targets of the groups, from number `first` on."""
        grid, seed = self._plan.grid, self._plan.config.fit.seed
        network, size = self._trainer.trainer.network, self._trainer.trainer.cells
        y, x = learned_coordinates(grid)
        for number, start in enumerate(range(0, grid.cells, size)):
            if number < first:
                continue
            own = np.arange(start, min(start + size, grid.cells))
            # All groups have one size, for another shape would be compiled anew: where
            # cells are too few, some are taken twice.
            cells = np.resize(own, size)
            colors = cell_colors(self._picture.pixels, grid, cells)
            yield GroupTargets(
                number=number,
                y=y,
                x=x,
                colors=colors,
                initial=initial_parameters(network, grid, cells, colors, seed),
                cells=len(own),
                bit_depth=self._picture.facts.bit_depth,
            )


def initial_parameters(
    network: Network, grid: Grid, cells: NDArray[np.int64], colors: Pixels, seed: int
) -> Parameters:
    """Return the initial parameters of cells, shape (cells, parameters of one cell).

    They are a function of the seed and the cell's place alone, so that groups of any
    size give the same result. The single network of the paper starts as the paper says;
    cells of a mosaic start with their mean color.
    """
    is_mosaic = network.config.cell_size > 0
    means = colors.mean(axis=0, dtype=np.float64) if is_mosaic else [None] * len(cells)
    seeds = [(seed, *grid.row_and_column(int(cell))) for cell in cells]
    return np.stack(
        [network.initial(*arguments) for arguments in zip(seeds, means, strict=True)]
    )
