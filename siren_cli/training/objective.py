"""The loss of the networks of a class of cells, compiled once for each number of cells."""

import math
from typing import NamedTuple

import tensorflow as tf

from siren_cli.model.grid import PIXEL_POINTS, Grid
from siren_cli.planning.lesson import Teaching
from siren_cli.rendering.derivatives import LAPLACIAN, VALUE
from siren_cli.training.cell_readings import cell_readings
from siren_cli.training.jets import jets
from siren_cli.training.network import Network
from siren_cli.training.ties import BORDER_POINTS

# A value this far beyond black or white is no error, for drawing clips it; values span
# [-1, 1]. Text and drawings gain 3 to 13 dB; more freedom gains little, and shifts edges
# between the pixels.
SATURATION_SLACK = 0.3
# The quantity of a fit by values.
VALUES = (VALUE,)


class LossShape(NamedTuple):
    """What is compiled into a loss.

    Attributes:
        batch_points: Points of a whole batch, of which a call may get a share.
        with_areas: Whether means over pixels are ever learned.
        teaching: The parts of the loss.
        pixel: Height and width of a pixel in local coordinates.
        reach: How far from a border ties are at most, in local coordinates (y, x).
        whole: The grid of a picture that every step is one of as a whole, or None.
    """

    batch_points: int
    with_areas: bool
    teaching: Teaching = Teaching()
    pixel: tuple[float, float] = (0.0, 0.0)
    reach: tuple[float, float] = (0.0, 0.0)
    whole: Grid | None = None

    @property
    def is_tied(self) -> bool:
        """Whether neighboring cells are trained to agree."""
        return self.teaching.tie > 0.0


