"""Encodings: against differences, and against TensorFlow."""

from typing import get_args

import numpy as np
import pytest
import tensorflow as tf

from siren_cli.function_names import EncodingName
from siren_cli.model.encoding import ENCODINGS, by_axis, of_points, possible_inputs
from siren_cli.training.encoding import TENSOR_ENCODINGS, encoded

NAMES = get_args(EncodingName)
# The cell size makes three octaves where there are any.
CELL_SIZE = 8
Y = np.linspace(-1.3, 1.3, 200)
X = Y[::-1] / 2


def test_every_encoding_is_in_both_tables() -> None:
    assert list(ENCODINGS) == list(TENSOR_ENCODINGS) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_derivatives_are_what_differences_approach(name: EncodingName) -> None:
    encoding, step = ENCODINGS[name], 1e-5
    count = encoding.axis_inputs(CELL_SIZE)
    _, first, second = encoding.derivatives(Y, count)
    before, here, after = (encoding.values(Y + d, count) for d in (-step, 0.0, step))
    np.testing.assert_allclose(first, (after - before) / (2 * step), atol=1e-5)
    np.testing.assert_allclose(second, (after - 2 * here + before) / step**2, atol=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_the_trained_encoding_has_these_values(name: EncodingName) -> None:
    encoding = ENCODINGS[name]
    count = encoding.axis_inputs(CELL_SIZE)
    points = tf.constant(np.stack([Y, X], axis=1), tf.float32)
    trained = encoded(points, name, encoding.inputs(CELL_SIZE)).numpy()
    ours = of_points(encoding.values(Y, count), encoding.values(X, count))
    np.testing.assert_allclose(trained.T, ours, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_single_precision_stays_single(name: EncodingName) -> None:
    arrays = ENCODINGS[name].derivatives(Y.astype(np.float32), 5 if name != "none" else 1)
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


def test_a_point_becomes_y_x_and_waves_of_both() -> None:
    positional, s = ENCODINGS["positional"], np.sqrt(0.5)
    y, x = (positional.values(np.array([each]), 5) for each in (0.25, 0.5))
    inputs = [0.25, 0.5, s, s, 1, 0, 1, 0, 0, -1]
    np.testing.assert_allclose(of_points(y, x)[0], inputs, atol=1e-12)


@pytest.mark.parametrize("inputs", [2, 10])
def test_weights_are_split_as_inputs_are_joined(inputs: int) -> None:
    weight = np.arange(float(inputs))[:, None]
    y, x = by_axis(weight)
    np.testing.assert_array_equal(of_points(y.T, x.T), weight.T)


def test_inputs_are_those_of_cells_of_any_size() -> None:
    assert possible_inputs("none") == {2}
    assert possible_inputs("positional") == set(range(2, 51, 4))
