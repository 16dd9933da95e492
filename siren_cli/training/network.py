"""The networks of many cells as one trainable vector, in TensorFlow.

SIRENs are trained in a folded form in which all arrays have the same best learning rate,
so that one fused optimizer kernel serves them all. Adam does not depend on the scale of a
gradient. So with omega the frequency of the hidden layers, V = omega W and c = omega b, the
layers

    h = sin(first_omega / omega (x V + c))      the first
    h = sin(h V + c)                            the hidden ones
    y = (h V + c) / omega                       the last, linear

follow the same path as the paper's (W, b) when the rate is multiplied by omega and Adam's
epsilon divided by it. The layers of a file (`Layer`) have the remaining factors multiplied
in. Networks of other activations have no such form: their omega and factors are one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.config import NetworkConfig, StoredType
from siren_cli.function_names import NO_ENCODING, SINE
from siren_cli.model.activations import ACTIVATIONS, Activation, LayerShape
from siren_cli.model.encoding import ENCODINGS
from siren_cli.model.layers import Layer, layer_sizes, rounded, wrapped
from siren_cli.training.activations import TENSOR_ACTIVATIONS
from siren_cli.training.encoding import encoded
from siren_cli.training.products import affine, plane_waves

# Trainable parameters of some cells, shape (cells, parameters of one cell).
Parameters = NDArray[np.float32]


@dataclass(frozen=True)
class Network:
    """The shape that the networks of some cells have.

    Attributes:
        config: Layers, frequencies, activation and encoding of each network.
        channels: Number of values at a point.
        rate_factor: The learning rate of these networks divided by that of the schedule.
    """

    config: NetworkConfig
    channels: int
    rate_factor: float = 1.0

    def initial(self, seed: tuple[int, ...], mean: NDArray[np.float64] | None) -> Parameters:
        """Return one cell's initial parameters, within the activation's bounds.

        Args:
            seed: Seed of the random numbers: that of the fit, and the row and column of
                the cell.
            mean: Mean color of the cell, shape (channels,), which becomes the last bias;
                None leaves that bias random, as in the paper.

        Returns:
            Array of shape (parameters of one cell,), in the order of `sizes`.
        """
        generator = np.random.default_rng(seed)
        arrays = []
        for index, (fan_in, fan_out) in enumerate(self._pairs()):
            shape = LayerShape(index, fan_in, fan_out, self.omega)
            bounds = self.activation.bounds(shape)
            for bound, size in zip(bounds, (fan_in * fan_out, fan_out), strict=True):
                arrays.append(generator.uniform(-bound, bound, size))
        if mean is not None:
            arrays[-1] = mean
        return (self.omega * np.concatenate(arrays)).astype(np.float32)

    def sizes(self) -> list[int]:
        """Return the numbers of weights and of biases, layer by layer, of one cell."""
        return [size for i, o in self._pairs() for size in (i * o, o)]

    def folded(self, parameters: Parameters) -> list[Layer]:
        """Return trained parameters as layers that have all factors multiplied in.

        Args:
            parameters: Array of shape (cells, parameters of one cell).
        """
        arrays = np.split(parameters, np.cumsum(self.sizes())[:-1], axis=1)
        factors = [1.0] * len(self._pairs())
        factors[0] = self.first_factor
        factors[-1] = 1.0 / self.omega
        return [
            Layer(factor * weight.reshape(-1, fan_in, fan_out), factor * bias)
            for factor, (fan_in, fan_out), weight, bias in zip(
                factors, self._pairs(), arrays[::2], arrays[1::2], strict=True
            )
        ]

    def stored(self, parameters: Parameters, dtype: StoredType) -> tuple[Layer, ...]:
        """Return trained parameters as layers of the type that files have."""
        layers = self.folded(parameters)
        return rounded(wrapped(layers) if self._is_sine else layers, dtype)

    def values(self, parameters: tf.Tensor, coordinates: tf.Tensor) -> tf.Tensor:
        """Return the networks' values.

        Args:
            parameters: Tensor of shape (cells, parameters of one cell).
            coordinates: Tensor of shape (points, 2), shared by all cells.

        Returns:
            Tensor of shape (cells, channels, points). Points come last, because products
            of small matrices are fastest along them.
        """
        activate = TENSOR_ACTIVATIONS[self.config.activation].function
        first, *hidden, last = self.trainable_layers(parameters)
        features = activate(self.first_layer(*first, coordinates))
        for weight, bias in hidden:
            features = activate(affine(weight, bias, features))
        return affine(*last, features) / self.omega

    def trainable_layers(self, parameters: tf.Tensor) -> list[tuple[tf.Tensor, tf.Tensor]]:
        """Return the weights and biases of each layer, in the folded form.

        Args:
            parameters: Tensor of shape (cells, parameters of one cell).

        Returns:
            For each layer its weights, shape (cells, fan_in, fan_out), and its biases,
            shape (cells, fan_out, 1).
        """
        arrays = tf.split(parameters, self.sizes(), axis=1)
        return [
            (tf.reshape(weight, (-1, fan_in, fan_out)), bias[:, :, None])
            for (fan_in, fan_out), weight, bias in zip(
                self._pairs(), arrays[::2], arrays[1::2], strict=True
            )
        ]

    def first_layer(
        self, weight: tf.Tensor, bias: tf.Tensor, coordinates: tf.Tensor
    ) -> tf.Tensor:
        """Return the first layer before its activation, shape (cells, width, points).

        Args:
            weight: Its weights, the first of `trainable_layers`.
            bias: Its biases.
            coordinates: Tensor of shape (points, 2), shared by all cells.
        """
        if self.config.encoding == NO_ENCODING:
            # Sums of two products are faster than a matrix product.
            return self.first_factor * plane_waves(weight, bias, coordinates)
        inputs = encoded(coordinates, self.config.encoding, weight.shape[1])
        inputs = tf.broadcast_to(inputs, (weight.shape[0], *inputs.shape))
        return self.first_factor * affine(weight, bias, inputs)

    @property
    def activation(self) -> Activation:
        """The function after every layer but the last."""
        return ACTIVATIONS[self.config.activation]

    @property
    def learning_rate_factor(self) -> float:
        """The best learning rate divided by that of sines without encoding."""
        encoding = ENCODINGS[self.config.encoding]
        return self.rate_factor * self.activation.rate_factor * encoding.rate_factor

    @property
    def omega(self) -> float:
        """The factor of all parameters in the folded form; 1 for other activations."""
        return self.config.hidden_omega_0 if self._is_sine else 1.0

    @property
    def first_factor(self) -> float:
        """The factor of the first layer in the folded form; 1 for other activations."""
        return self.config.first_omega_0 / self.omega if self._is_sine else 1.0

    @property
    def _is_sine(self) -> bool:
        return self.config.activation == SINE

    def _pairs(self) -> Sequence[tuple[int, int]]:
        return list(pairwise(layer_sizes(self.config, self.channels)))
