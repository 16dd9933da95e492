"""Training steps of a group of cells, compiled once and run many at a time.

A step updates all cells of a group with one batch of points. The group consists of parts,
cells of one class each, which are computed side by side on CPUs, each compiled as a whole
by XLA; where there is a single cell, its points are divided into shares instead. Replicas
have cells of their own, and hear of others only what tied cells say, so their number changes no
bit. Where a picture is one network, they share the points of the batch and add up their
gradients.
"""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from siren_cli.config import FitConfig
from siren_cli.model.grid import PIXEL_POINTS, Grid
from siren_cli.planning.checkpoint import TrainingState
from siren_cli.planning.groups import Group
from siren_cli.planning.plan import Batching
from siren_cli.planning.schedule import Cycle
from siren_cli.training.batch_losses import BatchLosses, replica_number
from siren_cli.training.dataset import NO_AREA, Samples, batches, whole_batches
from siren_cli.training.devices import share_count
from siren_cli.training.network import Parameters
from siren_cli.training.optimizer import Adam, AdamStep, rate_scale
from siren_cli.training.parts import Parts, PartShape

# Most steps over which the time of a step is measured.
TRIAL_STEPS = 30
# Most time for which it is measured, in seconds; slow steps are measured over fewer.
TRIAL_SECONDS = 0.1
# The learning rate of steps that learn means over pixels, over that of others: their batches
# have a quarter of the pixels.
AREA_RATE = 0.5
# The learning rate of steps of the whole picture, over that of others: their gradients have no
# noise, and an epoch has a single one.
WHOLE_RATE = 3.0
# Gives each of four points the mean of their values.
MEAN = np.full((PIXEL_POINTS, PIXEL_POINTS), 1.0 / PIXEL_POINTS)


