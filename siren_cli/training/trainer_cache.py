"""Trainers and compiled steps that later groups and pictures use again.

TensorFlow compiles the step of a block once for each network and size of block, in a third
of a second, and keeps it as long as its `Objective` is kept. A trainer joins the steps of
its blocks, and serves all groups that have the same blocks.
"""

from typing import Any

import tensorflow as tf

from siren_cli.planning.groups import Group
from siren_cli.planning.lesson import Teaching
from siren_cli.planning.plan import FitPlan
from siren_cli.training.network import Network
from siren_cli.training.objective import LossShape, Objective
from siren_cli.training.parts import PartShape
from siren_cli.training.trainer import Trainer

# Most trainers that are kept; a picture has two for each class at most.
MAX_TRAINERS = 16


class TrainerCache:
    """The compiled trainers of one strategy.

    Args:
        strategy: Decides the replicas.
    """

    def __init__(self, strategy: tf.distribute.Strategy) -> None:
        self._strategy = strategy
        self._objectives: dict[Any, Objective] = {}
        self._trainers: dict[Any, Trainer] = {}

    @property
    def compilations(self) -> int:
        """Number of steps of blocks that were compiled."""
        return sum(objective.compilations for objective in self._objectives.values())

    def clear(self) -> None:
        """Give the memory of all trainers back."""
        self._trainers.clear()

    def get(self, plan: FitPlan, group: Group) -> Trainer:
        """Return a trainer for a group, compiled now if no earlier one has such blocks."""
        shapes = tuple(
            PartShape(self._objective(plan, block.number), len(block.cells))
            for block in group.blocks[:: plan.cell_replicas]
        )
        batch_points, fit = plan.batching.batch_points, plan.config.fit
        # The epochs, highest rate, seed and stored type are not compiled into a step.
        key = shapes, batch_points, fit.beta_2, fit.warmup_steps, fit.decay
        if key not in self._trainers:
            trainer = Trainer(self._strategy, shapes, fit, batch_points, plan.cell_replicas)
            trainer.compile()
            while len(self._trainers) >= MAX_TRAINERS:
                del self._trainers[next(iter(self._trainers))]  # the oldest
            self._trainers[key] = trainer
        return self._trainers[key]

    def _objective(self, plan: FitPlan, number: int) -> Objective:
        """Return what the cells of a class learn."""
        network = Network(plan.networks[number], plan.facts.channels, plan.rate_factors[number])
        key = network, loss_shape(plan)
        if key not in self._objectives:
            self._objectives[key] = Objective(*key)
        return self._objectives[key]


def loss_shape(plan: FitPlan) -> LossShape:
    """Return what is compiled into the loss of a plan's cells."""
    teaching, grid = plan.teaching, plan.grid
    points, with_areas = plan.batching.batch_points, plan.config.fit.area_share > 0.0
    shape = LossShape(points, with_areas, teaching._replace(tie=0.0))
    if teaching == Teaching():
        return shape  # whatever the grid is, it is the same loss
    pixel = 2.0 / grid.y.cell_size, 2.0 / grid.x.cell_size
    if plan.is_whole:
        return shape._replace(pixel=pixel, whole=grid)
    if not plan.is_tied:
        return shape._replace(pixel=pixel)
    reach = pixel[0] * grid.y.margin, pixel[1] * grid.x.margin
    return shape._replace(teaching=teaching, pixel=pixel, reach=reach)
