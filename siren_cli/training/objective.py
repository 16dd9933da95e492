"""The loss of the networks of a class of cells, compiled once for each number of cells."""

import tensorflow as tf

from siren_cli.model.grid import PIXEL_POINTS
from siren_cli.training.network import Network

# A value this far beyond black or white is no error, for drawing clips it; values span
# [-1, 1]. Text and drawings gain 3 to 13 dB; more freedom gains little, and shifts edges
# between the pixels.
SATURATION_SLACK = 0.3


class Objective:
    """What the networks of a class of cells learn.

    Args:
        network: The network of each cell.
        batch_points: Points of a whole batch, of which a call may get a share.
        with_areas: Whether means over pixels are ever learned.

    Attributes:
        network: The network of each cell.
        losses_and_gradient: Returns some cells' mean squared errors at a share of a batch,
            and the gradient of their sum. Its arguments are those of `_losses_and_gradient`.
    """

    def __init__(self, network: Network, batch_points: int, *, with_areas: bool) -> None:
        self.network = network
        self._batch_points, self._with_areas = batch_points, with_areas
        self.losses_and_gradient = tf.function(
            self._losses_and_gradient, jit_compile=True, autograph=False
        )

    @property
    def compilations(self) -> int:
        """How often it was compiled, once for each number of cells."""
        return int(self.losses_and_gradient.experimental_get_tracing_count())

    def _losses_and_gradient(
        self,
        parameters: tf.Tensor,
        coordinates: tf.Tensor,
        colors: tf.Tensor,
        mixing: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the cells' mean squared errors, shape (cells,), and their sum's gradient.

        The mean runs over the points of the whole batch, so the sums over shares are those
        of the batch.

        Args:
            parameters: Tensor of shape (cells, parameters of one cell).
            coordinates: Tensor of shape (points, 2).
            colors: Targets, shape (points, cells, channels).
            mixing: What becomes of the values of four neighboring points, shape (4, 4): the
                identity, or a quarter everywhere for their mean.
        """
        targets = tf.transpose(colors, (1, 2, 0))
        with tf.GradientTape() as tape:
            tape.watch(parameters)
            values = self.network.values(parameters, coordinates)
            if self._with_areas:
                values = _mixed(values, mixing)
            error = _error(values, targets)
            losses = tf.reduce_sum(error * error, axis=(1, 2))
            losses /= self._batch_points * self.network.channels
        return losses, tape.gradient(losses, parameters)


def _mixed(values: tf.Tensor, mixing: tf.Tensor) -> tf.Tensor:
    # As a product it takes no time; XLA's sums of neighbors are scalar code on CPUs.
    fours = tf.reshape(values, (values.shape[0], -1, PIXEL_POINTS))
    each = tf.broadcast_to(mixing, (values.shape[0], *mixing.shape))
    return tf.reshape(tf.matmul(fours, each), values.shape)


def _error(values: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """Return the differences of values from their targets, which are in [-1, 1]."""
    lowest = tf.where(targets <= -1.0, targets - SATURATION_SLACK, targets)
    highest = tf.where(targets >= 1.0, targets + SATURATION_SLACK, targets)
    return values - tf.clip_by_value(values, lowest, highest)
