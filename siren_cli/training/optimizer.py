"""Adam (Kingma and Ba 2014, arXiv:1412.6980), with a rate that rises and falls once."""

import math
from typing import Any, NamedTuple

import tensorflow as tf

from siren_cli.config import FitConfig
from siren_cli.training.network import Network

# Decay rate of the mean gradient (section 2 of the paper); beta_2 is a setting.
BETA_1 = 0.9
# Smallest divisor of a step (section 2 of the paper), against division by zero.
EPSILON = 1e-8


class Part(NamedTuple):
    """The cells that one core trains: their parameters and Adam's two moments.

    Each is a mirrored variable of shape (cells, parameters of one cell).
    """

    parameters: Any
    first_moment: Any
    second_moment: Any


def new_part(cells: int, cell_parameters: int) -> Part:
    """Return a part of zeros."""
    zeros = tf.zeros((cells, cell_parameters))
    return Part(tf.Variable(zeros), tf.Variable(zeros), tf.Variable(zeros))


class Adam:
    """Adam for the folded parameters of a network (`network` explains the folding).

    Args:
        network: The network of every cell.
        config: The schedule.
    """

    def __init__(self, network: Network, config: FitConfig) -> None:
        self._network, self._config = network, config

    def serves(self, config: FitConfig) -> bool:
        """Return whether another schedule has the same compiled updates.

        Its epochs, highest rate, seed and stored type are not compiled into them.
        """
        own = self._config
        return (config.beta_2, config.warmup_steps, config.decay) == (
            own.beta_2,
            own.warmup_steps,
            own.decay,
        )

    def apply(self, part: Part, gradient: tf.Tensor, step: tf.Tensor, rate: tf.Tensor) -> None:
        """Update the cells of a part by TensorFlow's fused kernel.

        Args:
            part: The cells.
            gradient: Gradient of their parameters.
            step: Number of the step, from 0.
            rate: The learning rate of sines, for weights as the paper writes them.
        """
        omega, count = self._network.omega, tf.cast(step, tf.float32) + 1.0
        tf.raw_ops.ResourceApplyAdam(
            var=part.parameters.handle,
            m=part.first_moment.handle,
            v=part.second_moment.handle,
            beta1_power=tf.pow(BETA_1, count),
            beta2_power=tf.pow(self._config.beta_2, count),
            lr=omega * self._network.learning_rate_factor * rate,
            beta1=BETA_1,
            beta2=self._config.beta_2,
            epsilon=EPSILON / omega,
            grad=gradient,
        )

    def relative_rate(self, step: tf.Tensor, steps: tf.Tensor) -> tf.Tensor:
        """Return the rate at a step of a cycle of `steps` steps, over the highest rate."""
        step, steps = tf.cast(step, tf.float32), tf.cast(steps, tf.float32)
        rate = tf.minimum(1.0, (step + 1.0) / (self._config.warmup_steps + 1.0))
        if self._config.decay == "cosine":
            rate *= 0.5 + 0.5 * tf.cos(step * (math.pi / steps))
        return rate
