"""The trained network against the paper, and against the one that is drawn."""

from typing import get_args

import numpy as np
import pytest
import tensorflow as tf

from siren_cli.config import NetworkConfig
from siren_cli.function_names import ActivationName
from siren_cli.model.cell_classes import equal_cells
from siren_cli.model.layers import layer_sizes
from siren_cli.model.networks import Networks, floats_of
from siren_cli.rendering.evaluate import evaluate
from siren_cli.training.activations import sine
from siren_cli.training.network import Network

CONFIGS = [
    NetworkConfig(),
    NetworkConfig(hidden_features=7, hidden_layers=0, first_omega_0=11.0),
    NetworkConfig(cell_size=0, hidden_layers=3, hidden_omega_0=30.0),
    *(NetworkConfig(hidden_features=9, activation=name) for name in get_args(ActivationName)),
    NetworkConfig(hidden_features=9, encoding="positional"),
    NetworkConfig(cell_size=0, hidden_layers=0, activation="relu", encoding="positional"),
]


def test_sine_and_its_derivative_are_good_to_four_in_a_million():
    phase = tf.linspace(-40.0, 40.0, 100_001)
    with tf.GradientTape() as tape:
        tape.watch(phase)
        values = sine(phase)
    assert np.abs(values - np.sin(phase)).max() < 4e-6
    assert np.abs(tape.gradient(values, phase) - np.cos(phase)).max() < 4e-6


@pytest.mark.parametrize("config", CONFIGS)
def test_the_trained_network_is_what_the_renderer_draws(config: NetworkConfig):
    network = Network(config, channels=3)
    parameters = np.stack([network.initial((0, 0, cell), None) for cell in range(3)])
    layers = floats_of((tuple(network.folded(parameters)),), np.float32)
    classes = equal_cells(layer_sizes(config, channels=3), cells=3)
    networks = Networks(classes, layers, config.activation, config.encoding)
    y, x = np.float32([-0.9, 0.1, 0.7]), np.float32([-0.5, 0.3])
    coordinates = np.stack(np.meshgrid(y, x, indexing="ij"), axis=-1).reshape(-1, 2)
    values = network.values(tf.constant(parameters), tf.constant(coordinates)).numpy()
    for cell in range(3):
        drawn = evaluate(networks.of_cell(cell), y, x).reshape(-1, 3)
        np.testing.assert_allclose(values[cell].T, drawn, atol=2e-5)


def test_initial_weights_are_those_of_the_paper_after_folding():
    config = NetworkConfig(0, 0, 256, 2, first_omega_0=30.0, hidden_omega_0=30.0)
    network = Network(config, channels=3)
    first, hidden, _, last = network.folded(network.initial((0, 0, 0), None)[None])
    bound = np.sqrt(6 / 256)
    assert 0.99 < np.abs(first.weight).max() / (30 / 2) <= 1.0
    assert 0.99 < np.abs(first.bias).max() / (30 / np.sqrt(2)) <= 1.0
    assert 0.99 < np.abs(hidden.weight).max() / bound <= 1.0 + 1e-6
    assert 0.99 < np.abs(last.weight).max() / (bound / 30) <= 1.0 + 1e-6


def test_initial_weights_depend_on_seed_and_place_alone():
    network = Network(NetworkConfig(), channels=1)
    assert np.array_equal(network.initial((0, 2, 3), None), network.initial((0, 2, 3), None))
    assert not np.array_equal(
        network.initial((0, 2, 3), None), network.initial((0, 3, 2), None)
    )
    assert not np.array_equal(
        network.initial((0, 2, 3), None), network.initial((1, 2, 3), None)
    )


def test_a_cell_of_a_mosaic_starts_around_its_mean_color():
    mean = np.array([0.1, -0.4, 0.9])
    network = Network(NetworkConfig(), channels=3)
    layers = network.folded(network.initial((0, 0, 0), mean)[None])
    np.testing.assert_allclose(layers[-1].bias[0], mean, rtol=1e-6)


def test_only_phases_of_sines_are_stored_within_a_turn():
    for name, largest in (("sine", np.pi), ("finer", 7.0)):
        network = Network(NetworkConfig(activation=name), channels=3)
        parameters = np.full((1, sum(network.sizes())), 7.0 * network.omega, np.float32)
        biases = [layer.bias for layer in network.stored(parameters, "float32")]
        assert biases[1].max() <= largest + 1e-6
        assert biases[-1].max() == 7.0
        if name == "finer":
            assert biases[0].min() == 7.0
