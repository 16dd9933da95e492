"""The activations as they are trained, in TensorFlow.

They are the twins of those in NumPy (`model.activations`), compiled by XLA.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import tensorflow as tf

from siren_cli.function_names import ActivationName
from siren_cli.model import activations


class TensorDerivatives(NamedTuple):
    """A function at some arguments: its values, first and second derivatives."""

    value: tf.Tensor
    first: tf.Tensor
    second: tf.Tensor


@dataclass(frozen=True)
class TensorActivation:
    """A function of each feature.

    Attributes:
        function: Returns its values.
        derivatives: Returns its values, first and second derivatives, each of which can
            be differentiated once more.
    """

    function: Callable[[tf.Tensor], tf.Tensor]
    derivatives: Callable[[tf.Tensor], TensorDerivatives]


@tf.custom_gradient  # type: ignore[untyped-decorator]
def sine(phase: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """Return sin(phase), and keep the cosine for the backward pass.

    Both are polynomials, for XLA's own sine is scalar code on CPUs and ten times slower.
    The polynomials are least-squares fits over one turn; their largest error is 4e-6 for
    |phase| < 40.
    """
    sin, cos = _polynomials(phase)
    return sin, lambda gradient: gradient * cos


@tf.custom_gradient  # type: ignore[untyped-decorator]
def sine_and_cosine(phase: tf.Tensor) -> tuple[tuple[tf.Tensor, tf.Tensor], Any]:
    """Return sin(phase) and cos(phase), each as good as `sine`."""
    sin, cos = _polynomials(phase)
    return (sin, cos), lambda of_sin, of_cos: of_sin * cos - of_cos * sin


def _polynomials(phase: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    turns = phase * (0.5 / math.pi)
    t = turns - tf.round(turns)
    q = t * t
    return t * _horner(q, SINE_TERMS), _horner(q, COSINE_TERMS)


# Coefficients of sin(2 pi t) / t in powers of t^2, for |t| <= 1/2.
SINE_TERMS = (6.28318282, -41.3414214, 81.5961837, -76.5800993, 41.2053893, -12.2712536)
# Coefficients of cos(2 pi t) in powers of t^2, for |t| <= 1/2.
COSINE_TERMS = (
    0.999999989,
    -19.7392045,
    64.939119,
    -85.4501655,
    60.167831,
    -25.9683105,
    6.52960635,
)


def _horner(q: tf.Tensor, terms: Sequence[float]) -> tf.Tensor:
    total = tf.constant(terms[-1], q.dtype)
    for term in terms[-2::-1]:
        total = total * q + term
    return total


def cosine(phase: tf.Tensor) -> tf.Tensor:
    """Return cos(phase)."""
    return sine(phase + 0.5 * math.pi)


def _sine_derivatives(x: tf.Tensor) -> TensorDerivatives:
    sin, cos = sine_and_cosine(x)
    return TensorDerivatives(sin, cos, -sin)


def _relu_derivatives(x: tf.Tensor) -> TensorDerivatives:
    return TensorDerivatives(tf.nn.relu(x), tf.cast(x > 0.0, x.dtype), tf.zeros_like(x))


def _tanh_derivatives(x: tf.Tensor) -> TensorDerivatives:
    value = tf.tanh(x)
    first = 1.0 - value * value
    return TensorDerivatives(value, first, -2.0 * value * first)


def _sigmoid_derivatives(x: tf.Tensor) -> TensorDerivatives:
    value = tf.sigmoid(x)
    first = value * (1.0 - value)
    return TensorDerivatives(value, first, first * (1.0 - 2.0 * value))


def _gauss(x: tf.Tensor) -> tf.Tensor:
    return tf.exp(x * x * (-0.5 / activations.GAUSS_SIGMA**2))


def _gauss_derivatives(x: tf.Tensor) -> TensorDerivatives:
    value, steepness = _gauss(x), 1.0 / activations.GAUSS_SIGMA**2
    first = -steepness * x * value
    return TensorDerivatives(value, first, -steepness * (value + x * first))


def _wire(x: tf.Tensor) -> tf.Tensor:
    return cosine(activations.WIRE_OMEGA * x) * tf.exp(-((activations.WIRE_SCALE * x) ** 2))


def _wire_derivatives(x: tf.Tensor) -> TensorDerivatives:
    omega, fall = activations.WIRE_OMEGA, -2.0 * activations.WIRE_SCALE**2
    sin, cos = sine_and_cosine(omega * x)
    envelope, slope_of_wave = tf.exp(0.5 * fall * x * x), -omega * sin
    first = slope_of_wave + fall * x * cos
    second = (fall - omega**2 + fall**2 * x * x) * cos + 2.0 * fall * x * slope_of_wave
    return TensorDerivatives(cos * envelope, first * envelope, second * envelope)


def _finer(x: tf.Tensor) -> tf.Tensor:
    return sine(activations.FINER_OMEGA * (tf.abs(x) + 1.0) * x)


def _finer_derivatives(x: tf.Tensor) -> TensorDerivatives:
    omega = activations.FINER_OMEGA
    sin, cos = sine_and_cosine(omega * (tf.abs(x) + 1.0) * x)
    frequency = omega * (2.0 * tf.abs(x) + 1.0)
    second = 2.0 * omega * tf.sign(x) * cos - frequency * frequency * sin
    return TensorDerivatives(sin, frequency * cos, second)


TENSOR_ACTIVATIONS: dict[ActivationName, TensorActivation] = {
    "sine": TensorActivation(sine, _sine_derivatives),
    "relu": TensorActivation(tf.nn.relu, _relu_derivatives),
    "tanh": TensorActivation(tf.tanh, _tanh_derivatives),
    "sigmoid": TensorActivation(tf.sigmoid, _sigmoid_derivatives),
    "gauss": TensorActivation(_gauss, _gauss_derivatives),
    "wire": TensorActivation(_wire, _wire_derivatives),
    "finer": TensorActivation(_finer, _finer_derivatives),
}
