"""What stands between the layers: sines, and what others have put there.

A layer is activation(x @ weight + bias), the last one linear. The frequencies of
sines are in the weights. All other constants are here, and files hold only the
activation's name: so they never change.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.config import ActivationName

Array = NDArray[Any]
Derivatives = tuple[Array, Array, Array]
Bounds = tuple[float, float]

# The best of those that `benchmarks.activations` tries, on cells of 64 pixels.
# Width of the Gaussian (Ramasinghe and Lucey 2022, arXiv:2111.15135).
GAUSS_SIGMA = 0.1
# Frequency and inverse width of the Gabor wavelet, whose real part alone is taken
# (Saragadam et al. 2023, arXiv:2301.05187).
WIRE_OMEGA, WIRE_SCALE = 10.0, 3.0
# Frequency, and bound of the first layer's biases (Liu et al. 2024, arXiv:2312.02434).
# Its authors make them wide, for networks of whole pictures; for cells narrow is best.
FINER_OMEGA, FINER_BIAS = 30.0, 0.1


class Place(NamedTuple):
    """Which layer is to be initialized.

    Attributes:
        number: 0 is the first.
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
        function: Its values; may overwrite its argument.
        derivatives: Its values, first and second derivatives.
        bounds: Bounds of uniform initial weights and biases.
        rate: Its best learning rate over that of sines (`benchmarks.activations`).
    """

    function: Callable[[Array], Array]
    derivatives: Callable[[Array], Derivatives]
    bounds: Callable[[Place], Bounds]
    rate: float = 1.0


# Biases are U(-1/sqrt(fan_in), 1/sqrt(fan_in)), as PyTorch gave them to the authors: not
# all waves or kinks of a layer should begin at one point.


def _siren_bounds(place: Place) -> Bounds:
    # Sitzmann et al. 2020, arXiv:2006.09661, section 3.2.
    first, hidden = 1.0 / place.fan_in, math.sqrt(6.0 / place.fan_in) / place.omega
    return first if place.number == 0 else hidden, 1.0 / math.sqrt(place.fan_in)


def _finer_bounds(place: Place) -> Bounds:
    weight, bias = _siren_bounds(place._replace(omega=FINER_OMEGA))
    return weight, FINER_BIAS if place.number == 0 else bias


def _pytorch_bounds(place: Place) -> Bounds:
    # Weights, too, as PyTorch gave them to the authors of the Gaussian and of WIRE.
    return 1.0 / math.sqrt(place.fan_in), 1.0 / math.sqrt(place.fan_in)


def _he_bounds(place: Place) -> Bounds:
    # He et al. 2015, arXiv:1502.01852, section 2.2.
    return math.sqrt(6.0 / place.fan_in), 1.0 / math.sqrt(place.fan_in)


def _glorot_bounds(place: Place) -> Bounds:
    # Glorot and Bengio 2010, equation 16.
    both = place.fan_in + place.fan_out
    return math.sqrt(6.0 / both), 1.0 / math.sqrt(place.fan_in)


def _sine(x: Array) -> Array:
    return np.sin(x, out=x)


def _sine_derivatives(x: Array) -> Derivatives:
    sine, cosine = np.sin(x), np.cos(x)
    return sine, cosine, -sine


def _relu(x: Array) -> Array:
    return np.maximum(x, 0.0, out=x)


def _relu_derivatives(x: Array) -> Derivatives:
    return np.maximum(x, 0.0), (x > 0.0).astype(x.dtype), np.zeros_like(x)


def _tanh(x: Array) -> Array:
    return np.tanh(x, out=x)


def _tanh_derivatives(x: Array) -> Derivatives:
    value = np.tanh(x)
    slope = 1.0 - value**2
    return value, slope, -2.0 * value * slope


def _sigmoid(x: Array) -> Array:
    x *= 0.5  # tanh does not overflow
    np.tanh(x, out=x)
    x += 1.0
    x *= 0.5
    return x


def _sigmoid_derivatives(x: Array) -> Derivatives:
    value = _sigmoid(x.copy())
    slope = value * (1.0 - value)
    return value, slope, slope * (1.0 - 2.0 * value)


def _gauss(x: Array) -> Array:
    x *= x
    x *= -0.5 / GAUSS_SIGMA**2
    return np.exp(x, out=x)


def _gauss_derivatives(x: Array) -> Derivatives:
    value, steepness = _gauss(x.copy()), 1.0 / GAUSS_SIGMA**2
    slope = -steepness * x * value
    return value, slope, -steepness * (value + x * slope)


def _wire(x: Array) -> Array:
    envelope = WIRE_SCALE * x
    envelope *= envelope
    np.negative(envelope, out=envelope)
    x *= WIRE_OMEGA
    np.cos(x, out=x)
    x *= np.exp(envelope, out=envelope)
    return x


def _wire_derivatives(x: Array) -> Derivatives:
    wave, waves_slope = np.cos(WIRE_OMEGA * x), -WIRE_OMEGA * np.sin(WIRE_OMEGA * x)
    envelope, fall = np.exp(-((WIRE_SCALE * x) ** 2)), -2.0 * WIRE_SCALE**2
    slope = (waves_slope + fall * x * wave) * envelope
    bend = (fall + (fall * x) ** 2 - WIRE_OMEGA**2) * wave + 2.0 * fall * x * waves_slope
    return wave * envelope, slope, bend * envelope


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
    bend = 2.0 * FINER_OMEGA * np.sign(x) * cosine - frequency**2 * sine
    return sine, frequency * cosine, bend


ACTIVATIONS: dict[ActivationName, Activation] = {
    "sine": Activation(_sine, _sine_derivatives, _siren_bounds),
    "relu": Activation(_relu, _relu_derivatives, _he_bounds, 10.0),
    "tanh": Activation(_tanh, _tanh_derivatives, _glorot_bounds, 40.0),
    "sigmoid": Activation(_sigmoid, _sigmoid_derivatives, _glorot_bounds, 80.0),
    "gauss": Activation(_gauss, _gauss_derivatives, _pytorch_bounds, 5.0),
    "wire": Activation(_wire, _wire_derivatives, _pytorch_bounds, 4.0),
    "finer": Activation(_finer, _finer_derivatives, _finer_bounds, 0.8),
    "relu-pe": Activation(_relu, _relu_derivatives, _he_bounds, 8.0),
}
