"""Jets of networks in training: against NumPy, and against TensorFlow's own derivatives."""

from collections.abc import Callable
from typing import get_args

import numpy as np
import pytest
import tensorflow as tf

from siren_cli.config import NetworkConfig
from siren_cli.function_names import NO_ENCODING, ActivationName
from siren_cli.model.activations import FINER_OMEGA, GAUSS_SIGMA, WIRE_OMEGA, WIRE_SCALE
from siren_cli.model.layers import Layer
from siren_cli.model.networks import CellNetwork
from siren_cli.rendering.derivatives import LAPLACIAN, VALUE, LocalPoints, network_jet
from siren_cli.training.jets import QUANTITIES, jets
from siren_cli.training.network import Network

NAMES = get_args(ActivationName)
CELLS = 2
# A pixel that is no square, in local coordinates.
PIXEL = (0.2, 0.3)
POINTS = np.random.default_rng(1).uniform(-1.0, 1.0, (40, 2)).astype(np.float32)

NETWORKS = [
    *(NetworkConfig(hidden_features=9, activation=name) for name in NAMES),
    NetworkConfig(hidden_features=9, hidden_layers=0, first_omega_0=6.0, hidden_omega_0=6.0),
    NetworkConfig(cell_size=8, hidden_features=9, encoding="positional"),
    NetworkConfig(0, 0, 9, activation="tanh", encoding="positional"),
]

PLAIN: dict[ActivationName, Callable[[tf.Tensor], tf.Tensor]] = {
    "sine": tf.sin,
    "relu": tf.nn.relu,
    "tanh": tf.tanh,
    "sigmoid": tf.sigmoid,
    "gauss": lambda x: tf.exp(-0.5 * (x / GAUSS_SIGMA) ** 2),
    "wire": lambda x: tf.cos(WIRE_OMEGA * x) * tf.exp(-((WIRE_SCALE * x) ** 2)),
    "finer": lambda x: tf.sin(FINER_OMEGA * (tf.abs(x) + 1.0) * x),
}


def parameters_of(network: Network) -> np.ndarray:
    return np.stack([network.initial((0, 0, cell), None) for cell in range(CELLS)])


def assert_near(found: tf.Tensor, expected: np.ndarray, error: float) -> None:
    """Assert that each quantity of some jets has errors far below its largest value."""
    largest = np.abs(expected).max(axis=(0, 2, 3), keepdims=True)
    assert (np.abs(found - expected) <= error * largest).all()


@pytest.mark.parametrize("config", NETWORKS)
def test_jets_in_training_are_those_of_the_renderer(config: NetworkConfig) -> None:
    network = Network(config, channels=3)
    parameters = parameters_of(network)
    found = jets(network, tf.constant(parameters), tf.constant(POINTS), PIXEL, LAPLACIAN)
    layers = network.folded(parameters.astype(np.float64))
    y, x = POINTS.T.astype(np.float64)
    expected = []
    for cell in range(CELLS):
        own = [Layer(layer.weight[cell], layer.bias[cell]) for layer in layers]
        points = LocalPoints(y, x, *PIXEL)
        jet = network_jet(CellNetwork(own, config.activation, config.encoding), points)
        expected.append(jet.transpose(0, 2, 1))
    # Phases are hundreds of turns with FINER and with octaves, and single precision.
    usual = config.activation != "finer" and config.encoding == NO_ENCODING
    assert_near(found, np.stack(expected), 1e-5 if usual else 5e-5)


def test_lower_orders_are_the_first_quantities() -> None:
    network = Network(NetworkConfig(hidden_features=9), channels=3)
    parameters, points = tf.constant(parameters_of(network)), tf.constant(POINTS)
    whole = jets(network, parameters, points, PIXEL, LAPLACIAN)
    for highest, quantities in QUANTITIES.items():
        part = jets(network, parameters, points, PIXEL, highest)
        np.testing.assert_array_equal(part, whole[:, :quantities])
    np.testing.assert_array_equal(whole[:, VALUE], network.values(parameters, points))


def nested_tapes(network: Network, parameters: tf.Tensor) -> tf.Tensor:
    """Return the jets of networks of one channel as TensorFlow differentiates them.

    Args:
        network: The shape of the networks, which have no encoding.
        parameters: Tensor of shape (cells, parameters of one cell), of float64.
    """
    activate = PLAIN[network.config.activation]
    coordinates = tf.constant(np.stack([POINTS.T] * CELLS).astype(np.float64))
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(coordinates)
        with tf.GradientTape() as inner:
            inner.watch(coordinates)
            first, *others = network.trainable_layers(parameters)
            phases = tf.matmul(first[0], coordinates, transpose_a=True) + first[1]
            features = network.first_factor * phases
            for weight, bias in others:
                features = tf.matmul(weight, activate(features), transpose_a=True) + bias
            value = features / network.omega
        slopes = inner.gradient(value, coordinates) * np.array(PIXEL)[:, None]
        slope_of_y, slope_of_x = slopes[:, :1], slopes[:, 1:]
    zeros = tf.UnconnectedGradients.ZERO
    of_y, of_x = (
        outer.gradient(slope, coordinates, unconnected_gradients=zeros)
        for slope in (slope_of_y, slope_of_x)
    )
    laplacian = PIXEL[0] * of_y[:, :1] + PIXEL[1] * of_x[:, 1:]
    return tf.stack([value, slope_of_y, slope_of_x, laplacian], axis=1)


@pytest.mark.parametrize("name", NAMES)
def test_jets_and_their_gradients_are_those_of_nested_tapes(name: ActivationName) -> None:
    config = NetworkConfig(hidden_features=9, hidden_layers=1, activation=name)
    network = Network(config, channels=1)
    single = tf.constant(parameters_of(network))
    double = tf.cast(single, tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([single, double])
        found = jets(network, single, tf.constant(POINTS), PIXEL, LAPLACIAN)
        expected = nested_tapes(network, double)
        # All quantities have the same part in the loss.
        largest = np.abs(expected).max(axis=(0, 2, 3), keepdims=True) + 1e-6
        loss = tf.reduce_sum((found / largest) ** 2)
        expected_loss = tf.reduce_sum((expected / largest) ** 2)
    assert_near(found, expected.numpy(), 2e-5)
    gradient = tape.gradient(loss, single).numpy()
    expected_gradient = tape.gradient(expected_loss, double).numpy()
    assert np.abs(gradient - expected_gradient).max() < 1e-5 * np.abs(expected_gradient).max()
