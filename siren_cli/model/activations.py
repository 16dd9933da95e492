"""The activations: functions of each feature, after every layer but the last.

A layer is activation(x @ weight + bias); the last one is linear. The frequencies of sines
are multiplied into the weights. All other constants of the functions are in this module,
and files hold only the name of an activation, so these constants never change.

A new activation is an entry of `ACTIVATIONS`, an entry of its twin in TensorFlow
(`training.activations`), and a name (`function_names`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.function_names import ActivationName

Array = NDArray[Any]

# The constants below are the best that `benchmarks.activations` tries, on cells of 64
# pixels.
# Standard deviation of the Gaussian (Ramasinghe and Lucey 2022, arXiv:2111.15135).
GAUSS_SIGMA = 0.1
# Frequency of the Gabor wavelet (Saragadam et al. 2023, arXiv:2301.05187). Our wavelet is
# the real part of theirs.
WIRE_OMEGA = 10.0
# Inverse width of the Gabor wavelet.
WIRE_SCALE = 3.0
# Frequency of FINER (Liu et al. 2024, arXiv:2312.02434).
FINER_OMEGA = 30.0
# Bound of the biases of FINER's first layer. Its authors choose a wide bound, for networks
# of whole pictures; for cells a narrow one is best.
FINER_BIAS = 0.1


class Derivatives(NamedTuple):
    """A function at some arguments: its values, first and second derivatives."""

    value: Array
    first: Array
    second: Array


class Bounds(NamedTuple):
    """Bounds of the uniform distributions of a layer's initial parameters."""

    weight: float
    bias: float


class LayerShape(NamedTuple):
    """The facts about a layer that its initial parameters depend on.

    Attributes:
        number: Number of the layer; 0 is the first.
        fan_in: Number of its inputs.
        fan_out: Number of its outputs.
        omega: Frequency of hidden sines.
    """

    number: int
    fan_in: int
    fan_out: int
    omega: float


@dataclass(frozen=True)
class Activation:
    """A function of each feature, and how networks of it are trained.

    Attributes:
        function: Returns its values; may overwrite its argument.
        derivatives: Returns its values, first and second derivatives.
        bounds: Returns the bounds of a layer's initial parameters.
        rate_factor: Its best learning rate divided by that of sines
            (`benchmarks.activations`).
    """

    function: Callable[[Array], Array]
    derivatives: Callable[[Array], Derivatives]
    bounds: Callable[[LayerShape], Bounds]
    rate_factor: float = 1.0


# Biases are U(-1/sqrt(fan_in), 1/sqrt(fan_in)), the default of PyTorch, which the authors of
# these activations used: so the waves or kinks of a layer do not all begin at one point.


def _siren_bounds(shape: LayerShape) -> Bounds:
    # Sitzmann et al. 2020, arXiv:2006.09661, section 3.2.
    first, hidden = 1.0 / shape.fan_in, math.sqrt(6.0 / shape.fan_in) / shape.omega
    return Bounds(first if shape.number == 0 else hidden, 1.0 / math.sqrt(shape.fan_in))


def _finer_bounds(shape: LayerShape) -> Bounds:
    weight, bias = _siren_bounds(shape._replace(omega=FINER_OMEGA))
    return Bounds(weight, FINER_BIAS if shape.number == 0 else bias)


def _pytorch_bounds(shape: LayerShape) -> Bounds:
    # The authors of the Gaussian and of WIRE used the default of PyTorch for weights, too.
    return Bounds(1.0 / math.sqrt(shape.fan_in), 1.0 / math.sqrt(shape.fan_in))


def _he_bounds(shape: LayerShape) -> Bounds:
    # He et al. 2015, arXiv:1502.01852, section 2.2.
    return Bounds(math.sqrt(6.0 / shape.fan_in), 1.0 / math.sqrt(shape.fan_in))


def _glorot_bounds(shape: LayerShape) -> Bounds:
    # Glorot and Bengio 2010, equation 16.
    both = shape.fan_in + shape.fan_out
    return Bounds(math.sqrt(6.0 / both), 1.0 / math.sqrt(shape.fan_in))


