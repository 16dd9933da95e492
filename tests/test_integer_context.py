"""The context model is exact, whatever its weights, and its features are splines."""

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from numpy.typing import NDArray

from siren_cli.model.pyramid import splines
from siren_cli.model.pyramid.networks import (
    CONTEXT,
    CONTEXT_INPUTS,
    LARGEST_NUMBER,
    NetworkSizes,
    blocks,
)
from siren_cli.model.pyramid.shape import LEVELS
from siren_cli.representation.pyramid import integer_context
from siren_cli.representation.pyramid.integer_context import LARGEST_INPUT, ContextModel
from siren_cli.representation.pyramid.tables import MEAN_STEPS
from tests.helpers.pyramid_content import make_networks


def hostile_context(generator: np.random.Generator, width: int) -> list[NDArray[np.float32]]:
    """Return matrices of the largest numbers, with the most different exponents."""
    sizes = NetworkSizes(2, width, 1)
    made = make_networks(sizes)
    numbers = tuple(
        generator.choice([LARGEST_NUMBER, -LARGEST_NUMBER, 8190, 1], each.shape)
        for each in made.numbers
    )
    exponents = tuple(generator.choice([-14, 2], len(blocks(sizes))).tolist())
    return made._replace(numbers=numbers, exponents=exponents).matrices()[CONTEXT]


def exactly(
    matrices: list[NDArray[np.float32]], level: int, inputs: NDArray[np.float64]
) -> tuple[int, int]:
    """Return the mean in steps and the number of the scale, in fractions."""

    def layer(matrix: NDArray[np.float32], values: list[Fraction], bias: int) -> list[Fraction]:
        rows = [[Fraction(float(each)) for each in row] for row in matrix]
        pairs = (zip(row[: len(values)], values, strict=True) for row in rows)
        sums = [sum(weight * value for weight, value in own) for own in pairs]
        return [total + row[bias] for total, row in zip(sums, rows, strict=True)]

    def rectified(values: list[Fraction]) -> list[Fraction]:
        steps = (min(max(floor(256 * each), 0), 256 * 1024) for each in values)
        return [Fraction(each, 256) for each in steps]

    known = [Fraction(float(each)) for each in inputs]
    hidden = rectified(layer(matrices[0], known, level - LEVELS))
    hidden = rectified(layer(matrices[1], hidden, -1))
    mean, scale = layer(matrices[2], hidden + known, level - LEVELS)
    steps = min(max(floor(32 * mean + Fraction(1, 2)), -(1 << 20)), (1 << 20) - 1)
    return steps, min(max(floor(4 * (scale + 4) + Fraction(1, 2)), 0), 36)


@pytest.mark.parametrize("width", [3, 64])
def test_it_computes_what_fractions_give(width: int) -> None:
    generator = np.random.default_rng(width)
    for level in (0, 3, 6):
        matrices = hostile_context(generator, width)
        model = ContextModel(matrices, level, 2)
        model.inputs[:] = generator.choice([-LARGEST_INPUT, LARGEST_INPUT, 1 / 64], (15, 2))
        inputs = model.inputs.copy()
        whole, rows = model.predict(2)
        for column in range(2):
            mean, scale = exactly(matrices, level, inputs[:, column])
            assert whole[column] * MEAN_STEPS + rows[column] % MEAN_STEPS == mean
            assert rows[column] // MEAN_STEPS == scale


def test_usual_weights_give_means_inside_the_tables() -> None:
    matrices = make_networks().matrices()[CONTEXT]
    model = ContextModel(matrices, 1, 50)
    model.inputs[:] = np.random.default_rng(0).integers(-9, 9, (CONTEXT_INPUTS, 50))
    inputs = model.inputs.copy()
    whole, rows = model.predict(50)
    found = [exactly(matrices, 1, inputs[:, column]) for column in range(50)]
    means, scales = np.array(found).T
    assert (whole * MEAN_STEPS + rows % MEAN_STEPS).tolist() == means.tolist()
    assert (rows // MEAN_STEPS).tolist() == scales.tolist()
    assert len(set(scales)) > 5


def test_features_are_splines_of_the_grid_that_repeats_its_ends() -> None:
    grid = np.random.default_rng(1).integers(-40, 40, (5, 3))
    around = 4
    wide = np.pad(grid, around, mode="edge").astype(np.float64)

    def weights(nodes: int, slope: bool) -> NDArray[np.float64]:
        places = splines.places(np.arange(2 * nodes) + 0.5, 2)
        distances = places[:, None] - (np.arange(nodes + 2 * around) - around)
        return splines.slope_spline(distances) if slope else splines.spline(distances)

    found = integer_context.features(grid[:, :, None])[..., 0]
    for own, (down, right) in zip(found, [(0, 0), (1, 0), (0, 1)], strict=True):
        expected = weights(5, bool(down)) @ wide @ weights(3, bool(right)).T
        assert np.abs(own - (expected - 1 / 128)).max() <= 1 / 128 + 1e-9
        assert (own * 64 == np.floor(own * 64)).all()


def test_features_of_large_latents_are_clipped() -> None:
    found = integer_context.features(np.full((2, 2, 1), 32767))
    assert found[0].max() == LARGEST_INPUT
    assert not found[1:].any()
