"""Trainers that were compiled once and serve again.

A training step is compiled for one shape. A picture of fewer cells can use it, too,
with some cells taken twice; it is compiled anew only where that would take longer.
"""

from typing import NamedTuple

import tensorflow as tf

from siren_cli.config import FitConfig
from siren_cli.planning.batching import Batching
from siren_cli.training.network import Network
from siren_cli.training.trainer import Trainer


class Compiled(NamedTuple):
    """A trainer that is ready.

    Attributes:
        trainer: The trainer.
        seconds: What it took to compile.
        step_seconds: About what a step takes.
    """

    trainer: Trainer
    seconds: float
    step_seconds: float


class Trainers:
    """The trainers of one strategy and schedule.

    Args:
        strategy: Decides the replicas.
        config: The schedule.
    """

    def __init__(self, strategy: tf.distribute.Strategy, config: FitConfig) -> None:
        self._strategy, self._config = strategy, config
        self._compiled: list[Compiled] = []

    @property
    def compilations(self) -> int:
        """How many trainers there are."""
        return len(self._compiled)

    def clear(self) -> None:
        """Give their memory back."""
        self._compiled.clear()

    def take(
        self, network: Network, batching: Batching, cells: int, sizes: tuple[int, int]
    ) -> Compiled:
        """Return a trainer for a picture, compiled now if none before will do.

        Args:
            network: Shape of each cell's network.
            batching: How a cell's points are dealt into batches.
            cells: Cells of the picture.
            sizes: Cells of a group that are wanted, and that it may have at most.
        """
        size, largest = sizes

        def wasted_seconds(compiled: Compiled) -> float:
            filled = -cells % compiled.trainer.cells
            steps = batching.steps * self._config.epochs
            return steps * compiled.step_seconds * filled / compiled.trainer.cells

        # A single cell is trained in another way, so never among fillers.
        usable = [
            each
            for each in self._compiled
            if each.trainer.network == network
            and each.trainer.batch_size == batching.size
            and size <= each.trainer.cells <= largest
            and (each.trainer.cells == 1) == (size == 1)
        ]
        best = min(usable, key=wasted_seconds, default=None)
        if best is None or wasted_seconds(best) > best.seconds:
            trainer = Trainer(self._strategy, network, self._config, batching.size, size)
            best = Compiled(trainer, *trainer.compile())
            self._compiled.append(best)
        return best