def _sine(x: Array) -> Array:
    return np.sin(x, out=x)


def _sine_derivatives(x: Array) -> Derivatives:
    sine, cosine = np.sin(x), np.cos(x)
    return Derivatives(sine, cosine, -sine)


def _relu(x: Array) -> Array:
    return np.maximum(x, 0.0, out=x)


def _relu_derivatives(x: Array) -> Derivatives:
    return Derivatives(np.maximum(x, 0.0), (x > 0.0).astype(x.dtype), np.zeros_like(x))


def _tanh(x: Array) -> Array:
    return np.tanh(x, out=x)


def _tanh_derivatives(x: Array) -> Derivatives:
    value = np.tanh(x)
    first = 1.0 - value**2
    return Derivatives(value, first, -2.0 * value * first)


def _sigmoid(x: Array) -> Array:
    x *= 0.5  # tanh does not overflow
    np.tanh(x, out=x)
    x += 1.0
    x *= 0.5
    return x


def _sigmoid_derivatives(x: Array) -> Derivatives:
    value = _sigmoid(x.copy())
    first = value * (1.0 - value)
    return Derivatives(value, first, first * (1.0 - 2.0 * value))


def _gauss(x: Array) -> Array:
    x *= x
    x *= -0.5 / GAUSS_SIGMA**2
    return np.exp(x, out=x)


def _gauss_derivatives(x: Array) -> Derivatives:
    value, steepness = _gauss(x.copy()), 1.0 / GAUSS_SIGMA**2
    first = -steepness * x * value
    return Derivatives(value, first, -steepness * (value + x * first))


def _wire(x: Array) -> Array:
    envelope = WIRE_SCALE * x
    envelope *= envelope
    np.negative(envelope, out=envelope)
    x *= WIRE_OMEGA
    np.cos(x, out=x)
    x *= np.exp(envelope, out=envelope)
    return x


def _wire_derivatives(x: Array) -> Derivatives:
    wave, slope_of_wave = np.cos(WIRE_OMEGA * x), -WIRE_OMEGA * np.sin(WIRE_OMEGA * x)
    envelope, fall = np.exp(-((WIRE_SCALE * x) ** 2)), -2.0 * WIRE_SCALE**2
    first = (slope_of_wave + fall * x * wave) * envelope
    second = (fall + (fall * x) ** 2 - WIRE_OMEGA**2) * wave + 2.0 * fall * x * slope_of_wave
    return Derivatives(wave * envelope, first, second * envelope)


def _finer(x: Array) -> Array:
    phase = np.abs(x)
    phase += 1.0
    phase *= x
    phase *= FINER_OMEGA
    return np.sin(phase, out=phase)


def _finer_derivatives(x: Array) -> Derivatives:
    phase = FINER_OMEGA * (np.abs(x) + 1.0) * x
    frequency = FINER_OMEGA * (2.0 * np.abs(x) + 1.0)
    sine, cosine = np.sin(phase), np.cos(phase)
    second = 2.0 * FINER_OMEGA * np.sign(x) * cosine - frequency**2 * sine
    return Derivatives(sine, frequency * cosine, second)


ACTIVATIONS: dict[ActivationName, Activation] = {
    "sine": Activation(_sine, _sine_derivatives, _siren_bounds),
    "relu": Activation(_relu, _relu_derivatives, _he_bounds, 10.0),
    "tanh": Activation(_tanh, _tanh_derivatives, _glorot_bounds, 40.0),
    "sigmoid": Activation(_sigmoid, _sigmoid_derivatives, _glorot_bounds, 80.0),
    "gauss": Activation(_gauss, _gauss_derivatives, _pytorch_bounds, 5.0),
    "wire": Activation(_wire, _wire_derivatives, _pytorch_bounds, 4.0),
    "finer": Activation(_finer, _finer_derivatives, _finer_bounds, 0.8),
}
