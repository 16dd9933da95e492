"""The grid: cells cover the picture, and their weights add up to one everywhere."""

import numpy as np
import pytest

from siren_cli.model.grid import (
    Axis,
    grid_points,
    learned_coordinates,
    make_grid,
    pixel_centers,
)

SHAPES = [(1, 1), (1, 40), (65, 65), (100, 75), (513, 767), (767, 513), (8, 6), (12801, 3)]


@pytest.mark.parametrize(("height", "width"), SHAPES)
def test_cells_cover_the_picture_and_none_lies_outside(height: int, width: int):
    grid = make_grid(height, width, cell_size=64, margin=2)
    for axis in (grid.y, grid.x):
        assert (axis.cells - 1) * axis.cell_size < axis.length <= axis.cells * axis.cell_size


@pytest.mark.parametrize(("height", "width"), SHAPES)
@pytest.mark.parametrize("margin", [0, 2, 16])
def test_blending_weights_sum_to_one_everywhere(height: int, width: int, margin: int):
    axis = make_grid(height, width, 64, margin).y
    positions = np.random.default_rng(0).uniform(0, height, 2000)
    ramps = [axis.ramp(positions, cell) for cell in range(axis.cells)]
    assert np.min(ramps) >= 0
    np.testing.assert_allclose(np.sum(ramps, axis=0), 1.0, atol=1e-12)


def test_ramps_and_their_slopes_are_continuous():
    axis = Axis(length=200, cells=3, cell_size=67, margin=4)
    positions = np.linspace(50, 150, 20001)
    for cell in range(3):
        slopes = np.gradient(axis.ramp(positions, cell), positions)
        assert np.abs(np.diff(slopes)).max() < 5e-4


def test_a_cell_weighs_nothing_where_it_has_not_learned():
    axis = Axis(length=200, cells=3, cell_size=67, margin=4)
    first, last = axis.learned_pixels(1)
    assert not axis.ramp(np.array([first - 0.1, last + 0.1]), 1).any()


def test_a_picture_under_one_and_a_half_cells_gets_one_cell_without_margin():
    grid = make_grid(95, 64, cell_size=64, margin=2)
    assert (grid.cells, grid.y.margin, grid.x.margin) == (1, 0, 0)
    assert make_grid(96, 64, cell_size=64, margin=2).y == Axis(96, 2, 48, 2)


def test_cell_size_zero_is_the_single_network_of_the_paper():
    grid = make_grid(300, 200, cell_size=0, margin=2)
    assert (grid.y, grid.x) == (Axis(300, 1, 300, 0), Axis(200, 1, 200, 0))


def test_one_cell_sees_the_picture_as_minus_one_to_one():
    grid = make_grid(4, 3, cell_size=0, margin=0)
    coordinates = grid_points(*learned_coordinates(grid)).reshape(4, 3, 2)
    np.testing.assert_allclose(coordinates[:, 0, 0], [-0.75, -0.25, 0.25, 0.75])
    np.testing.assert_allclose(coordinates[0, :, 1], [-2 / 3, 0, 2 / 3], atol=1e-7)


def test_every_cell_sees_the_coordinates_of_its_own_pixels():
    axis = make_grid(200, 150, cell_size=64, margin=2).y
    shared = grid_points(*learned_coordinates(make_grid(200, 150, 64, 2)))
    for cell in range(axis.cells):
        own = axis.local(np.arange(*axis.learned_pixels(cell)) + 0.5, cell)
        np.testing.assert_allclose(own, np.unique(shared[:, 0]), atol=1e-6)


def test_cells_between_names_exactly_the_cells_that_weigh_something():
    axis = Axis(length=1000, cells=16, cell_size=63, margin=3)
    for position in np.random.default_rng(1).uniform(0, 1000, 300):
        weighing = [c for c in range(16) if axis.ramp(np.array([position]), c)[0] > 0]
        assert set(weighing) <= set(axis.cells_between(position, position))
        assert len(axis.cells_between(position, position)) <= 2


def test_pixel_centers_at_twice_the_size_cover_the_same_square():
    own, twice = pixel_centers(5, 5), pixel_centers(10, 5)
    np.testing.assert_allclose(own, [0.5, 1.5, 2.5, 3.5, 4.5])
    np.testing.assert_allclose(twice.reshape(5, 2).mean(axis=1), own)
