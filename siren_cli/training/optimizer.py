"""Adam (Kingma and Ba 2014, arXiv:1412.6980), with a rate that rises and falls once."""

import math
from typing import NamedTuple

import tensorflow as tf

from siren_cli.config import FitConfig
from siren_cli.training.network import Network
from siren_cli.training.parts import Part

# Decay rate of the mean gradient (section 2 of the paper); beta_2 is a setting.
BETA_1 = 0.9
# Smallest divisor of a step (section 2 of the paper), against division by zero.
EPSILON = 1e-8


def rate_scale(network: Network) -> float:
    """Return the learning rate of folded parameters over that of the paper's weights."""
    return network.omega * network.learning_rate_factor


class AdamStep(NamedTuple):
    """The numbers of one step that all parts have in common.

    They are computed once and outside of the parts: TensorFlow's optimizer of graphs
    reorders their arithmetic according to the number of parts, which would change bits.

    Attributes:
        learning_rate: The rate of sines, for weights as the paper writes them.
        beta_1_power: Decay rate of the mean gradient, to the power of the steps so far.
        beta_2_power: Decay rate of the mean squared gradient, likewise.
    """

    learning_rate: tf.Tensor
    beta_1_power: tf.Tensor
    beta_2_power: tf.Tensor


class Adam:
    """Adam for the folded parameters of networks (`network` explains the folding).

    Args:
        config: The schedule.
    """

    def __init__(self, config: FitConfig) -> None:
        self._config = config

    def step(self, number: tf.Tensor, learning_rate: tf.Tensor) -> AdamStep:
        """Return the numbers of a step, from its number, which counts from 0."""
        count = tf.cast(number, tf.float32) + 1.0
        powers = tf.pow(BETA_1, count), tf.pow(self._config.beta_2, count)
        return AdamStep(learning_rate, *powers)

    def apply(self, part: Part, gradient: tf.Tensor, step: AdamStep, scale: tf.Tensor) -> None:
        """Update the cells of a part by TensorFlow's fused kernel.

        Args:
            part: The cells.
            gradient: Gradient of their parameters.
            step: The numbers of the step.
            scale: The part's `rate_scale`; a variable, for a constant would be folded.
        """
        tf.raw_ops.ResourceApplyAdam(
            var=part.parameters.handle,
            m=part.first_moment.handle,
            v=part.second_moment.handle,
            beta1_power=step.beta_1_power,
            beta2_power=step.beta_2_power,
            lr=scale * step.learning_rate,
            beta1=BETA_1,
            beta2=self._config.beta_2,
            epsilon=EPSILON / part.shape.network.omega,
            grad=gradient,
        )

    def relative_rate(self, step: tf.Tensor, steps: tf.Tensor) -> tf.Tensor:
        """Return the rate at a step of a cycle of `steps` steps, over the highest rate."""
        step, steps = tf.cast(step, tf.float32), tf.cast(steps, tf.float32)
        rate = tf.minimum(1.0, (step + 1.0) / (self._config.warmup_steps + 1.0))
        if self._config.decay == "cosine":
            rate *= 0.5 + 0.5 * tf.cos(step * (math.pi / steps))
        return rate
