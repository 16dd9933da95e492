"""One training step of a group of cells, and running many of them.

A step updates all cells of a group with one batch of points. On CPUs it runs side
by side on all cores, each with a part of the group (or, where there is a single
cell, with a share of its points), compiled as a whole by XLA.
Replicas share the points of the batch and add up their gradients, so they stay
equal to the bit.
"""

import math
import time
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.config import FitConfig
from siren_cli.pictures.picture import Pixels
from siren_cli.planning.batching import Batching
from siren_cli.planning.checkpoint import State, started
from siren_cli.planning.schedule import Course
from siren_cli.training.dataset import batches
from siren_cli.training.devices import even_cells, part_count, share_count
from siren_cli.training.network import Network, Parameters

# Adam (Kingma and Ba 2014, arXiv:1412.6980, section 2).
BETA_1, EPSILON = 0.9, 1e-8

# Enough to know what a step takes, in a moment.
TRIAL_STEPS, TRIAL_SECONDS = 30, 0.1
# Beyond black and white values are clipped when drawn, so going that far beyond, of a
# range of two, is no error. Text and drawings gain 3 to 13 dB; more freedom would
# gain little and shift edges between the pixels.
SATURATED_SLACK = 0.3


class Part(NamedTuple):
    """Cells that are trained by one core: their parameters and Adam's moments.

    Each is a mirrored variable of shape (cells, parameters of one cell).
    """

    parameters: Any
    first_moment: Any
    second_moment: Any