class Trainer:
    """The networks of a group of cells while they are trained.

    It is built and compiled once, and used for one group after the other that has such
    parts, of one picture and of the next.

    Args:
        strategy: Decides the replicas.
        shapes: The parts.
        config: A schedule; others may be used that differ in epochs, highest rate, seed or
            stored type alone.
        batch_points: Points of every batch.
        cell_replicas: Replicas that share the cells of a group; 1 if all share the points.

    Attributes:
        cells: Number of cells of all parts on all these replicas.
        step_seconds: About the seconds that a step takes, at first by `compile`.
        areas: Whether means over pixels are learned now, or colors at their centers.
    """

    def __init__(
        self,
        strategy: tf.distribute.Strategy,
        shapes: Sequence[PartShape],
        config: FitConfig,
        batch_points: int,
        cell_replicas: int,
    ) -> None:
        self._batch_points = batch_points
        self.step_seconds = 0.0
        self._strategy, self._cell_replicas = strategy, cell_replicas
        self._point_replicas = strategy.num_replicas_in_sync // cell_replicas
        self._replica_cells = sum(shape.cells for shape in shapes)
        self._shares = 1
        if self._replica_cells == 1 and not shapes[0].objective.shape.whole:
            self._shares = share_count(strategy, batch_points, self._point_replicas)
        self._adam = Adam(config)
        self._parts = Parts(strategy, shapes, cell_replicas)
        self.cells = self._parts.cells
        # It is counted where steps are done, so it is right even if a call is interrupted.
        self._done = tf.Variable(0)
        self._scales = tf.Variable([rate_scale(shape.network) for shape in shapes])
        self._losses = BatchLosses(
            self._parts, cell_replicas, self._point_replicas, self._shares
        )
        self.areas = False
        self._iterator: Any = None

    def compile(self) -> None:
        """Train zeros on zeros, so that later steps find everything compiled; take the time."""
        steps = 2 + TRIAL_STEPS
        points = self._batch_points * (1 if self._losses.is_whole else steps)
        channels = self._parts.parts[0].shape.objective.target_channels
        colors = np.zeros((points, self.cells, channels), np.float32)
        samples = Samples(np.zeros((points, 2), np.float32), colors, NO_AREA)
        self.deal(samples, Batching(points, steps, self._batch_points), seed=0, areas=False)
        cycle = Cycle(0, steps, learning_rate=0.0)
        self.run(cycle, 0, 1)
        self.step_seconds = self._timed(cycle, 1, 1)
        count = min(TRIAL_STEPS, int(TRIAL_SECONDS / self.step_seconds))
        if count:
            self.step_seconds = self._timed(cycle, 2, count)
        self.release()

    def _timed(self, cycle: Cycle, first: int, count: int) -> float:
        """Return the seconds that a step takes."""
        start = time.perf_counter()
        self.run(cycle, first, count)
        return (time.perf_counter() - start) / count

    def restore(self, state: TrainingState, group: Group) -> None:
        """Begin to train a group, or go on from a state; `deal` then begins its batches."""
        self._parts.assign(state.variables, [block.real for block in group.blocks])
        self._done.assign(state.done)

    def tie(self, grid: Grid, group: Group) -> None:
        """Say which cells of a group learn from each other in a grid."""
        cells = [group.cells[places] for places in self._parts.cells_of_replicas]
        self._losses.tie(grid, cells)

    def release(self) -> None:
        """Give back the memory of the group's points and colors."""
        self._iterator = None

    def deal(self, samples: Samples, batching: Batching, seed: int, *, areas: bool) -> None:
        """Begin to deal the batches of the next steps.

        Args:
            samples: The points of the group's cells, and their colors.
            batching: How the points are dealt into batches.
            seed: Decides their order.
            areas: Whether means over pixels are learned, or colors at their centers.
        """
        self.areas = areas
        self._losses.seed.assign(seed)
        self._losses.mixing.assign(MEAN if areas else np.eye(PIXEL_POINTS))
        cells = self._parts.cells_of_replicas
        if self._losses.is_whole:
            pipeline = whole_batches(samples, cells)
        else:
            pipeline = batches(samples, batching, seed, self.done, areas=areas, replicas=cells)
        self._iterator = iter(pipeline)

    @property
    def done(self) -> int:
        """Number of whole steps of the group so far, even after an interruption."""
        return int(self._done)

    def state(self) -> TrainingState:
        """Return the state after the last whole step, even after an interruption."""
        return TrainingState(self.done, self._parts.variables())

    def run(self, cycle: Cycle, first: int, count: int) -> float:
        """Do `count` steps of a cycle, from number `first` on.

        Returns:
            Their mean squared error, of values in [-1, 1].
        """
        steps = tf.constant([cycle.start, cycle.end, first, first + count])
        factor = AREA_RATE if self.areas else WHOLE_RATE if self._losses.is_whole else 1.0
        rate = tf.constant(cycle.learning_rate * factor)
        sums = self._run(self._iterator, steps, rate)
        return self._parts.mean(sums) / count

    def parameters(self) -> list[Parameters]:
        """Return the parameters of each block, shape (cells, parameters of one cell)."""
        return self._parts.parameters()

    # AutoGraph would write the code that it makes to the disk, which may be full.
    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def _run(self, iterator: Any, steps: tf.Tensor, learning_rate: tf.Tensor) -> Any:
        """Do some steps; return the sums of the losses of each replica's cells.

        Args:
            iterator: Gives the batches.
            steps: First step of the cycle and the one after its last; first step of
                this call and the one after its last. They are one tensor, for every
                argument costs time.
            learning_rate: The highest rate of the cycle.
        """
        cycle_start, cycle_end, first, end = tf.unstack(steps)

        def one(step: tf.Tensor, sums: Any) -> tuple[tf.Tensor, Any]:
            relative = self._adam.relative_rate(step - cycle_start, cycle_end - cycle_start)
            adam = self._adam.step(step, learning_rate * relative)
            batch = (*iterator.get_next(), self._losses.border_points(step))
            sums = self._strategy.run(self._step, args=(batch, adam, sums))
            return step + 1, self._strategy.experimental_local_results(sums)

        replicas = self._strategy.num_replicas_in_sync
        zeros = (tf.zeros(self._replica_cells),) * replicas
        _, sums = tf.while_loop(lambda step, _: step < end, one, (first, zeros))
        self._done.assign(end)
        return sums

    def _step(self, batch: tuple[Any, ...], step: AdamStep, sums: Any) -> Any:
        """Train a replica's cells; return the sums of their losses with these added."""
        losses, gradients = self._losses.of_batch(*batch)
        replica = tf.distribute.get_replica_context()
        if self._point_replicas > 1:
            gradients = replica.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
        scales = tf.unstack(self._scales.read_value())
        for part, gradient, scale in zip(self._parts.parts, gradients, scales, strict=True):
            self._adam.apply(part, gradient, step, scale)
        return sums[replica_number()] + tf.concat(losses, axis=0)
