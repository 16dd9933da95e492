"""Layers as files store them: rounding, whole turns of phases, weights without end."""

import numpy as np
import pytest

from siren_cli.model.layers import Layer, finite, rounded, wrapped


def layers(seed: int = 0) -> list[Layer]:
    """Three layers of two cells, biases far beyond one turn."""
    generator = np.random.default_rng(seed)
    shapes = [(2, 5), (5, 5), (5, 3)]
    return [
        Layer(generator.normal(0, 0.5, (2, i, o)), generator.normal(0, 9, (2, o)))
        for i, o in shapes
    ]


def test_small_integers_are_at_most_half_a_step_off():
    for made, stored in zip(layers()[1:], rounded(layers(), "int8")[1:], strict=True):
        assert stored.weight.dtype == np.int8
        peak = np.abs(made.weight).max(axis=1, keepdims=True)
        error = np.abs(stored.floats().weight - made.weight)
        # Half a step of 1/127, and the rounding of the scale to float16.
        assert (error <= peak * (0.5 / 127 + 2**-11)).all()


def test_the_first_layer_and_all_biases_are_never_small_integers():
    stored = rounded(layers(), "int8")
    assert stored[0].scale is None
    assert {stored[0].weight.dtype, *(layer.bias.dtype for layer in stored)} == {
        np.dtype(np.float16)
    }


@pytest.mark.parametrize("dtype", ["int8", "float16", "float32"])
def test_phases_are_kept_up_to_whole_turns(dtype):
    for made, stored in zip(layers()[:-1], rounded(wrapped(layers()), dtype)[:-1], strict=True):
        assert np.abs(stored.bias).max() <= np.float16(np.pi)
        np.testing.assert_allclose(np.sin(stored.bias), np.sin(made.bias), atol=2e-3)


def test_columns_of_zeros_and_of_tiny_weights_stay_small():
    first, hidden, last = layers()
    hidden = Layer(hidden.weight * np.array([0, 1e-12, 1e-6, 1, 1]), hidden.bias)
    stored = rounded([first, hidden, last], "int8")[1].floats()
    assert finite([stored])
    assert np.abs(stored.weight[..., :2]).max() == 0
    np.testing.assert_allclose(stored.weight[..., 2], hidden.weight[..., 2], atol=1e-7)


@pytest.mark.parametrize("dtype", ["int8", "float16"])
def test_weights_that_outgrow_their_type_are_found(dtype):
    first, hidden, last = layers()
    huge = Layer(hidden.weight * 1e8, hidden.bias)
    assert finite(rounded(layers(), dtype))
    assert not finite(rounded([first, huge, last], dtype))
