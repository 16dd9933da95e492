"""The cells of a picture, learned in groups one after the other, and kept meanwhile."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import STOPPED
from siren_cli.model.grid import Grid, learned_coordinates
from siren_cli.pictures.picture import Picture, Pixels
from siren_cli.planning.checkpoint import Checkpoint, Group
from siren_cli.planning.checkpoint_file import Keeper
from siren_cli.planning.progress import Clock, Progress
from siren_cli.planning.schedule import Budget, Shares
from siren_cli.training.dataset import window_colors
from siren_cli.training.group import Learner, Window
from siren_cli.training.network import Network, Parameters


class Mosaic:
    """The cells of a picture while they learn.

    Args:
        picture: What they learn.
        grid: Its division into cells.
        learner: Teaches one group after the other.
        budget: What ends that besides the schedule.
    """

    def __init__(self, picture: Picture, grid: Grid, learner: Learner, budget: Budget) -> None:
        self._picture, self._grid, self._learner = picture, grid, learner
        self._budget = budget

    def learn(
        self, clock: Clock, report: Callable[[Progress], None], keeper: Keeper | None
    ) -> list[Group]:
        """Learn all groups that are not finished yet; return all.

        Args:
            clock: Says how far the fit is.
            report: Is told that.
            keeper: Keeps what is done, when it is time, and when the fit is stopped.
        """
        kept = keeper.kept if keeper else Checkpoint()
        groups, learning = list(kept.groups), kept.learning
        shares = Shares(self._budget, -(-self._grid.cells // self._learner.trainer.cells))
        for group in groups:
            shares.next()
            shares.reached(group.psnr)
        clock.finish_groups(len(groups))

        def keep() -> None:
            # A group that was not begun anew is still where it was kept.
            state = self._learner.state(len(groups)) or learning
            checkpoint = Checkpoint(tuple(groups), state, self._learner.epoch_steps)
            if keeper and checkpoint.group_cells:  # nothing is not kept over something
                keeper.save(checkpoint)

        try:
            for window in self._windows(len(groups)):
                for step in self._learner.learn(window, shares.next(), learning):
                    report(clock.progress(step))
                    if keeper and keeper.is_due():
                        keep()
                learning = None
                groups.append(self._finished(window))
                clock.finish_groups(1)
                shares.reached(groups[-1].psnr)
        except STOPPED:
            keep()
            raise
        return groups

    def _finished(self, window: Window) -> Group:
        parameters = self._learner.trainer.parameters()[: window.cells]
        layers = self._learner.trainer.network.stored(parameters, self._learner.config.dtype)
        psnr = 0.0 if self._budget.psnr is None else self._learner.psnr(window)
        return Group(self._learner.trainer.done, psnr, layers)

    def _windows(self, first: int) -> Iterator[Window]:
        """Yield what the groups are to learn, from number `first` on."""
        grid, size = self._grid, self._learner.trainer.cells
        for number, start in enumerate(range(0, grid.cells, size)):
            if number < first:
                continue
            own = np.arange(start, min(start + size, grid.cells))
            # All of one size, for another shape would be compiled anew: where cells
            # are too few, they are taken again.
            cells = np.resize(own, size)
            colors = window_colors(self._picture.pixels, grid, cells)
            initial = _initial_parameters(
                self._learner.trainer.network, grid, cells, colors, self._learner.config.seed
            )
            yield Window(
                *learned_coordinates(grid),
                colors,
                initial,
                len(own),
                number,
                self._picture.facts.bit_depth,
            )


def _initial_parameters(
    network: Network, grid: Grid, cells: NDArray[np.int64], colors: Pixels, seed: int
) -> Parameters:
    # A function of seed and place alone, so that grouping changes nothing.
    # The single network of the paper starts as the paper says.
    mosaic = network.config.cell_size > 0
    means = colors.mean(axis=0, dtype=np.float64) if mosaic else [None] * len(cells)
    seeds = [(seed, *grid.row_and_column(int(cell))) for cell in cells]
    return np.stack(
        [network.initial(*arguments) for arguments in zip(seeds, means, strict=True)]
    )
