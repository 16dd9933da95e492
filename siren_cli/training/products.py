"""Products of the small matrices of many cells, with gradients of their own.

The gradients are written as matrix products, which take nearly no time: XLA's own sums over
points are scalar code on CPUs.
"""

from typing import Any

import tensorflow as tf


@tf.custom_gradient  # type: ignore[untyped-decorator]
def plane_waves(
    weight: tf.Tensor, bias: tf.Tensor, coordinates: tf.Tensor
) -> tuple[tf.Tensor, Any]:
    """Return weight^T (y, x) + bias, for each cell: the first layer without encoding.

    Args:
        weight: Tensor of shape (cells, 2, width).
        bias: Tensor of shape (cells, width, 1).
        coordinates: Tensor of shape (points, 2), shared by all cells; it gets no gradient.

    Returns:
        Tensor of shape (cells, width, points).
    """
    y, x = tf.unstack(coordinates, axis=1)
    phase = weight[:, 0, :, None] * y + weight[:, 1, :, None] * x + bias

    def backward(gradient: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, None]:
        # Each cell has a product of its own for y, x and the bias, so that the bits of
        # the result do not depend on the number of cells.
        inputs = tf.concat([coordinates, tf.ones_like(coordinates[:, :1])], axis=1)
        inputs = tf.broadcast_to(inputs, (weight.shape[0], *inputs.shape))
        by_input = tf.matmul(gradient, inputs)
        return tf.transpose(by_input[:, :, :2], (0, 2, 1)), by_input[:, :, 2:], None

    return phase, backward


@tf.custom_gradient  # type: ignore[untyped-decorator]
def affine(weight: tf.Tensor, bias: tf.Tensor, features: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """Return weight^T features + bias, for each cell.

    Args:
        weight: Tensor of shape (cells, fan_in, fan_out).
        bias: Tensor of shape (cells, fan_out, 1).
        features: Tensor of shape (cells, fan_in, points).

    Returns:
        Tensor of shape (cells, fan_out, points).
    """

    def backward(gradient: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        ones = tf.ones((weight.shape[0], features.shape[2], 1))
        return (
            tf.matmul(features, gradient, transpose_b=True),
            tf.matmul(gradient, ones),
            tf.matmul(weight, gradient),
        )

    return tf.matmul(weight, features, transpose_a=True) + bias, backward


@tf.custom_gradient  # type: ignore[untyped-decorator]
def linear(weight: tf.Tensor, features: tf.Tensor) -> tuple[tf.Tensor, Any]:
    """Return weight^T features, for each cell.

    Args:
        weight: Tensor of shape (cells, fan_in, fan_out).
        features: Tensor of shape (cells, fan_in, points).

    Returns:
        Tensor of shape (cells, fan_out, points).
    """

    def backward(gradient: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.matmul(features, gradient, transpose_b=True), tf.matmul(weight, gradient)

    return tf.matmul(weight, features, transpose_a=True), backward
