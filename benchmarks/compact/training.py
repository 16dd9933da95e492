"""Training: latents by Adam, networks by SOAP, rounding that hardens."""

import math
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.compact import context, networks
from benchmarks.compact.objective import Gradients, Objective
from benchmarks.compact.pyramid import GRID_FEATURES, LEVELS
from benchmarks.compact.rounding import soft_round_twice
from benchmarks.compact.settings import (
    LAST_RATE,
    LONGEST_GRADIENT,
    NOISES,
    TEMPERATURES,
    WARM_UP_STEPS,
    Settings,
    moved,
)
from benchmarks.compact.soap import Soap

# Decay of Adam's mean gradient and of its mean square.
FIRST_DECAY = 0.9
SECOND_DECAY = 0.99
EPSILON = 1e-10


class Moment(NamedTuple):
    """What changes from step to step.

    Attributes:
        number: Number of the step, from 1.
        learning_rate: That of the latents.
        temperature: That of soft rounding.
        noise: Standard deviation of the noise, in latents.
    """

    number: tf.Tensor
    learning_rate: tf.Tensor
    temperature: tf.Tensor
    noise: tf.Tensor


class Trainer:
    """One fit.

    Args:
        objective: What it makes small.
        settings: Its settings.

    Attributes:
        sizes: Widths of the networks.
        matrices: Those of `networks`, as trained so far.
    """

    def __init__(self, objective: Objective, settings: Settings) -> None:
        self._objective = objective
        self._settings = settings
        self.sizes = networks.Sizes(
            GRID_FEATURES * LEVELS,
            settings.hidden_features,
            objective.channels,
            context.INPUTS,
            settings.context_features,
            LEVELS,
        )
        self._random = np.random.default_rng(settings.seed)
        self.matrices = networks.first_matrices(self.sizes, self._random)
        size = objective.pyramid.size
        self._values, self._mean, self._square = (tf.Variable(tf.zeros(size)) for _ in range(3))
        self._gains = tf.constant(objective.pyramid.gains)
        # Noise is read from this bank at a random place, which is faster than drawing it.
        bank = self._random.normal(0, 1, 2 * size).astype(np.float32)
        self._bank = tf.constant(bank)
        self._soap = Soap()

    def fit(self) -> None:
        """Train to the end."""
        for step in range(self._settings.steps):
            self._step(step)

    def latents(self) -> NDArray[np.float32]:
        """Return the latents as they are now, rounded: whole numbers, shape (size,)."""
        rounded: NDArray[np.float32] = np.round(
            self._values.numpy() * self._objective.pyramid.gains
        )
        return rounded

    def _step(self, step: int) -> None:
        progress = step / self._settings.steps
        rate = _relative_rate(step, progress)
        counted = step % self._settings.rate_every == 0
        place = self._random.integers(self._objective.pyramid.size)
        moment = Moment(
            *(
                tf.constant(value, tf.float32)
                for value in (
                    step + 1,
                    rate * self._settings.latent_rate,
                    moved(TEMPERATURES, progress),
                    moved(NOISES, progress),
                )
            )
        )
        gradients = self._move_latents(counted, moment, tf.constant(int(place)), self.matrices)
        by_matrices = [gradient.numpy() for gradient in gradients]
        length = math.sqrt(sum(float(np.sum(gradient**2)) for gradient in by_matrices))
        shorter = np.float32(min(1.0, LONGEST_GRADIENT / max(length, EPSILON)))
        self.matrices = self._soap.step(
            self.matrices,
            [shorter * gradient for gradient in by_matrices],
            rate * self._settings.network_rate,
        )

    @tf.function  # type: ignore[untyped-decorator]
    def _move_latents(
        self, counted: bool, moment: Moment, place: tf.Tensor, matrices: list[tf.Tensor]
    ) -> list[tf.Tensor]:
        """Move the latents by one step, and return the gradients by the matrices."""
        noise = moment.noise * tf.slice(self._bank, [place], [self._objective.pyramid.size])
        latents, slopes = soft_round_twice(
            self._values * self._gains, noise, moment.temperature
        )
        weight = self._settings.rate_weight * self._settings.rate_every
        found: Gradients = self._objective.gradients(
            latents, matrices, tf.constant(weight, tf.float32) if counted else None
        )
        moved_state = _adam(
            self._values,
            self._mean,
            self._square,
            found.by_latents * slopes * self._gains,
            moment.learning_rate,
            moment.number,
        )
        for variable, value in zip(
            (self._values, self._mean, self._square), moved_state, strict=True
        ):
            variable.assign(value)
        return found.by_matrices


def _relative_rate(step: int, progress: float) -> float:
    """Return the learning rates of a step, where the highest is 1."""
    falling = LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * progress))
    return falling * min(1.0, (step + 1) / WARM_UP_STEPS)


@tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
def _adam(
    values: tf.Tensor,
    mean: tf.Tensor,
    square: tf.Tensor,
    gradient: tf.Tensor,
    learning_rate: tf.Tensor,
    number: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    mean = mean + (1 - FIRST_DECAY) * (gradient - mean)
    square = square + (1 - SECOND_DECAY) * (tf.square(gradient) - square)
    known_mean = mean / (1 - FIRST_DECAY**number)
    known_square = square / (1 - SECOND_DECAY**number)
    return values - learning_rate * known_mean / (tf.sqrt(known_square) + EPSILON), mean, square
