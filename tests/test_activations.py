"""Activations: against differences, and against TensorFlow."""

from typing import get_args

import numpy as np
import pytest
import tensorflow as tf

from siren_cli.function_names import ActivationName
from siren_cli.model.activations import ACTIVATIONS, LayerShape
from siren_cli.training.activations import TENSOR_ACTIVATIONS

NAMES = get_args(ActivationName)
# None is 0, where two activations have no second derivative.
X = np.linspace(-1.3, 1.3, 2000)


def test_every_activation_is_in_both_tables() -> None:
    assert list(ACTIVATIONS) == list(TENSOR_ACTIVATIONS) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_derivatives_are_what_differences_approach(name: str) -> None:
    _, first, second = ACTIVATIONS[name].derivatives(X)
    step = 1e-5
    before, here, after = (ACTIVATIONS[name].function(X + d) for d in (-step, 0.0, step))
    steepest, most_bent = np.abs(first).max(), np.abs(second).max()
    np.testing.assert_allclose(first, (after - before) / (2 * step), atol=1e-5 * steepest)
    bends = (after - 2 * here + before) / step**2
    np.testing.assert_allclose(second, bends, atol=1e-4 * max(most_bent, 1.0))


@pytest.mark.parametrize("name", NAMES)
def test_the_values_beside_the_derivatives_are_the_same(name: str) -> None:
    values = ACTIVATIONS[name].derivatives(X).value
    np.testing.assert_allclose(values, ACTIVATIONS[name].function(X.copy()), atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_trained_has_these_values_and_slopes(name: str) -> None:
    x = tf.constant(X, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        values = TENSOR_ACTIVATIONS[name].function(x)
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
    hidden = LayerShape(1, 24, 30, omega=20.0)
    assert ACTIVATIONS["sine"].bounds(hidden).weight == 0.5 / 20.0
    assert ACTIVATIONS["finer"].bounds(hidden).weight == 0.5 / 30.0
    assert ACTIVATIONS["relu"].bounds(hidden).weight == 0.5
    assert ACTIVATIONS["tanh"].bounds(hidden).weight == 1 / 3