class Trainer:
    """The networks of a group of cells while they are trained.

    Built and compiled once, used for one group after the other, of one picture and
    of the next.

    Args:
        strategy: Decides the replicas.
        network: Shape of each cell's network.
        config: The schedule.
        batch_size: Points of every batch.
        cells: Cells that are wanted; `self.cells` may be a few more, so that
            the parts are equal.
    """

    def __init__(
        self,
        strategy: tf.distribute.Strategy,
        network: Network,
        config: FitConfig,
        batch_size: int,
        cells: int,
    ) -> None:
        self.cells = even_cells(strategy, cells)
        count = part_count(strategy, self.cells)
        points = batch_size // strategy.num_replicas_in_sync
        self._shares = share_count(strategy, points) if self.cells == 1 else 1
        self.network, self.batch_size = network, batch_size
        self._strategy, self._config = strategy, config
        self._loss_and_gradient = tf.function(
            self._loss_and_gradient_of_part, jit_compile=True, autograph=False
        )
        with strategy.scope():
            self._parts = [self._new_part(self.cells // count) for _ in range(count)]
        # Counted where the steps are done, so it is right even when one is interrupted.
        self._done = tf.Variable(0)
        self._iterator: Any = None

    def compile(self) -> tuple[float, float]:
        """Run on nothing, so that later steps find all compiled.

        Returns:
            How many seconds that took, and about how many a step takes.
        """
        steps = 2 + TRIAL_STEPS
        points = steps * self.batch_size
        state = started(np.zeros((self.cells, sum(self.network.sizes())), np.float32))
        coordinates = np.zeros((points, 2), np.float32)
        colors = np.zeros((points, self.cells, self.network.channels), np.float32)
        self.start(state, coordinates, colors, Batching(points, steps, self.batch_size))
        course = Course(0, steps, self._config.learning_rate)
        first, once = self._timed(course, 0, 1), self._timed(course, 1, 1)
        count = min(TRIAL_STEPS, int(TRIAL_SECONDS / once))
        return first, self._timed(course, 2, count) if count else once

    def _timed(self, course: Course, first: int, count: int) -> float:
        start = time.perf_counter()
        self.run(course, first, count)
        return (time.perf_counter() - start) / count

    def start(
        self,
        state: State,
        coordinates: NDArray[np.float32],
        colors: Pixels,
        batching: Batching,
    ) -> None:
        """Begin the fit of a group, or go on with it.

        Args:
            state: Where to start from.
            coordinates: Local coordinates, shape (points, 2).
            colors: Targets, shape (points, cells, channels).
            batching: How the points are dealt into batches of `batch_size`.
        """
        for part, variables in zip(self._parts, self._split(state.variables, 1), strict=True):
            for variable, value in zip(part, variables, strict=True):
                variable.assign(value)
        self._done.assign(state.done)
        dealt = batches(coordinates, colors, batching, self._config.seed, state.done)
        self._iterator = iter(dealt)

    @property
    def done(self) -> int:
        """Steps of the group so far, whole ones, whenever it is asked for."""
        return int(self._done)

    def state(self) -> State:
        """Return where the fit of the group is; whole steps, whenever it is asked for."""
        parts = [np.stack([variable.numpy() for variable in part]) for part in self._parts]
        return State(self.done, np.concatenate(parts, axis=1))

    def run(self, course: Course, first: int, count: int) -> float:
        """Do `count` steps of a course from number `first` on.

        Returns:
            Their mean squared error.
        """
        numbers = tf.constant([course.start, course.end, first, first + count])
        return float(self._run(self._iterator, numbers, tf.constant(course.learning_rate)))

    def parameters(self) -> Parameters:
        """Return the parameters of the group, shape (cells, parameters of one cell)."""
        return np.concatenate([part.parameters.numpy() for part in self._parts])

    def replica_parameters(self) -> list[Parameters]:
        """Return each replica's own copy of the parameters."""
        copies = [self._strategy.experimental_local_results(p.parameters) for p in self._parts]
        return [np.concatenate([c.numpy() for c in copy]) for copy in zip(*copies, strict=True)]

    # Without AutoGraph, which writes the code it makes to the disk, which may be full.
    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def _run(self, iterator: Any, numbers: tf.Tensor, learning_rate: tf.Tensor) -> tf.Tensor:
        start, end, first, last = tf.unstack(numbers)

        def one(step: tf.Tensor, total: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            rate = learning_rate * self._relative_rate(step - start, end - start)
            losses = self._strategy.run(self._step, args=(*iterator.get_next(), step, rate))
            return step + 1, total + self._strategy.reduce("SUM", losses, axis=None)

        _, total = tf.while_loop(lambda step, _: step < last, one, (first, tf.constant(0.0)))
        self._done.assign(last)
        return total / tf.cast((last - first) * self.cells, tf.float32)

    def _step(
        self, coordinates: tf.Tensor, colors: tf.Tensor, step: tf.Tensor, rate: tf.Tensor
    ) -> tf.Tensor:
        coordinates, colors = map(self._share_of_replica, (coordinates, colors))
        losses, gradients = [], []
        for part, targets in zip(self._parts, self._split(colors, 1), strict=True):
            loss, gradient = self._summed_over_shares(part, coordinates, targets)
            losses.append(loss)
            gradients.append(gradient)
        replica = tf.distribute.get_replica_context()
        gradients = replica.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
        for part, gradient in zip(self._parts, gradients, strict=True):
            self._apply_adam(part, gradient, tf.cast(step, tf.float32), rate)
        return tf.add_n(losses)

    def _share_of_replica(self, batch: tf.Tensor) -> tf.Tensor:
        # Every replica takes its points from the whole batch: a distributed dataset
        # costs a thread for each, which takes up to a second to end.
        replica = tf.distribute.get_replica_context()
        shares = tf.reshape(batch, (replica.num_replicas_in_sync, -1, *batch.shape[1:]))
        return shares[replica.replica_id_in_sync_group]

    def _summed_over_shares(
        self, part: Part, coordinates: tf.Tensor, colors: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        # A mirrored variable handed over as it is keeps, inside, its first value.
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
        """Return the cells' summed mean squared errors and their gradient.

        The mean runs over the points of the whole batch, of which a replica
        sees a part, so the sums over replicas are the batch's own.
        """
        targets = tf.transpose(colors, (1, 2, 0))
        with tf.GradientTape() as tape:
            tape.watch(parameters)
            error = _error(self.network.values(parameters, coordinates), targets)
            loss = tf.reduce_sum(error * error)
            loss /= self.batch_size * self.network.channels
        return loss, tape.gradient(loss, parameters)

    def _apply_adam(
        self, part: Part, gradient: tf.Tensor, step: tf.Tensor, rate: tf.Tensor
    ) -> None:
        # The fused kernel; omega enters because parameters are folded (`network`).
        omega = self.network.omega
        tf.raw_ops.ResourceApplyAdam(
            var=part.parameters.handle,
            m=part.first_moment.handle,
            v=part.second_moment.handle,
            beta1_power=tf.pow(BETA_1, step + 1.0),
            beta2_power=tf.pow(self._config.beta_2, step + 1.0),
            lr=omega * self.network.learning_rate_factor * rate,
            beta1=BETA_1,
            beta2=self._config.beta_2,
            epsilon=EPSILON / omega,
            grad=gradient,
        )

    def _relative_rate(self, step: tf.Tensor, steps: tf.Tensor) -> tf.Tensor:
        step, steps = tf.cast(step, tf.float32), tf.cast(steps, tf.float32)
        rate = tf.minimum(1.0, (step + 1.0) / (self._config.warmup_steps + 1.0))
        if self._config.decay == "cosine":
            rate *= 0.5 + 0.5 * tf.cos(step * (math.pi / steps))
        return rate

    def _new_part(self, cells: int) -> Part:
        zeros = tf.zeros((cells, sum(self.network.sizes())))
        return Part(tf.Variable(zeros), tf.Variable(zeros), tf.Variable(zeros))

    def _split(self, tensor: Any, axis: int) -> list[tf.Tensor]:
        return list(tf.split(tensor, len(self._parts), axis=axis))


def _error(values: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """Return by how much values miss their targets, those in [-1, 1]."""
    lowest = tf.where(targets <= -1.0, targets - SATURATED_SLACK, targets)
    highest = tf.where(targets >= 1.0, targets + SATURATED_SLACK, targets)
    return values - tf.clip_by_value(values, lowest, highest)
