"""Activations and the encoding: against differences, and against TensorFlow."""

from typing import get_args

import numpy as np
import pytest
import tensorflow as tf

from siren_cli.config import ActivationName
from siren_cli.model import encoding
from siren_cli.model.activations import ACTIVATIONS, Place
from siren_cli.training.activations import TENSOR_ACTIVATIONS, encoded

NAMES = get_args(ActivationName)
# Not at 0, where two of them have no second derivative.
X = np.linspace(-1.3, 1.3, 2000)


def test_every_activation_is_in_both_tables() -> None:
    assert list(ACTIVATIONS) == list(TENSOR_ACTIVATIONS) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_derivatives_are_what_differences_approach(name: str) -> None:
    _, slope, bend = ACTIVATIONS[name].derivatives(X)
    step = 1e-5
    before, here, after = (ACTIVATIONS[name].function(X + d) for d in (-step, 0.0, step))
    steepest, most_bent = np.abs(slope).max(), np.abs(bend).max()
    np.testing.assert_allclose(slope, (after - before) / (2 * step), atol=1e-5 * steepest)
    bends = (after - 2 * here + before) / step**2
    np.testing.assert_allclose(bend, bends, atol=1e-4 * max(most_bent, 1.0))


@pytest.mark.parametrize("name", NAMES)
def test_the_values_beside_the_derivatives_are_the_same(name: str) -> None:
    values = ACTIVATIONS[name].derivatives(X)[0]
    np.testing.assert_allclose(values, ACTIVATIONS[name].function(X.copy()), atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_trained_has_these_values_and_slopes(name: str) -> None:
    x = tf.constant(X, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        values = TENSOR_ACTIVATIONS[name](x)
    expected, slope, _ = ACTIVATIONS[name].derivatives(X)
    np.testing.assert_allclose(values, expected, atol=5e-5)
    np.testing.assert_allclose(tape.gradient(values, x), slope, atol=1e-4 * np.abs(slope).max())


@pytest.mark.parametrize("name", NAMES)
def test_single_precision_stays_single(name: str) -> None:
    x = X.astype(np.float32)
    arrays = [*ACTIVATIONS[name].derivatives(x), ACTIVATIONS[name].function(x)]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("name", "value"),
    [("gauss", np.exp(-0.5)), ("wire", np.cos(1) * np.exp(-0.09)), ("finer", np.sin(3.3))],
)
def test_files_mean_these_constants_for_ever(name: str, value: float) -> None:
    assert ACTIVATIONS[name].function(np.array([0.1])) == pytest.approx(value)


def test_initial_weights_are_within_the_bounds_of_their_papers() -> None:
    hidden = Place(1, 24, 30, omega=20.0)
    assert ACTIVATIONS["sine"].bounds(hidden)[0] == 0.5 / 20.0
    assert ACTIVATIONS["finer"].bounds(hidden)[0] == 0.5 / 30.0
    assert ACTIVATIONS["relu"].bounds(hidden)[0] == 0.5
    assert ACTIVATIONS["tanh"].bounds(hidden)[0] == 1 / 3


def test_a_point_is_encoded_as_y_x_and_waves_of_both() -> None:
    y, x = np.array([0.25, -1.0]), np.array([0.5, 0.125])
    (y_part, x_part), s = (encoding.encoded(each, 2) for each in (y, x)), np.sqrt(0.5)
    np.testing.assert_allclose(y_part[0], [0.25, s, s, 1, 0], atol=1e-12)
    np.testing.assert_allclose(x_part[0], [0.5, 1, 0, 0, -1], atol=1e-12)
    whole = encoded(tf.constant(np.stack([y, x], axis=1), tf.float32), 2).numpy()
    by_hand = [y_part[:, :1], x_part[:, :1], y_part[:, 1:], x_part[:, 1:]]
    np.testing.assert_allclose(whole.T, np.hstack(by_hand), atol=1e-5)


def test_weights_of_an_encoding_are_split_by_axis() -> None:
    weight = np.arange(10.0)[:, None]
    y, x = encoding.by_axis(weight)
    assert y[:, 0].tolist() == [0, 2, 3, 4, 5]
    assert x[:, 0].tolist() == [1, 6, 7, 8, 9]
    y, x = encoding.by_axis(weight[:2])
    assert (y.tolist(), x.tolist()) == ([[0.0]], [[1.0]])


def test_derivatives_of_the_encoding_are_what_differences_approach() -> None:
    step = 1e-5
    _, slope, bend = encoding.derivatives(X, 3)
    before, here, after = (encoding.encoded(X + d, 3) for d in (-step, 0.0, step))
    np.testing.assert_allclose(slope, (after - before) / (2 * step), atol=1e-5)
    np.testing.assert_allclose(bend, (after - 2 * here + before) / step**2, atol=1e-3)
