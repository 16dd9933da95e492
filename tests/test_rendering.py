"""Drawings against the formula of the paper, worked out point by point."""

import numpy as np
import pytest

from siren_cli.model.grid import pixel_centers
from siren_cli.model.networks import CellNetwork
from siren_cli.rendering.drawing import render
from siren_cli.rendering.evaluate import evaluate
from siren_cli.representation.representation import Representation
from tests.helpers.representations import make_representation


def network_by_hand(network: CellNetwork, point) -> np.ndarray:
    """A cell's value at one local point, in float64, as the paper writes it."""
    features = np.array(point, np.float64)
    for index, layer in enumerate(network.layers):
        phase = features @ layer.weight.astype(float) + layer.bias.astype(float)
        features = phase if index == len(network.layers) - 1 else np.sin(phase)
    return features


def value_by_hand(representation: Representation, y: float, x: float) -> np.ndarray:
    """The blended value at one position in continuous pixels."""
    grid = representation.header.grid
    total = np.zeros(representation.header.facts.channels)
    for cell in range(grid.cells):
        row, column = grid.row_and_column(cell)
        position = np.array([y]), np.array([x])
        weight = grid.y.ramp(position[0], row) * grid.x.ramp(position[1], column)
        local = grid.y.local(position[0], row)[0], grid.x.local(position[1], column)[0]
        total += weight[0] * network_by_hand(representation.floats().of_cell(cell), local)
    return total


def test_one_cell_is_the_formula_of_the_paper():
    representation = make_representation(8, 6, cell_size=0)
    y, x = np.float32([-0.9, 0.1, 0.7]), np.float32([-0.5, 0.3])
    values = evaluate(representation.floats().of_cell(0), y, x)
    for i, j in np.ndindex(3, 2):
        np.testing.assert_allclose(
            values[i, j],
            network_by_hand(representation.floats().of_cell(0), (y[i], x[j])),
            atol=2e-5,
        )


@pytest.mark.parametrize("size", [(8, 6), (16, 12), (11, 29)])
def test_the_mosaic_is_the_blended_sum_of_its_cells(size: tuple[int, int]):
    representation = make_representation(8, 6, cell_size=4, margin=1)
    pixels = render(representation, *size).pixels
    rows, columns = pixel_centers(size[0], 8), pixel_centers(size[1], 6)
    by_hand = [[value_by_hand(representation, y, x) for x in columns] for y in rows]
    np.testing.assert_allclose(pixels, np.clip((np.array(by_hand) + 1) / 2, 0, 1), atol=2e-5)


def test_three_times_the_size_shows_the_same_values_at_the_same_places():
    representation = make_representation(13, 9, cell_size=4, margin=1)
    own, thrice = render(representation, 13, 9), render(representation, 39, 27)
    np.testing.assert_allclose(thrice.pixels[1::3, 1::3], own.pixels, atol=1e-5)


def test_value_and_gradient_are_continuous_across_cell_borders():
    representation = make_representation(16, 12, cell_size=4, margin=1, dtype="float32")
    rng, step = np.random.default_rng(3), 1e-6
    for border in (3.0, 4.0, 5.0):  # where ramps begin, cross and end
        x = rng.uniform(0, 12)
        y = border + np.array([-2, -1, 1, 2]) * step
        before, near, after, far = (value_by_hand(representation, each, x) for each in y)
        np.testing.assert_allclose(near, after, atol=1e-4)
        np.testing.assert_allclose((near - before) / step, (far - after) / step, atol=5e-3)


def test_bands_do_not_show(monkeypatch: pytest.MonkeyPatch):
    representation = make_representation(40, 30, cell_size=8, margin=2)
    whole = render(representation, 80, 60).pixels
    monkeypatch.setattr("siren_cli.rendering.evaluate.POINTS_PER_CALL", 1)
    np.testing.assert_allclose(render(representation, 80, 60).pixels, whole, atol=1e-5)


def test_rendering_twice_gives_the_same_bits():
    representation = make_representation(40, 30, cell_size=8, margin=2)
    first, second = (render(representation, 80, 60).pixels for _ in range(2))
    assert np.array_equal(first, second)
