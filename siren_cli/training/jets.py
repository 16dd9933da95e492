"""The derivatives of networks in training, carried forward from layer to layer.

They are the twins of those in NumPy (`rendering.derivatives`). They go forward beside the
values, so that one ordinary backward pass trains networks by them.
"""

from collections.abc import Callable

import tensorflow as tf

from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN, VALUE
from siren_cli.training.activations import TENSOR_ACTIVATIONS, TensorDerivatives
from siren_cli.training.encoding import derivatives_by_axis, weights_by_axis
from siren_cli.training.network import Network
from siren_cli.training.products import affine, linear

# Number of quantities in a jet, by the highest order that is wanted.
QUANTITIES = {VALUE: 1, DY: 3, DX: 3, LAPLACIAN: 4}

# The quantities of the features of a layer, tensors of shape (cells, features, points).
_Jet = list[tf.Tensor]


def jets(
    network: Network,
    parameters: tf.Tensor,
    coordinates: tf.Tensor,
    pixel: tuple[float, float],
    highest: int,
) -> tf.Tensor:
    """Return the values and derivatives of networks of one shape.

    Args:
        network: The shape of the networks.
        parameters: Tensor of shape (cells, parameters of one cell).
        coordinates: Local coordinates, a tensor of shape (points, 2), shared by all cells.
            They get no gradient.
        pixel: Height and width of a pixel in local coordinates.
        highest: The highest order that is wanted: VALUE, DY, DX or LAPLACIAN.

    Returns:
        Tensor of shape (cells, quantities, channels, points). Its quantities are the value,
        which is that of `Network.values`; from DY on, also the derivatives along y and
        along x, per pixel of the picture; and for LAPLACIAN the Laplacian, per square
        pixel.
    """
    if highest == VALUE:
        return network.values(parameters, coordinates)[:, None]
    derivatives = TENSOR_ACTIVATIONS[network.config.activation].derivatives
    first, *others = network.trainable_layers(parameters)
    jet = _first_layer(network, first, coordinates, pixel)[: QUANTITIES[highest]]
    for weight, bias in others:
        value, *slopes = _activated(jet, derivatives)
        jet = [affine(weight, bias, value), *(linear(weight, each) for each in slopes)]
    return tf.stack(jet, axis=1) / network.omega


def _first_layer(
    network: Network,
    layer: tuple[tf.Tensor, tf.Tensor],
    coordinates: tf.Tensor,
    pixel: tuple[float, float],
) -> _Jet:
    """Return the jet of the first layer, before its activation."""
    weight, bias = layer
    y, x = derivatives_by_axis(coordinates, network.config.encoding, weight.shape[1])
    of_y, of_x = weights_by_axis(weight)
    factor, (height, width) = network.first_factor, pixel
    bend_of_y = _product(of_y, factor * height**2 * y.second)
    return [
        network.first_layer(weight, bias, coordinates),
        _product(of_y, factor * height * y.first),
        _product(of_x, factor * width * x.first),
        bend_of_y + _product(of_x, factor * width**2 * x.second),
    ]


def _product(weight: tf.Tensor, inputs: tf.Tensor) -> tf.Tensor:
    """Return weight^T inputs, for each cell, of inputs that all cells share."""
    return linear(weight, tf.broadcast_to(inputs, (weight.shape[0], *inputs.shape)))


def _activated(jet: _Jet, derivatives: Callable[[tf.Tensor], TensorDerivatives]) -> _Jet:
    """Return the jet of an activation, by the chain rule."""
    value, first, second = derivatives(jet[VALUE])
    result = [value, first * jet[DY], first * jet[DX]]
    if len(jet) > LAPLACIAN:
        squares = jet[DY] * jet[DY] + jet[DX] * jet[DX]
        result.append(first * jet[LAPLACIAN] + second * squares)
    return result
