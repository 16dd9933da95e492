"""The numbers of a pyramid while they are trained, and one step of them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.errors import RepresentationError
from siren_cli.model.pyramid.networks import Matrix, matrix_shapes
from siren_cli.model.pyramid.shape import LARGEST_LATENT
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.pyramid.state import PyramidState
from siren_cli.training.pyramid.canvas import Canvases
from siren_cli.training.pyramid.colors import elements
from siren_cli.training.pyramid.initial import first_matrices
from siren_cli.training.pyramid.objective import Latents, Objective, Softness, Tiles, Weights
from siren_cli.training.pyramid.soap import Moments, first_moments, stepped

# Decay of Adam's mean gradient and of its mean square, and its smallest divisor.
BETA_1 = 0.9
BETA_2 = 0.99
EPSILON = 1e-10
# Longest gradient of the networks.
LONGEST_GRADIENT = 0.1
# Bits are counted in every step of this number, and then weigh as often.
RATE_STEPS = 2
# Most numbers of noise at a time: larger pictures repeat them from place to place.
MAX_NOISE = 1 << 21
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


class Networks(NamedTuple):
    """The networks after some steps; nothing changes them.

    Attributes:
        done: Number of steps.
        matrices: The six matrices.
        moments: What their optimizer remembers of each.
    """

    done: int
    matrices: list[Matrix]
    moments: list[Moments]


class Trainer:
    """The latents and networks of one picture while they are trained.

    Latents move within TensorFlow and networks after it, and a step may be interrupted between
    the two. So TensorFlow keeps the gradients by the networks, and `finish` moves the networks.

    Args:
        strategy: Decides the replicas.
        plan: The plan of the fit.
        tiles: The tiles of each replica.
        side_by_side: Number of tiles that a replica computes at the same time.
    """

    def __init__(
        self,
        strategy: tf.distribute.Strategy,
        plan: PyramidPlan,
        tiles: Sequence[Tiles],
        side_by_side: int,
    ) -> None:
        self._strategy, self._plan = strategy, plan
        self._canvases = Canvases(plan.shape)
        self._objective = Objective(self._canvases, side_by_side)
        self._iterator = iter(elements(tuple(tiles)))
        seed, latents = plan.config.fit.seed, plan.shape.latents
        shapes = matrix_shapes(plan.sizes)
        moments = [first_moments(shape) for shape in shapes]
        self._networks = Networks(0, first_matrices(plan.sizes, seed), moments)
        self._moment = Moment(0, 0.0, 1.0, 0.0, 0.0)
        self._gains = np.repeat(
            [grid.gain for grid in plan.shape.grids],
            [grid.height * grid.width for grid in plan.shape.grids],
        ).astype(np.float32)
        bank = np.random.default_rng((seed, 1)).standard_normal(2 * self._noises, np.float32)
        with strategy.scope():
            self._latents = [tf.Variable(tf.zeros(latents)) for _ in range(3)]
            self._bank = tf.Variable(bank, trainable=False)
        with tf.device("/cpu:0"):
            self._moved = tf.Variable(0)
            self._gradients = [tf.Variable(tf.zeros(shape)) for shape in shapes]

    def compile(self) -> None:
        """Do the first steps and forget them, so that later ones find everything compiled."""
        state = self.state()
        for number in range(RATE_STEPS):
            self.step(Moment(number, 1.0, 1.0, 0.0, 0.0))
        self.measured(self.latents(), self.matrices)
        self.restore(state)

    def step(self, moment: Moment) -> Loss:
        """Do one step; return its loss."""
        plan, self._moment = self._plan, moment
        draw = np.random.default_rng((plan.config.fit.seed, 2, moment.number))
        count, is_counted = moment.number + 1, moment.number % RATE_STEPS == 0
        numbers = (
            moment.temperature,
            moment.noise,
            moment.relative_rate * plan.pyramid.latent_rate,
            BETA_1**count,
            BETA_2**count,
            RATE_STEPS * moment.rate_weight / plan.facts.pixels,
        )
        error, bits = self._move_latents(
            self._iterator,
            np.array(numbers, np.float32),
            np.array([count, draw.integers(self._noises)], np.int32),
            self._networks.matrices,
            is_counted,
        )
        self.finish()
        return Loss(float(error) / plan.values, float(bits) if is_counted else None)

    def finish(self) -> None:
        """Move the networks as far as the latents have moved."""
        networks, done = self._networks, int(self._moved)
        if done == networks.done:
            return
        gradients = [gradient.numpy() for gradient in self._gradients]
        length = math.sqrt(sum(float(np.sum(np.square(each))) for each in gradients))
        shorter = np.float32(min(1.0, LONGEST_GRADIENT / max(length, EPSILON)))
        rate = self._moment.relative_rate * self._plan.pyramid.network_rate
        pairs = [
            stepped(matrix, shorter * gradient, moments, rate)
            for matrix, gradient, moments in zip(
                networks.matrices, gradients, networks.moments, strict=True
            )
        ]
        matrices, moments = map(list, zip(*pairs, strict=True))
        self._networks = Networks(done, matrices, moments)

    @property
    def matrices(self) -> list[Matrix]:
        """The networks as they are now."""
        return self._networks.matrices

    def latents(self) -> NDArray[np.float32]:
        """Return the latents as they are now, rounded: whole numbers, grid after grid."""
        rounded: NDArray[np.float32] = np.round(self._local(self._latents[0]) * self._gains)
        return np.clip(rounded, -LARGEST_LATENT, LARGEST_LATENT)

    def state(self) -> PyramidState:
        """Return the state after the last whole step, even after an interruption."""
        self.finish()
        networks = self._networks
        arrays: dict[str, NDArray[Any]] = {
            f"latents.{name}": self._local(variable)
            for name, variable in zip(("weights", "mean", "square"), self._latents, strict=True)
        }
        for number, (matrix, moments) in enumerate(
            zip(networks.matrices, networks.moments, strict=True)
        ):
            arrays[f"matrix.{number}"] = matrix
            arrays |= {
                f"moments.{number}.{name}": array for name, array in moments._asdict().items()
            }
        return PyramidState(networks.done, arrays)

    def restore(self, state: PyramidState) -> None:
        """Go on from a state.

        Raises:
            RepresentationError: It is of another fit, or damaged.
        """
        self.finish()
        own = self.state().arrays
        check_arrays(state.arrays, own)
        arrays = {name: np.array(state.arrays[name]) for name in own}
        for name, variable in zip(("weights", "mean", "square"), self._latents, strict=True):
            variable.assign(arrays[f"latents.{name}"])
        count = len(self._networks.matrices)
        moments = [
            Moments(*(arrays[f"moments.{number}.{name}"] for name in Moments._fields))
            for number in range(count)
        ]
        matrices = [arrays[f"matrix.{number}"] for number in range(count)]
        self._moved.assign(state.done)
        self._networks = Networks(state.done, matrices, moments)

    def measured(self, latents: NDArray[np.float32], matrices: Sequence[Matrix]) -> Loss:
        """Return the loss of whole latents, grid after grid, and of some matrices."""
        weights = (latents / self._gains).astype(np.float32)
        error, bits = self._measure(self._iterator, weights, list(matrices))
        return Loss(float(error) / self._plan.values, float(bits))

    @property
    def _noises(self) -> int:
        return min(self._plan.shape.latents, MAX_NOISE)

    def _local(self, variable: Any) -> NDArray[np.float32]:
        values: NDArray[np.float32] = self._strategy.experimental_local_results(variable)[
            0
        ].numpy()
        return values

    # AutoGraph would write the code that it makes to the disk, which may be full.
    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def _measure(self, iterator: Any, weights: tf.Tensor, matrices: list[tf.Tensor]) -> Any:
        def measure(tiles: tuple[Tiles, ...]) -> list[tf.Tensor]:
            hard = Softness(tf.constant(HARD), tf.constant(0.0))
            latents = Latents(weights, tf.zeros_like(weights), hard)
            weighing = Weights(tf.constant(1.0), tf.constant(1.0))
            own = tiles[_number()]
            found = self._objective.gradients(latents, own, matrices, weighing, counted=True)
            return self._summed([found.error, found.bits])

        results = self._strategy.run(measure, (iterator.get_next(),))
        return [self._strategy.experimental_local_results(each)[0] for each in results]

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def _move_latents(
        self,
        iterator: Any,
        numbers: tf.Tensor,
        places: tf.Tensor,
        matrices: list[tf.Tensor],
        counted: bool,
    ) -> Any:
        """Move the latents by one step; return error and bits.

        Args:
            iterator: Gives the tiles.
            numbers: Temperature, noise, learning rate, the powers of Adam's decays, and the
                weight of a bit. They are one tensor, for every argument costs time.
            places: Number of the next step, and the place of the noise in its bank.
            matrices: The six matrices.
            counted: Whether bits are counted.
        """
        arguments = (iterator.get_next(), tf.unstack(numbers), places[1], matrices, counted)
        results = self._strategy.run(self._replica_step, arguments)
        error, bits, *by_matrices = (
            self._strategy.experimental_local_results(each)[0] for each in results
        )
        for variable, gradient in zip(self._gradients, by_matrices, strict=True):
            variable.assign(gradient)
        self._moved.assign(places[0])
        return error, bits

    def _replica_step(
        self,
        tiles: tuple[Tiles, ...],
        numbers: Sequence[tf.Tensor],
        place: tf.Tensor,
        matrices: list[tf.Tensor],
        counted: bool,
    ) -> list[tf.Tensor]:
        temperature, noise, learning_rate, beta_1_power, beta_2_power, bit_weight = numbers
        weights, mean, square = self._latents
        found = self._objective.gradients(
            Latents(weights.read_value(), self._noise(place), Softness(temperature, noise)),
            tiles[_number()],
            matrices,
            Weights(tf.constant(1 / self._plan.values), bit_weight),
            counted=counted,
        )
        gradient = self._canvases.summed(self._of_all(found.by_windows))
        parts = [gradient, found.error, found.bits, *found.by_matrices]
        gradient, *rest = self._summed(parts)
        tf.raw_ops.ResourceApplyAdam(
            var=weights.handle,
            m=mean.handle,
            v=square.handle,
            beta1_power=beta_1_power,
            beta2_power=beta_2_power,
            lr=learning_rate,
            beta1=BETA_1,
            beta2=BETA_2,
            epsilon=EPSILON,
            grad=gradient,
        )
        return rest

    def _noise(self, place: tf.Tensor) -> tf.Tensor:
        """Return the noise of all latents: what the bank has from a place on."""
        latents, size = self._plan.shape.latents, self._noises
        noise = tf.slice(self._bank.read_value(), [place], [size])
        return noise if size == latents else tf.tile(noise, [-(-latents // size)])[:latents]

    def _of_all(self, windows: tf.Tensor) -> tf.Tensor:
        """Return the windows of all tiles from those of a replica: the others are zero."""
        replicas, share = self._strategy.num_replicas_in_sync, windows.shape[0]
        before = _number() * share
        behind = (replicas - 1) * share - before
        return tf.pad(windows, ((before, behind), (0, 0)))[: len(self._plan.shape.tiles())]

    def _summed(self, parts: list[tf.Tensor]) -> list[tf.Tensor]:
        """Return sums over all replicas, within one of them."""
        if self._strategy.num_replicas_in_sync == 1:
            return parts
        replica = tf.distribute.get_replica_context()
        summed: list[tf.Tensor] = replica.all_reduce(tf.distribute.ReduceOp.SUM, parts)
        return summed


def check_arrays(
    arrays: Mapping[str, NDArray[Any]], wanted: Mapping[str, NDArray[Any]]
) -> None:
    """Check that a state has arrays of the names, shapes and types that a fit needs.

    Raises:
        RepresentationError: An array is missing, of another form, or not finite.
    """
    for name, own in wanted.items():
        array = arrays.get(name)
        if array is None:
            raise RepresentationError(f"the unfinished fit has no {name}")
        if array.shape != own.shape or array.dtype != own.dtype:
            raise RepresentationError(
                f"the unfinished fit has {name} of {array.dtype}{list(array.shape)}, "
                f"not of {own.dtype}{list(own.shape)}"
            )
        if not np.isfinite(array).all():
            raise RepresentationError(f"the unfinished fit has {name} that is not finite")


def _number() -> int:
    """Return the number of the replica whose part of a step is traced now."""
    replica = tf.distribute.get_replica_context()
    return int(tf.get_static_value(replica.replica_id_in_sync_group))
