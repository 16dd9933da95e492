"""The derivatives against two independent ways: differences and TensorFlow."""

from typing import get_args

import numpy as np
import pytest
import tensorflow as tf

from siren_cli.function_names import SINE, ActivationName, EncodingName
from siren_cli.model.grid import pixel_centers
from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN, VALUE, jets
from siren_cli.rendering.evaluate import values
from siren_cli.representation.representation import MosaicRepresentation
from tests.helpers.representations import make_representation

# A mosaic with margins, a single cell, and cells that end beyond the picture.
FUNCTIONS = [
    make_representation(16, 12, cell_size=4, margin=1, dtype="float32"),
    make_representation(9, 7, cell_size=0, channels=1),
    make_representation(13, 9, cell_size=5, margin=1, channels=4, dtype="int8"),
]
OTHERS = [
    make_representation(9, 7, cell_size=4, activation=name)
    for name in get_args(ActivationName)
    if name != SINE
]
ENCODED = [
    make_representation(9, 7, cell_size=4, encoding="positional"),
    make_representation(9, 7, cell_size=0, activation="relu", encoding="positional"),
]


def points(
    representation: MosaicRepresentation, count: int = 300
) -> tuple[np.ndarray, np.ndarray]:
    """Return points in the picture and somewhat beyond, on borders of cells among them."""
    facts, grid = representation.header.facts, representation.header.grid
    generator = np.random.default_rng(1)
    y = generator.uniform(-2.0, facts.height + 2.0, count)
    x = generator.uniform(-2.0, facts.width + 2.0, count)
    y[:20] = generator.integers(0, grid.y.cells, 20) * grid.y.cell_size
    x[10:30] = generator.integers(0, grid.x.cells, 20) * grid.x.cell_size
    return y, x


def differences(
    representation: MosaicRepresentation, step: float = 1e-4
) -> tuple[np.ndarray, np.ndarray]:
    """Return the slopes and the Laplacian at points, and what differences say of them."""
    function = representation.floats(np.float64)
    y, x = points(representation)

    def value(dy: float, dx: float) -> np.ndarray:
        return jets(function, y + dy * step, x + dx * step)[VALUE]

    down, up, right, left = value(1, 0), value(-1, 0), value(0, 1), value(0, -1)
    bend = (down + up + right + left - 4 * value(0, 0)) / step**2
    slopes = (down - up) / (2 * step), (right - left) / (2 * step)
    return jets(function, y, x)[[DY, DX, LAPLACIAN]], np.stack([*slopes, bend])


@pytest.mark.parametrize("representation", FUNCTIONS)
def test_derivatives_are_what_differences_approach(
    representation: MosaicRepresentation,
) -> None:
    found, approached = differences(representation)
    np.testing.assert_allclose(found[:2], approached[:2], atol=1e-6)
    np.testing.assert_allclose(found[2], approached[2], atol=1e-5)


@pytest.mark.parametrize("representation", OTHERS + ENCODED)
def test_derivatives_of_other_activations_are_exact_but_for_kinks(
    representation: MosaicRepresentation,
) -> None:
    found, approached = differences(representation, 3e-6)
    largest = np.abs(found).max(axis=(1, 2), keepdims=True)
    assert (np.abs(found - approached) < 1e-3 * largest).mean() > 0.99


@pytest.mark.parametrize("representation", FUNCTIONS + OTHERS + ENCODED)
def test_values_at_points_are_those_of_a_grid(representation: MosaicRepresentation) -> None:
    facts = representation.header.facts
    y, x = pixel_centers(23, facts.height), pixel_centers(31, facts.width)
    function = representation.floats()
    at_points = jets(function, np.repeat(y, len(x)), np.tile(x, len(y)))[VALUE]
    on_a_grid = values(function, y, x)
    # Such random weights make waves of hundreds of turns, with this activation.
    error = 5e-3 if representation.header.activation == "finer" else 1e-5
    np.testing.assert_allclose(at_points.reshape(on_a_grid.shape), on_a_grid, atol=error)


def tensor_inputs(position: tf.Tensor, octaves: int) -> tf.Tensor:
    """Return the inputs of the first layer at positions in [-1, 1]."""
    y, x = tf.unstack(position, axis=1)
    waves = [
        wave(np.pi * 2.0**octave * axis)
        for axis in (y, x)
        for octave in range(octaves)
        for wave in (tf.sin, tf.cos)
    ]
    return tf.stack([y, x, *waves], axis=1)


@pytest.mark.parametrize(("encoding", "octaves"), [("none", 0), ("positional", 8)])
def test_derivatives_are_those_of_tensorflow(encoding: EncodingName, octaves: int) -> None:
    made = make_representation(9, 7, cell_size=0, channels=1, encoding=encoding)
    representation = made.floats(np.float64)
    y, x = points(representation, 40)
    height, width = representation.header.facts.height, representation.header.facts.width
    position = tf.constant(np.stack([y, x], axis=1))
    with tf.GradientTape() as outer:
        outer.watch(position)
        with tf.GradientTape() as inner:
            inner.watch(position)
            local = position * (2.0 / np.array([height, width])) - 1.0
            features = tensor_inputs(local, octaves)
            layers = representation.of_cell(0).layers
            for index, layer in enumerate(layers):
                features = features @ layer.weight + layer.bias
                if index < len(layers) - 1:
                    features = tf.sin(features)
            shade = (features[:, 0] + 1.0) / 2.0
        slopes = inner.gradient(shade, position)
    bends = outer.batch_jacobian(slopes, position)
    found = jets(representation, y, x)[..., 0]
    np.testing.assert_allclose(found[VALUE], shade, atol=1e-12)
    np.testing.assert_allclose(found[[DY, DX]].T, slopes, atol=1e-12)
    np.testing.assert_allclose(found[LAPLACIAN], tf.linalg.trace(bends), atol=1e-12)


def test_many_points_of_a_cell_are_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    y, x = points(FUNCTIONS[0])
    whole = jets(FUNCTIONS[0].floats(), y, x)
    monkeypatch.setattr("siren_cli.rendering.derivatives.POINTS_PER_CALL", 3)
    np.testing.assert_allclose(jets(FUNCTIONS[0].floats(), y, x), whole, atol=1e-4)
