"""The numbers of a pyramid while they are trained, and one step of them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.model.pyramid.networks import Matrix, matrix_shapes
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.training.pyramid.canvas import Canvases
from siren_cli.training.pyramid.colors import elements
from siren_cli.training.pyramid.initial import first_matrices
from siren_cli.training.pyramid.objective import (
    Latents,
    Objective,
    Softness,
    Tiles,
    Weights,
)
from siren_cli.training.pyramid.soap import Soap

# Decay of Adam's mean gradient and of its mean square.
BETA_1 = 0.9
BETA_2 = 0.99
EPSILON = 1e-10
# Longest gradient of the networks.
LONGEST_GRADIENT = 0.1
# Bits are counted in every step of this number, and then weigh as often.
RATE_STEPS = 2
# Most numbers of noise at a time: larger pictures repeat them from place to place.
MAX_NOISE = 1 << 21


# Largest latent that a file holds.
LARGEST_LATENT = 32767
# A temperature so low that soft rounding is rounding.
HARD = 1e-3


class Moment(NamedTuple):
    """What changes from step to step.

    Attributes:
        number: Number of the step, from 0.
        relative_rate: Learning rates over the highest ones.
        temperature: That of soft rounding.
        noise: Standard deviation of the noise, in latents.
        rate_weight: What a bit per pixel weighs.
    """

    number: int
    relative_rate: float
    temperature: float
    noise: float
    rate_weight: float


class Loss(NamedTuple):
    """The two parts of a loss.

    Attributes:
        mse: Mean squared error of values in [0, 1].
        bits: Bits of the latents, or None where they were not counted.
    """

    mse: float
    bits: float | None


class Trainer:
    """The latents and networks of one picture while they are trained."""

    def __init__(
        self, strategy: tf.distribute.Strategy, plan: PyramidPlan, tiles: Sequence[Tiles], side_by_side: int
    ) -> None:
        self._strategy, self._plan = strategy, plan
        self._canvases = Canvases(plan.shape)
        self._objective = Objective(self._canvases, side_by_side)
        self._gains = np.repeat(
            [grid.gain for grid in plan.shape.grids],
            [grid.height * grid.width for grid in plan.shape.grids],
        ).astype(np.float32)
        self._tiles = len(plan.shape.tiles())
        self._iterator = iter(elements(tuple(tiles)))
        latents = plan.shape.latents
        seed = plan.config.fit.seed
        self.matrices = first_matrices(plan.sizes, seed)
        self._soap = Soap(matrix_shapes(plan.sizes))
        noise = min(latents, MAX_NOISE)
        bank = np.random.default_rng((seed, 1)).standard_normal(2 * noise, np.float32)
        with strategy.scope():
            self._weights, self._mean, self._square = (
                tf.Variable(tf.zeros(latents)) for _ in range(3)
            )
            self._bank = tf.Variable(bank, trainable=False)

    def step(self, moment: Moment) -> Loss:
        seed = self._plan.config.fit.seed
        place = np.random.default_rng((seed, moment.number)).integers(MAX_NOISE)
        place = int(place) % min(self._plan.shape.latents, MAX_NOISE)
        counted = moment.number % RATE_STEPS == 0
        rate_weight = RATE_STEPS * moment.rate_weight / self._plan.facts.pixels
        count = moment.number + 1
        numbers = np.array(
            [
                moment.temperature,
                moment.noise,
                moment.relative_rate * self._plan.pyramid.latent_rate,
                BETA_1**count,
                BETA_2**count,
                rate_weight,
            ],
            np.float32,
        )
        error, bits, *by_matrices = self._move_latents(
            self._iterator, numbers, np.int32(place), self.matrices, counted
        )
        gradients = [gradient.numpy() for gradient in by_matrices]
        length = math.sqrt(sum(float(np.sum(np.square(each))) for each in gradients))
        shorter = np.float32(min(1.0, LONGEST_GRADIENT / max(length, EPSILON)))
        self.matrices = self._soap.step(
            self.matrices,
            [shorter * each for each in gradients],
            moment.relative_rate * self._plan.pyramid.network_rate,
        )
        values = self._plan.values
        return Loss(float(error) / values, float(bits) if counted else None)

    def measured(self, latents: NDArray[np.float32], matrices: Sequence[Matrix]) -> Loss:
        """Return the loss of whole latents, grid after grid, and of other matrices."""
        weights = (latents / self._gains).astype(np.float32)
        error, bits = self._measured(self._iterator, weights, list(matrices))
        return Loss(float(error) / self._plan.values, float(bits))

    # AutoGraph would write the code that it makes to the disk, which may be full.
    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def _measured(self, iterator: Any, weights: tf.Tensor, matrices: list[tf.Tensor]) -> Any:
        def measure(tiles: tuple[Tiles, ...]) -> list[tf.Tensor]:
            hard = Softness(tf.constant(HARD), tf.constant(0.0))
            latents = Latents(weights, tf.zeros_like(weights), hard)
            weighing = Weights(tf.constant(1.0), tf.constant(1.0))
            own = tiles[_number()]
            found = self._objective.gradients(latents, own, matrices, weighing, counted=True)
            return self._summed([found.error, found.bits])

        results = self._strategy.run(measure, (iterator.get_next(),))
        return [self._strategy.experimental_local_results(each)[0] for each in results]

    def _summed(self, parts: list[tf.Tensor]) -> list[tf.Tensor]:
        """Return sums over all replicas, within one of them."""
        if self._strategy.num_replicas_in_sync == 1:
            return parts
        replica = tf.distribute.get_replica_context()
        summed: list[tf.Tensor] = replica.all_reduce(tf.distribute.ReduceOp.SUM, parts)
        return summed

    @property
    def latents(self) -> NDArray[np.float32]:
        """The latents as they are now, rounded: whole numbers, grid after grid."""
        weights = self._strategy.experimental_local_results(self._weights)[0].numpy()
        rounded: NDArray[np.float32] = np.round(weights * self._gains)
        return np.clip(rounded, -LARGEST_LATENT, LARGEST_LATENT)

    @tf.function(autograph=False)
    def _move_latents(self, iterator, numbers, place, matrices, counted):
        results = self._strategy.run(
            self._replica_step, (iterator.get_next(), numbers, place, matrices, counted)
        )
        return [self._strategy.experimental_local_results(each)[0] for each in results]

    def _replica_step(self, every, numbers, place, matrices, counted):
        temperature, noise, learning_rate, beta_1_power, beta_2_power, rate = tf.unstack(numbers)
        number = _number()
        tiles = every[number]
        latents = self._plan.shape.latents
        size = min(latents, MAX_NOISE)
        bank = tf.slice(self._bank.read_value(), [place], [size])
        if size < latents:
            bank = tf.tile(bank, [-(-latents // size)])[:latents]
        values = self._plan.values
        found = self._objective.gradients(
            Latents(self._weights.read_value(), bank, Softness(temperature, noise)),
            tiles,
            matrices,
            Weights(tf.constant(1 / values), rate),
            counted=counted,
        )
        share = tiles.places.shape[0]
        replicas = self._strategy.num_replicas_in_sync
        by_windows = found.by_windows
        if replicas > 1:
            by_windows = tf.pad(by_windows, ((number * share, (replicas - 1 - number) * share), (0, 0)))[: self._tiles]
        gradient = self._canvases.summed(by_windows)
        results = [gradient, found.error, found.bits, *found.by_matrices]
        gradient, *rest = self._summed(results)
        tf.raw_ops.ResourceApplyAdam(
            var=self._weights.handle,
            m=self._mean.handle,
            v=self._square.handle,
            beta1_power=beta_1_power,
            beta2_power=beta_2_power,
            lr=learning_rate,
            beta1=BETA_1,
            beta2=BETA_2,
            epsilon=EPSILON,
            grad=gradient,
        )
        return rest


def _number() -> int:
    """Return the number of the replica whose part of a step is traced now."""
    replica = tf.distribute.get_replica_context()
    return int(tf.get_static_value(replica.replica_id_in_sync_group))
