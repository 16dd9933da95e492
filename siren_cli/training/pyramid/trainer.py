"""The numbers of a pyramid while they are trained, and one step of them."""

import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.errors import RepresentationError
from siren_cli.model.pyramid.networks import Matrix
from siren_cli.model.pyramid.shape import LARGEST_LATENT
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.pyramid.state import PyramidState
from siren_cli.training.pyramid.colors import elements
from siren_cli.training.pyramid.networks import Networks
from siren_cli.training.pyramid.objective import Tiles
from siren_cli.training.pyramid.step_inputs import Factors, Picture, Places
from siren_cli.training.pyramid.steps import BETA_1, BETA_2, LATENT_ARRAYS, Size, Steps
from siren_cli.training.pyramid.tile_shape import TileShape

# Bits are counted in every step of this number, and then weigh as often.
RATE_STEPS = 2
# Most numbers of noise at a time: larger pictures repeat them from place to place.
MAX_NOISE = 1 << 21


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


# Steps that no trainer uses now: they serve later pictures.
_idle: dict[tuple[tf.distribute.Strategy, Size], Steps] = {}


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
        self._plan, shape = plan, plan.shape
        self._networks = Networks.first(plan.sizes, plan.config.fit.seed)
        self._moment = Moment(0, 0.0, 1.0, 0.0, 0.0)
        self._elements = iter(elements(tuple(tiles)))
        self._sides = np.array([shape.height, shape.width], np.int32)
        tile = TileShape(shape.tile_height, shape.tile_width)
        key = strategy, Size(tile, plan.sizes, side_by_side)
        self._steps = _idle.pop(key) if key in _idle else Steps(*key)
        weakref.finalize(self, _put_back, key, self._steps).atexit = False
        self._begin()

    def compile(self) -> None:
        """Compile the steps, unless an earlier trainer did; call it before the first one."""
        self._steps.compile()
        self._begin()

    def _begin(self) -> None:
        generator = np.random.default_rng((self._plan.config.fit.seed, 1))
        bank = generator.standard_normal(2 * self._noises, np.float32)
        self._steps.begin(self._plan.shape.latents, bank)

    def step(self, moment: Moment) -> Loss:
        """Do one step; return its loss."""
        plan, self._moment = self._plan, moment
        draw = np.random.default_rng((plan.config.fit.seed, 2, moment.number))
        count, is_counted = moment.number + 1, moment.number % RATE_STEPS == 0
        factors = Factors(
            temperature=moment.temperature,
            noise=moment.noise,
            learning_rate=moment.relative_rate * plan.pyramid.latent_rate,
            beta_1_power=BETA_1**count,
            beta_2_power=BETA_2**count,
            error_weight=1 / plan.values,
            bit_weight=RATE_STEPS * moment.rate_weight / plan.facts.pixels,
        )
        places = Places(count, draw.integers(self._noises), self._noises)
        matrices = self._networks.matrices
        error, bits = self._steps.move(
            self._picture(), factors, places, matrices, counted=is_counted
        )
        self.finish()
        return Loss(error / plan.values, bits if is_counted else None)

    def finish(self) -> None:
        """Move the networks as far as the latents have moved."""
        done = int(self._steps.done)
        if done == self._networks.done:
            return
        gradients = [gradient.numpy() for gradient in self._steps.gradients]
        rate = self._moment.relative_rate * self._plan.pyramid.network_rate
        self._networks = self._networks.moved(done, gradients, rate)

    @property
    def matrices(self) -> list[Matrix]:
        """The networks as they are now."""
        return self._networks.matrices

    def latents(self) -> NDArray[np.float32]:
        """Return the latents as they are now, rounded: whole numbers, grid after grid."""
        latents = self._steps.weights().copy()
        for part, gain in self._grids():
            latents[part] *= gain
        np.round(latents, out=latents)
        return np.clip(latents, -LARGEST_LATENT, LARGEST_LATENT, out=latents)

    def state(self) -> PyramidState:
        """Return the state after the last whole step, even after an interruption."""
        self.finish()
        latents = {f"latents.{name}": each for name, each in self._steps.arrays().items()}
        return PyramidState(self._networks.done, latents | self._networks.arrays())

    def restore(self, state: PyramidState) -> None:
        """Go on from a state.

        Raises:
            RepresentationError: It is of another fit, or damaged.
        """
        own = self.state().arrays
        check_arrays(state.arrays, own)
        arrays = {name: np.array(state.arrays[name]) for name in own}
        names = {name: f"latents.{name}" for name in LATENT_ARRAYS}
        self._steps.assign(state.done, {name: arrays[full] for name, full in names.items()})
        self._networks = Networks.of(state.done, arrays)

    def measured(self, latents: NDArray[np.float32], matrices: Sequence[Matrix]) -> Loss:
        """Return the loss of whole latents, grid after grid, and of some matrices."""
        weights = latents.astype(np.float32)
        for part, gain in self._grids():
            weights[part] /= gain
        error, bits = self._steps.measure(self._picture(), weights, matrices)
        return Loss(error / self._plan.values, bits)

    @property
    def _noises(self) -> int:
        return min(self._plan.shape.latents, MAX_NOISE)

    def _picture(self) -> Picture:
        return Picture(next(self._elements), self._sides)

    def _grids(self) -> Iterator[tuple[slice, np.float32]]:
        """Yield where the latents of every grid are, and its gain."""
        first = 0
        for grid in self._plan.shape.grids:
            stop = first + grid.height * grid.width
            yield slice(first, stop), np.float32(grid.gain)
            first = stop


def _put_back(key: tuple[tf.distribute.Strategy, Size], steps: Steps) -> None:
    steps.end()
    _idle[key] = steps


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
