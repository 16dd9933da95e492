"""The encodings as they are trained, in TensorFlow.

They are the twins of those in NumPy (`model.encoding`), compiled by XLA.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import tensorflow as tf

from siren_cli.function_names import EncodingName
from siren_cli.model.encoding import AXES
from siren_cli.training.activations import cosine, sine, sine_and_cosine


class AxisDerivatives(NamedTuple):
    """First and second derivatives of an axis's inputs, along that axis.

    Attributes:
        first: Tensor of shape (axis inputs, points).
        second: Tensor of that shape.
    """

    first: tf.Tensor
    second: tf.Tensor


@dataclass(frozen=True)
class TensorEncoding:
    """A function of one local coordinate.

    Attributes:
        values: Returns the inputs of an axis, tensors of shape (points,), from its
            coordinates, shape (points,), and the number of those inputs.
        derivatives: Returns the derivatives of these inputs, from the same arguments.
    """

    values: Callable[[tf.Tensor, int], list[tf.Tensor]]
    derivatives: Callable[[tf.Tensor, int], AxisDerivatives]


def encoded(coordinates: tf.Tensor, name: EncodingName, inputs: int) -> tf.Tensor:
    """Return the first layer's inputs at points.

    Args:
        coordinates: Tensor of shape (points, 2).
        name: Name of the encoding.
        inputs: Number of inputs of the first layer.

    Returns:
        Tensor of shape (inputs, points).
    """
    encode = TENSOR_ENCODINGS[name].values
    y, x = (encode(axis, inputs // AXES) for axis in tf.unstack(coordinates, axis=1))
    return tf.stack([y[0], x[0], *y[1:], *x[1:]])


def derivatives_by_axis(
    coordinates: tf.Tensor, name: EncodingName, inputs: int
) -> tuple[AxisDerivatives, AxisDerivatives]:
    """Return the derivatives of the first layer's inputs from y, and of those from x.

    Args:
        coordinates: Tensor of shape (points, 2).
        name: Name of the encoding.
        inputs: Number of inputs of the first layer.
    """
    derivatives = TENSOR_ENCODINGS[name].derivatives
    y, x = tf.unstack(coordinates, axis=1)
    return derivatives(y, inputs // AXES), derivatives(x, inputs // AXES)


def weights_by_axis(weight: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the first layer's weights of the inputs from y, and of those from x.

    Args:
        weight: Tensor of shape (cells, inputs, width).

    Returns:
        Two tensors of shape (cells, inputs / 2, width).
    """
    others = weight.shape[1] // AXES - 1
    first_y, first_x, y, x = tf.split(weight, [1, 1, others, others], axis=1)
    return tf.concat([first_y, y], axis=1), tf.concat([first_x, x], axis=1)


def _identity(position: tf.Tensor, axis_inputs: int) -> list[tf.Tensor]:
    return [position]


def _identity_derivatives(position: tf.Tensor, axis_inputs: int) -> AxisDerivatives:
    return AxisDerivatives(tf.ones_like(position)[None], tf.zeros_like(position)[None])


def _frequencies(axis_inputs: int) -> list[float]:
    return [math.pi * 2.0**octave for octave in range((axis_inputs - 1) // 2)]


def _positional(position: tf.Tensor, axis_inputs: int) -> list[tf.Tensor]:
    frequencies = _frequencies(axis_inputs)
    waves = [wave(each * position) for each in frequencies for wave in (sine, cosine)]
    return [position, *waves]


def _positional_derivatives(position: tf.Tensor, axis_inputs: int) -> AxisDerivatives:
    first, second = [tf.ones_like(position)], [tf.zeros_like(position)]
    for each in _frequencies(axis_inputs):
        sin, cos = sine_and_cosine(each * position)
        first += [each * cos, -each * sin]
        second += [-(each**2) * sin, -(each**2) * cos]
    return AxisDerivatives(tf.stack(first), tf.stack(second))


TENSOR_ENCODINGS: dict[EncodingName, TensorEncoding] = {
    "none": TensorEncoding(_identity, _identity_derivatives),
    "positional": TensorEncoding(_positional, _positional_derivatives),
}
