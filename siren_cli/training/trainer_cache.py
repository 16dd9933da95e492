"""Trainers that were compiled for one picture and serve others.

A training step is compiled for one shape. A picture of fewer cells can use it with some
cells taken twice; another step is compiled only where that would take longer.
"""

from typing import NamedTuple

import tensorflow as tf

from siren_cli.planning.plan import FitPlan
from siren_cli.training.network import Network
from siren_cli.training.trainer import Trainer


class GroupSize(NamedTuple):
    """The number of cells that a picture's trainer may have.

    Attributes:
        smallest: Cells of a group.
        largest: Most cells of a trainer; those that are too many are taken twice.
        picture: Cells of the whole picture.
    """

    smallest: int
    largest: int
    picture: int

    def allows(self, cells: int) -> bool:
        """Return whether a trainer may have `cells` cells."""
        # A single cell is trained in another way, so it never fills up a group.
        alone = self.smallest == 1
        return self.smallest <= cells <= self.largest and (cells == 1) == alone


class TrainerCache:
    """The compiled trainers of one strategy.

    Args:
        strategy: Decides the replicas.
    """

    def __init__(self, strategy: tf.distribute.Strategy) -> None:
        self._strategy = strategy
        self._compiled: list[Trainer] = []

    @property
    def compilations(self) -> int:
        """Number of trainers that were compiled."""
        return len(self._compiled)

    def clear(self) -> None:
        """Give the memory of all trainers back."""
        self._compiled.clear()

    def get(self, network: Network, plan: FitPlan, size: GroupSize) -> Trainer:
        """Return a trainer for a picture, compiled now if no earlier one will do.

        Args:
            network: The network of each cell.
            plan: Its schedule, and how a cell's points are dealt into batches.
            size: How many cells the trainer may have.
        """
        config, batch_points = plan.config.fit, plan.batching.batch_points
        steps = plan.batching.steps * config.epochs

        def seconds_for_filling(trainer: Trainer) -> float:
            """Return the seconds that the fit spends on cells taken twice."""
            filled = -size.picture % trainer.cells
            return steps * trainer.step_seconds * filled / trainer.cells

        usable = [
            each
            for each in self._compiled
            if each.network == network
            and each.serves(config)
            and each.batch_points == batch_points
            and size.allows(each.cells)
        ]
        best = min(usable, key=seconds_for_filling, default=None)
        if best is not None and seconds_for_filling(best) <= best.compilation_seconds:
            return best
        trainer = Trainer(self._strategy, network, config, batch_points, size.smallest)
        trainer.compile()
        self._compiled.append(trainer)
        return trainer
