"""Training steps of a group of cells, compiled once and run many at a time.

A step updates all cells of a group with one batch of points. On CPUs the parts of the
group, one for each core, are computed side by side, each compiled as a whole by XLA;
where there is a single cell, its points are divided into shares instead. Replicas share
the points of the batch and add up their gradients, so they stay equal to the bit.
"""

import time
from typing import Any

import numpy as np
import tensorflow as tf

from siren_cli.config import FitConfig, StoredType
from siren_cli.model.layers import Layer
from siren_cli.planning.checkpoint import TrainingState, initial_state
from siren_cli.planning.plan import Batching
from siren_cli.planning.schedule import Cycle
from siren_cli.training.dataset import Samples, batches
from siren_cli.training.devices import even_cells, part_count, share_count
from siren_cli.training.network import Network, Parameters
from siren_cli.training.optimizer import Adam, Part, new_part

# Most steps over which the time of a step is measured.
TRIAL_STEPS = 30
# Most time for which it is measured, in seconds; slow steps are measured over fewer.
TRIAL_SECONDS = 0.1
# A value this far beyond black or white is no error, for drawing clips it; values span
# [-1, 1]. Text and drawings gain 3 to 13 dB; more freedom gains little, and shifts edges
# between the pixels.
SATURATION_SLACK = 0.3


