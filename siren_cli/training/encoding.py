"""The encodings as they are trained, in TensorFlow.

They are the twins of those in NumPy (`model.encoding`), compiled by XLA.
"""

import math
from collections.abc import Callable

import tensorflow as tf

from siren_cli.function_names import EncodingName
from siren_cli.model.encoding import AXES
from siren_cli.training.activations import cosine, sine


def encoded(coordinates: tf.Tensor, name: EncodingName, inputs: int) -> tf.Tensor:
    """Return the first layer's inputs at points.

    Args:
        coordinates: Tensor of shape (points, 2).
        name: Name of the encoding.
        inputs: Number of inputs of the first layer.

    Returns:
        Tensor of shape (inputs, points).
    """
    encode = TENSOR_ENCODINGS[name]
    y, x = (encode(axis, inputs // AXES) for axis in tf.unstack(coordinates, axis=1))
    return tf.stack([y[0], x[0], *y[1:], *x[1:]])


def _identity(position: tf.Tensor, axis_inputs: int) -> list[tf.Tensor]:
    return [position]


def _positional(position: tf.Tensor, axis_inputs: int) -> list[tf.Tensor]:
    frequencies = [math.pi * 2.0**octave for octave in range((axis_inputs - 1) // 2)]
    waves = [wave(each * position) for each in frequencies for wave in (sine, cosine)]
    return [position, *waves]


# Each returns the inputs of one axis, tensors of shape (points,), for a number of them.
TENSOR_ENCODINGS: dict[EncodingName, Callable[[tf.Tensor, int], list[tf.Tensor]]] = {
    "none": _identity,
    "positional": _positional,
}
