"""The activations as they are trained, in TensorFlow.

They are the twins of those in NumPy (`model.activations`), compiled by XLA.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from siren_cli.function_names import ActivationName
from siren_cli.model import activations


@tf.custom_gradient  # type: ignore[untyped-decorator]
def sine(phase: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """Return sin(phase), and keep the cosine for the backward pass.

    Both are polynomials, for XLA's own sine is scalar code on CPUs and ten times slower.
    The polynomials are least-squares fits over one turn; their largest error is 4e-6 for
    |phase| < 40.
    """
    turns = phase * (0.5 / math.pi)
    t = turns - tf.round(turns)
    q = t * t
    sin = t * _horner(q, SINE_TERMS)
    cos = _horner(q, COSINE_TERMS)
    return sin, lambda gradient: gradient * cos


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


def _gauss(x: tf.Tensor) -> tf.Tensor:
    return tf.exp(x * x * (-0.5 / activations.GAUSS_SIGMA**2))


def _wire(x: tf.Tensor) -> tf.Tensor:
    return cosine(activations.WIRE_OMEGA * x) * tf.exp(-((activations.WIRE_SCALE * x) ** 2))


def _finer(x: tf.Tensor) -> tf.Tensor:
    return sine(activations.FINER_OMEGA * (tf.abs(x) + 1.0) * x)


TENSOR_ACTIVATIONS: dict[ActivationName, Callable[[tf.Tensor], tf.Tensor]] = {
    "sine": sine,
    "relu": tf.nn.relu,
    "tanh": tf.tanh,
    "sigmoid": tf.sigmoid,
    "gauss": _gauss,
    "wire": _wire,
    "finer": _finer,
}