class Trainer:
    """The networks of a group of cells while they are trained.

    It is built and compiled once, and used for one group after the other, of one
    picture and of the next.

    Args:
        strategy: Decides the replicas.
        network: The network of each cell.
        config: A schedule; every schedule that `serves` accepts may be used.
        batch_points: Points of every batch.
        cells: Least number of cells.

    Attributes:
        cells: Number of cells, a few more where the parts would not be equal.
        network: The network of each cell.
        batch_points: Points of every batch.
        compilation_seconds: How long `compile` took.
        step_seconds: About the seconds that a step takes, by `compile`.
    """

    def __init__(
        self,
        strategy: tf.distribute.Strategy,
        network: Network,
        config: FitConfig,
        batch_points: int,
        cells: int,
    ) -> None:
        self.cells = even_cells(strategy, cells)
        self.network, self.batch_points = network, batch_points
        self.compilation_seconds, self.step_seconds = 0.0, 0.0
        parts = part_count(strategy, self.cells)
        replica_points = batch_points // strategy.num_replicas_in_sync
        self._shares = share_count(strategy, replica_points) if self.cells == 1 else 1
        self._strategy = strategy
        self._adam = Adam(network, config)
        self._loss_and_gradient = tf.function(
            self._loss_and_gradient_of_part, jit_compile=True, autograph=False
        )
        with strategy.scope():
            sizes = self.cells // parts, sum(network.sizes())
            self._parts = [new_part(*sizes) for _ in range(parts)]
        # It is counted where steps are done, so it is right even if a call is interrupted.
        self._done = tf.Variable(0)
        self._iterator: Any = None

    def serves(self, config: FitConfig) -> bool:
        """Return whether the compiled steps are those of a schedule."""
        return self._adam.serves(config)

    def compile(self) -> None:
        """Train on zeros, so that later steps find everything compiled; take the time."""
        steps = 2 + TRIAL_STEPS
        points = steps * self.batch_points
        parameters = np.zeros((self.cells, sum(self.network.sizes())), np.float32)
        colors = np.zeros((points, self.cells, self.network.channels), np.float32)
        samples = Samples(np.zeros((points, 2), np.float32), colors)
        batching = Batching(points, steps, self.batch_points)
        self.restore(initial_state(parameters), samples, batching)
        cycle = Cycle(0, steps, learning_rate=0.0)
        self.compilation_seconds = self._timed(cycle, 0, 1)
        self.step_seconds = self._timed(cycle, 1, 1)
        count = min(TRIAL_STEPS, int(TRIAL_SECONDS / self.step_seconds))
        if count:
            self.step_seconds = self._timed(cycle, 2, count)

    def _timed(self, cycle: Cycle, first: int, count: int) -> float:
        """Return the seconds that a step takes."""
        start = time.perf_counter()
        self.run(cycle, first, count)
        return (time.perf_counter() - start) / count

    def restore(
        self, state: TrainingState, samples: Samples, batching: Batching, seed: int = 0
    ) -> None:
        """Begin to train a group, or go on from a state.

        Args:
            state: The state.
            samples: The points of the group's cells, and their colors.
            batching: How the points are dealt into batches of `batch_points`.
            seed: Decides their order.
        """
        for part, variables in zip(self._parts, self._split(state.variables, 1), strict=True):
            for variable, value in zip(part, variables, strict=True):
                variable.assign(value)
        self._done.assign(state.done)
        self._iterator = iter(batches(samples, batching, seed, state.done))

    @property
    def done(self) -> int:
        """Number of whole steps of the group so far, even after an interruption."""
        return int(self._done)

    def state(self) -> TrainingState:
        """Return the state after the last whole step, even after an interruption."""
        parts = [np.stack([variable.numpy() for variable in part]) for part in self._parts]
        return TrainingState(self.done, np.concatenate(parts, axis=1))

    def run(self, cycle: Cycle, first: int, count: int) -> float:
        """Do `count` steps of a cycle, from number `first` on.

        Returns:
            Their mean squared error, of values in [-1, 1].
        """
        steps = tf.constant([cycle.start, cycle.end, first, first + count])
        return float(self._run(self._iterator, steps, tf.constant(cycle.learning_rate)))

    def parameters(self) -> Parameters:
        """Return the parameters of the group, shape (cells, parameters of one cell)."""
        return np.concatenate([part.parameters.numpy() for part in self._parts])

    def stored(self, cells: int, dtype: StoredType) -> tuple[Layer, ...]:
        """Return the first `cells` cells as they are stored."""
        return self.network.stored(self.parameters()[:cells], dtype)

    def replica_parameters(self) -> list[Parameters]:
        """Return each replica's own copy of the parameters."""
        copies = [self._strategy.experimental_local_results(p.parameters) for p in self._parts]
        return [np.concatenate([c.numpy() for c in copy]) for copy in zip(*copies, strict=True)]

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
            batch = (*iterator.get_next(), step, learning_rate * relative)
            losses = self._strategy.run(self._step, args=batch)
            return step + 1, total + self._strategy.reduce("SUM", losses, axis=None)

        _, total = tf.while_loop(lambda step, _: step < end, one, (first, tf.constant(0.0)))
        self._done.assign(end)
        return total / tf.cast((end - first) * self.cells, tf.float32)

    def _step(
        self, coordinates: tf.Tensor, colors: tf.Tensor, step: tf.Tensor, rate: tf.Tensor
    ) -> tf.Tensor:
        coordinates, colors = map(_share_of_replica, (coordinates, colors))
        losses, gradients = [], []
        for part, targets in zip(self._parts, self._split(colors, 1), strict=True):
            loss, gradient = self._summed_over_shares(part, coordinates, targets)
            losses.append(loss)
            gradients.append(gradient)
        replica = tf.distribute.get_replica_context()
        gradients = replica.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
        for part, gradient in zip(self._parts, gradients, strict=True):
            self._adam.apply(part, gradient, step, rate)
        return tf.add_n(losses)

    def _summed_over_shares(
        self, part: Part, coordinates: tf.Tensor, colors: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        # A mirrored variable that is handed over as it is would keep its first value.
        parameters = part.parameters.read_value()
        shares = zip(
            *(tf.split(each, self._shares) for each in (coordinates, colors)), strict=True
        )
        results = [self._loss_and_gradient(parameters, *share) for share in shares]
        losses, gradients = zip(*results, strict=True)
        return tf.add_n(losses), tf.add_n(gradients)

    def _loss_and_gradient_of_part(
        self, parameters: tf.Tensor, coordinates: tf.Tensor, colors: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the sum of the cells' mean squared errors, and its gradient.

        The mean runs over the points of the whole batch, of which a replica sees a
        part, so the sums over replicas are those of the batch.
        """
        targets = tf.transpose(colors, (1, 2, 0))
        with tf.GradientTape() as tape:
            tape.watch(parameters)
            error = _error(self.network.values(parameters, coordinates), targets)
            loss = tf.reduce_sum(error * error)
            loss /= self.batch_points * self.network.channels
        return loss, tape.gradient(loss, parameters)

    def _split(self, tensor: Any, axis: int) -> list[tf.Tensor]:
        return list(tf.split(tensor, len(self._parts), axis=axis))


def _share_of_replica(batch: tf.Tensor) -> tf.Tensor:
    # Every replica takes its points from the whole batch: a distributed dataset costs a
    # thread for each replica, and these take up to a second to end.
    replica = tf.distribute.get_replica_context()
    shares = tf.reshape(batch, (replica.num_replicas_in_sync, -1, *batch.shape[1:]))
    return shares[replica.replica_id_in_sync_group]


def _error(values: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """Return the differences of values from their targets, which are in [-1, 1]."""
    lowest = tf.where(targets <= -1.0, targets - SATURATION_SLACK, targets)
    highest = tf.where(targets >= 1.0, targets + SATURATION_SLACK, targets)
    return values - tf.clip_by_value(values, lowest, highest)