class Objective:
    """What the networks of a class of cells learn.

    Args:
        network: The network of each cell.
        shape: What is compiled into the loss.

    Attributes:
        network: The network of each cell.
        shape: What is compiled into the loss.
        losses_and_gradient: Returns some cells' losses at a share of a batch, and the
            gradient of their sum. Its arguments are those of `_losses_and_gradient`.
        border_values: Returns some cells' values at their border points, shape
            (cells, channels, points).
        readings: Returns what some cells say of their Laplacians (`cell_readings`).
        gradient_along: Returns the gradient of what cells lose by their readings. Its
            arguments are those of `_gradient_along`.
    """

    def __init__(self, network: Network, shape: LossShape) -> None:
        self.network, self.shape = network, shape
        self.losses_and_gradient = tf.function(
            self._losses_and_gradient, jit_compile=True, autograph=False
        )
        self.border_values = tf.function(network.values, jit_compile=True, autograph=False)
        self.readings = tf.function(self._readings, jit_compile=True, autograph=False)
        self.gradient_along = tf.function(
            self._gradient_along, jit_compile=True, autograph=False
        )

    @property
    def compilations(self) -> int:
        """How often it was compiled, once for each number of cells."""
        functions = self.losses_and_gradient, self.gradient_along
        return sum(int(each.experimental_get_tracing_count()) for each in functions)

    @property
    def target_channels(self) -> int:
        """Number of values that are taught at a point."""
        return len(self.shape.teaching.orders) * self.network.channels

    def _losses_and_gradient(
        self,
        parameters: tf.Tensor,
        coordinates: tf.Tensor,
        targets: tf.Tensor,
        mixing: tf.Tensor,
        borders: tuple[tf.Tensor, tf.Tensor] | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the cells' losses, shape (cells,), and the gradient of their sum.

        Of a fit by values these are mean squared errors. The mean runs over the points of the
        whole batch, so the sums over shares are those of the batch.

        Args:
            parameters: Tensor of shape (cells, parameters of one cell).
            coordinates: Tensor of shape (points, 2).
            targets: Shape (points, cells, target_channels); NaN is not taught.
            mixing: What becomes of the values of four neighboring points, shape (4, 4): the
                identity, or a quarter everywhere for their mean.
            borders: The border points, and what each cell's neighbors say there
                (`ties.neighbor_values`); None where cells are not tied.
        """
        teaching = self.shape.teaching
        with tf.GradientTape() as tape:
            tape.watch(parameters)
            error = self._error(
                parameters, coordinates, tf.transpose(targets, (1, 2, 0)), mixing
            )
            losses = tf.reduce_sum(error * error, axis=(1, 2))
            if teaching.smooth:
                between = self._laplacian_between(parameters, coordinates)
                losses += teaching.smooth * tf.reduce_sum(between * between, axis=(1, 2))
            losses /= self.shape.batch_points * self.network.channels
            if borders is not None:
                points, wanted = borders
                apart = self.network.values(parameters, points) - wanted
                apart = _zero_where_unknown(apart, wanted)
                weight = teaching.tie / (BORDER_POINTS * self.network.channels)
                losses += weight * tf.reduce_sum(apart * apart, axis=(1, 2))
        return losses, tape.gradient(losses, parameters)

    def _readings(
        self, parameters: tf.Tensor, coordinates: tf.Tensor, targets: tf.Tensor
    ) -> tf.Tensor:
        """Return cells' readings, of which the targets are taken away (`cell_readings`)."""
        return cell_readings(self.network, parameters, coordinates, targets, self.shape.pixel)

    def _gradient_along(
        self,
        parameters: tf.Tensor,
        coordinates: tf.Tensor,
        targets: tf.Tensor,
        slopes: tf.Tensor,
    ) -> tf.Tensor:
        """Return the gradient of a loss of some cells' readings, and of their bends.

        Args:
            parameters: Tensor of shape (cells, parameters of one cell).
            coordinates: Tensor of shape (points, 2).
            targets: Shape (points, cells, channels).
            slopes: The derivatives of the loss with respect to the readings.
        """
        smooth = self.shape.teaching.smooth
        with tf.GradientTape() as tape:
            tape.watch(parameters)
            parts = [self._readings(parameters, coordinates, targets)]
            slopes_of_parts = [slopes]
            if smooth:
                between = self._laplacian_between(parameters, coordinates)
                weight = smooth / (self.shape.batch_points * self.network.channels)
                parts.append(weight * tf.reduce_sum(between * between))
                slopes_of_parts.append(tf.ones(()))
        return tape.gradient(parts, parameters, slopes_of_parts)

    def _error(
        self,
        parameters: tf.Tensor,
        coordinates: tf.Tensor,
        targets: tf.Tensor,
        mixing: tf.Tensor,
    ) -> tf.Tensor:
        """Return the weighted errors of all that is taught, shape as `targets`.

        Args:
            parameters: Tensor of shape (cells, parameters of one cell).
            coordinates: Tensor of shape (points, 2).
            targets: Shape (cells, target_channels, points).
            mixing: As in `_losses_and_gradient`.
        """
        values = self._taught(parameters, coordinates)
        if self.shape.with_areas:
            values = _mixed(values, mixing)
        orders, weights, *_ = self.shape.teaching
        if orders == VALUES:
            return _error(values, targets)
        count = len(orders)
        pairs = zip(
            tf.split(values, count, axis=1), tf.split(targets, count, axis=1), strict=True
        )
        errors = [
            math.sqrt(weight) * (_error(*pair) if order == VALUE else tf.subtract(*pair))
            for order, weight, pair in zip(orders, weights, pairs, strict=True)
        ]
        return _zero_where_unknown(tf.concat(errors, axis=1), targets)

    def _taught(self, parameters: tf.Tensor, coordinates: tf.Tensor) -> tf.Tensor:
        """Return the quantities that are taught, shape (cells, target_channels, points)."""
        orders = self.shape.teaching.orders
        if orders == VALUES:
            return self.network.values(parameters, coordinates)
        every = jets(self.network, parameters, coordinates, self.shape.pixel, max(orders))
        taught = tf.gather(every, orders, axis=1)
        return tf.reshape(taught, (taught.shape[0], self.target_channels, -1))

    def _laplacian_between(self, parameters: tf.Tensor, coordinates: tf.Tensor) -> tf.Tensor:
        """Return the Laplacian between pixels, shape (cells, channels, points)."""
        # The corners of pixels are farthest from their centers.
        corners = coordinates + 0.5 * tf.constant(self.shape.pixel)
        return jets(self.network, parameters, corners, self.shape.pixel, LAPLACIAN)[
            :, LAPLACIAN
        ]


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


def _zero_where_unknown(error: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    return tf.where(tf.math.is_nan(targets), 0.0, error)
