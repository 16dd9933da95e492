"""Training steps of a group of cells, compiled once and run many at a time.

A step updates all cells of a group with one batch of points. The group consists of parts,
cells of one class each, which are computed side by side on CPUs, each compiled as a whole
by XLA; where there is a single cell, its points are divided into shares instead. Replicas
share the points of the batch and add up their gradients, so they stay equal to the bit.
"""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.config import FitConfig
from siren_cli.model.grid import PIXEL_POINTS
from siren_cli.planning.checkpoint import TrainingState, initial_state
from siren_cli.planning.plan import Batching
from siren_cli.planning.schedule import Cycle
from siren_cli.training.dataset import NO_AREA, Samples, batches
from siren_cli.training.devices import share_count
from siren_cli.training.network import Parameters
from siren_cli.training.optimizer import Adam, AdamStep, rate_scale
from siren_cli.training.parts import Part, PartShape, new_part

# Most steps over which the time of a step is measured.
TRIAL_STEPS = 30
# Most time for which it is measured, in seconds; slow steps are measured over fewer.
TRIAL_SECONDS = 0.1
# The learning rate of steps that learn means over pixels, over that of others: their batches
# have a quarter of the pixels.
AREA_RATE = 0.5
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

    Attributes:
        cells: Number of cells of all parts.
        step_seconds: About the seconds that a step takes, at first by `compile`.
        areas: Whether means over pixels are learned now, or colors at their centers.
    """

    def __init__(
        self,
        strategy: tf.distribute.Strategy,
        shapes: Sequence[PartShape],
        config: FitConfig,
        batch_points: int,
    ) -> None:
        self._batch_points = batch_points
        self.cells = sum(shape.cells for shape in shapes)
        self.step_seconds = 0.0
        replica_points = batch_points // strategy.num_replicas_in_sync
        self._shares = share_count(strategy, replica_points) if self.cells == 1 else 1
        self._strategy = strategy
        self._adam = Adam(config)
        with strategy.scope():
            self._parts = [new_part(shape) for shape in shapes]
        # It is counted where steps are done, so it is right even if a call is interrupted.
        self._done = tf.Variable(0)
        self._scales = tf.Variable([rate_scale(shape.network) for shape in shapes])
        self._mixing = tf.Variable(tf.eye(PIXEL_POINTS))
        self.areas = False
        self._iterator: Any = None

    def compile(self) -> None:
        """Train on zeros, so that later steps find everything compiled; take the time."""
        steps = 2 + TRIAL_STEPS
        points = steps * self._batch_points
        channels = self._parts[0].shape.network.channels
        colors = np.zeros((points, self.cells, channels), np.float32)
        samples = Samples(np.zeros((points, 2), np.float32), colors, NO_AREA)
        batching = Batching(points, steps, self._batch_points)
        self.restore(
            initial_state(np.zeros(self.parameter_count, np.float32)), samples, batching
        )
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

    def restore(
        self,
        state: TrainingState,
        samples: Samples,
        batching: Batching,
        seed: int = 0,
        *,
        areas: bool = False,
    ) -> None:
        """Begin to train a group, or go on from a state.

        Args:
            state: The state.
            samples: The points of the group's cells, and their colors.
            batching: How the points are dealt into batches.
            seed: Decides their order.
            areas: Whether means over pixels are learned first, or colors at their centers.
        """
        for part, variables in zip(self._parts, self._of_parts(state.variables), strict=True):
            for variable, value in zip(part.variables, variables, strict=True):
                variable.assign(value.reshape(variable.shape))
        self._done.assign(state.done)
        self.deal(samples, batching, seed, areas=areas)

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
        self._mixing.assign(MEAN if areas else np.eye(PIXEL_POINTS))
        self._iterator = iter(batches(samples, batching, seed, self.done, areas=areas))

    @property
    def done(self) -> int:
        """Number of whole steps of the group so far, even after an interruption."""
        return int(self._done)

    @property
    def parameter_count(self) -> int:
        """Number of parameters of all parts."""
        return sum(part.parameter_count for part in self._parts)

    def state(self) -> TrainingState:
        """Return the state after the last whole step, even after an interruption."""
        parts = [
            np.stack([variable.numpy().ravel() for variable in part.variables])
            for part in self._parts
        ]
        return TrainingState(self.done, np.concatenate(parts, axis=1))

    def run(self, cycle: Cycle, first: int, count: int) -> float:
        """Do `count` steps of a cycle, from number `first` on.

        Returns:
            Their mean squared error, of values in [-1, 1].
        """
        steps = tf.constant([cycle.start, cycle.end, first, first + count])
        rate = cycle.learning_rate * (AREA_RATE if self.areas else 1.0)
        return float(self._run(self._iterator, steps, tf.constant(rate)))

    def parameters(self) -> list[Parameters]:
        """Return the parameters of each part, shape (cells, parameters of one cell)."""
        return [part.parameters.numpy() for part in self._parts]

    def replica_parameters(self) -> list[Parameters]:
        """Return each replica's own copy of the parameters of all parts."""
        copies = [self._strategy.experimental_local_results(p.parameters) for p in self._parts]
        return [
            np.concatenate([c.numpy().ravel() for c in copy])
            for copy in zip(*copies, strict=True)
        ]

    # AutoGraph would write the code that it makes to the disk, which may be full.
    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def _run(self, iterator: Any, steps: tf.Tensor, learning_rate: tf.Tensor) -> tf.Tensor:
        """Do some steps.

        Args:
            iterator: Gives the batches.
            steps: First step of the cycle and the one after its last; first step of
                this call and the one after its last. They are one tensor, for every
                argument costs time.
            learning_rate: The highest rate of the cycle.
        """
        cycle_start, cycle_end, first, end = tf.unstack(steps)

        def one(step: tf.Tensor, total: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            relative = self._adam.relative_rate(step - cycle_start, cycle_end - cycle_start)
            adam = self._adam.step(step, learning_rate * relative)
            losses = self._strategy.run(self._step, args=(*iterator.get_next(), adam))
            return step + 1, total + self._strategy.reduce("SUM", losses, axis=None)

        _, total = tf.while_loop(lambda step, _: step < end, one, (first, tf.constant(0.0)))
        self._done.assign(end)
        return total / tf.cast((end - first) * self.cells, tf.float32)

    def _step(self, coordinates: tf.Tensor, colors: tf.Tensor, step: AdamStep) -> tf.Tensor:
        coordinates, colors = map(_share_of_replica, (coordinates, colors))
        targets = tf.split(colors, [part.shape.cells for part in self._parts], axis=1)
        results = map(partial(self._summed_over_shares, coordinates), self._parts, targets)
        losses, gradients = zip(*results, strict=True)
        replica = tf.distribute.get_replica_context()
        gradients = replica.all_reduce(tf.distribute.ReduceOp.SUM, list(gradients))
        scales = tf.unstack(self._scales.read_value())
        for part, gradient, scale in zip(self._parts, gradients, scales, strict=True):
            self._adam.apply(part, gradient, step, scale)
        return tf.add_n(losses)

    def _summed_over_shares(
        self, coordinates: tf.Tensor, part: Part, colors: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return loss and gradient of a part."""
        # A mirrored variable that is handed over as it is would keep its first value.
        parameters, mixing = part.parameters.read_value(), self._mixing.read_value()
        loss_and_gradient = part.shape.objective.loss_and_gradient
        shares = zip(
            *(tf.split(each, self._shares) for each in (coordinates, colors)), strict=True
        )
        results = [loss_and_gradient(parameters, *share, mixing) for share in shares]
        losses, gradients = zip(*results, strict=True)
        return tf.add_n(losses), tf.add_n(gradients)

    def _of_parts(self, variables: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        ends = np.cumsum([part.parameter_count for part in self._parts])
        return np.split(variables, ends[:-1], axis=1)


def _share_of_replica(batch: tf.Tensor) -> tf.Tensor:
    # Every replica takes its points from the whole batch: a distributed dataset costs a
    # thread for each replica, and these take up to a second to end.
    replica = tf.distribute.get_replica_context()
    shares = tf.reshape(batch, (replica.num_replicas_in_sync, -1, *batch.shape[1:]))
    return shares[replica.replica_id_in_sync_group]
