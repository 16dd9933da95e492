"""The function of a pyramid against sums over all nodes, differences, and itself."""

import numpy as np
import pytest

from siren_cli.errors import RepresentationError
from siren_cli.model.grid import pixel_centers
from siren_cli.model.pyramid.shape import FEATURES, GRID_FEATURES
from siren_cli.model.pyramid.splines import slope_spline, spline
from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN, VALUE
from siren_cli.rendering.pyramid.axis_weights import OUTERMOST, SLOPES, VALUES, axis_weights
from siren_cli.rendering.pyramid.function import PyramidFunction
from tests.helpers.pyramids import Latents, make_function, random_latents, random_matrices

SIZES = [(1, 1, 1), (3, 2, 2), (70, 90, 3), (9, 7, 4)]


def ramp(positions: np.ndarray, spacing: int, nodes: int, orders: int = 1) -> np.ndarray:
    """Return what values and slopes are where node i has the latent i."""
    made = axis_weights(positions, spacing, nodes, orders)
    return (made.weights * made.nodes).sum(axis=2)


def test_a_ramp_of_latents_makes_a_ramp():
    positions = np.array([20.0, 20.75, 21.0, 30.5])
    (value, slope), (value_slope, slope_slope), bends = ramp(positions, 4, 20, 3)
    np.testing.assert_allclose(value, positions / 4 - 0.5)
    np.testing.assert_allclose(slope, 1.0)
    np.testing.assert_allclose(value_slope, 0.25)
    np.testing.assert_allclose([slope_slope, *bends], 0.0, atol=1e-12)


def test_weights_are_those_of_the_splines_and_sum_to_one():
    positions = np.random.default_rng(0).uniform(-9.0, 40.0, 50)
    made = axis_weights(positions, 2, 100, orders=3)
    inside = (made.nodes > 0).all(axis=0)
    distances = (positions / 2 - 0.5 - made.nodes)[:, inside]
    for order in range(3):
        found = made.weights[order][..., inside] * 2**order
        np.testing.assert_allclose(found[VALUES], spline(distances, order), atol=1e-12)
        np.testing.assert_allclose(found[SLOPES], slope_spline(distances, order), atol=1e-12)
        np.testing.assert_allclose(made.weights[order].sum(axis=1)[SLOPES], 0, atol=1e-12)
    np.testing.assert_allclose(made.weights[0].sum(axis=1)[VALUES], 1.0)


def oracle(function: PyramidFunction, latents: Latents, matrices, y: float, x: float):
    """Return the color of a point by sums over all nodes, in float64."""
    features = np.zeros((FEATURES // GRID_FEATURES, GRID_FEATURES))
    for level, grid in enumerate(function.header.shape.grids):
        for i in range(-6, grid.height + 6):
            for j in range(-6, grid.width + 6):
                row, column = min(max(i, 0), grid.height - 1), min(max(j, 0), grid.width - 1)
                weight = float(latents.grids[level][row, column]) / (2.5 * grid.spacing)
                down, across = y / grid.spacing - 0.5 - i, x / grid.spacing - 0.5 - j
                v, h = float(spline(np.float64(down))), float(spline(np.float64(across)))
                dv = float(slope_spline(np.float64(down)))
                dh = float(slope_spline(np.float64(across)))
                features[level] += weight * np.array([v * h, dv * h, v * dh])
    inputs, ones = features.ravel(), [1.0]
    first, second, last = (each.astype(np.float64) for each in matrices[:3])
    hidden = np.sin(first @ np.concatenate([inputs, ones]))
    hidden = np.sin(second @ np.concatenate([hidden, ones]))
    return last @ np.concatenate([hidden, inputs, ones]) + 0.5


@pytest.mark.parametrize("channels", [1, 3])
def test_the_function_is_what_sums_over_all_nodes_say(channels):
    function = make_function(5, 4, channels)
    latents, matrices = random_latents(function.header.shape), random_matrices(channels)
    y, x = np.array([-1.5, 0.0, 2.3, 5.0]), np.array([4.9, 0.5, 1.7, -0.2])
    expected = [oracle(function, latents, matrices, *point) for point in zip(y, x, strict=True)]
    np.testing.assert_allclose(function.values_at(y, x), expected, atol=2e-6)


@pytest.mark.parametrize("size", SIZES)
def test_values_on_a_grid_are_those_at_its_points(size):
    height, width, _ = size
    function = make_function(*size)
    y = np.concatenate([[-1e9], np.linspace(-70, height + 70, 67), [1e9]])
    x = np.concatenate([[-1e9, -400.0], np.linspace(-3, width + 3, 71), [1e9]])
    on_a_grid = function.grid_values(y, x)
    rows, columns = np.meshgrid(y, x, indexing="ij")
    at_points = function.values_at(rows.ravel(), columns.ravel())
    np.testing.assert_allclose(at_points.reshape(on_a_grid.shape), on_a_grid, atol=1e-5)
    jets = function.jets_at(rows.ravel()[::7], columns.ravel()[::7])
    np.testing.assert_allclose(jets[VALUE], at_points[::7], atol=1e-5)


def test_a_grid_is_the_same_in_any_parts():
    function = make_function(300, 9, 3)
    y, x = pixel_centers(700, 300), pixel_centers(5, 9)
    whole = function.grid_values(y, x)
    bands = [function.grid_values(y[start : start + 50], x) for start in range(0, 700, 50)]
    np.testing.assert_allclose(np.concatenate(bands), whole, atol=1e-5)
    region = function.grid_values(y[100:], x[2:])
    np.testing.assert_allclose(region, whole[100:, 2:], atol=1e-5)


def differences(ask, y: np.ndarray, x: np.ndarray, step: float) -> tuple[np.ndarray, ...]:
    """Return the derivatives along y and x of what is asked, by central differences."""
    along_y = ask(y + step, x) - ask(y - step, x)
    along_x = ask(y, x + step) - ask(y, x - step)
    return along_y / (2 * step), along_x / (2 * step)


@pytest.mark.parametrize("size", SIZES)
def test_derivatives_are_what_differences_approach(size):
    height, width, _ = size
    function = make_function(*size)
    generator = np.random.default_rng(1)
    y = generator.uniform(-9.0, height + 9.0, 200)
    x = generator.uniform(-9.0, width + 9.0, 200)
    y[:20], x[10:30] = height, 0.0
    found = function.jets_at(y, x)
    slopes = differences(function.values_at, y, x, 0.01)
    np.testing.assert_allclose(found[[DY, DX]], slopes, atol=5e-4)
    # Slopes of slopes: differences of values would drown in the rounding of float32.
    of_slopes = differences(function.jets_at, y, x, 0.002)
    bends = of_slopes[0][DY] + of_slopes[1][DX]
    np.testing.assert_allclose(found[LAPLACIAN], bends, atol=2e-3)


def test_nothing_jumps_across_nodes_tiles_and_borders():
    function = make_function(300, 280, 3)
    borders = np.array([0.0, 0.5, 1.0, 32.0, 64.0, 96.5, 192.0, 256.0, 279.5, 280.0, 300.0])
    y, x = (each.ravel() for each in np.meshgrid(borders, borders + 0.0))
    step = 1e-6
    before, after = (function.jets_at(y + each, x + each) for each in (-step, step))
    np.testing.assert_allclose(before, after, atol=5e-5)


def test_far_outside_the_picture_nothing_changes():
    function = make_function(70, 90, 3)
    far = np.array([-1e30, -1e9, -2.0 * OUTERMOST])
    values = function.values_at(far, np.full(3, 7.0))
    assert (values == values[0]).all()
    slopes = function.jets_at(far, -far)[1:]
    np.testing.assert_allclose(slopes, 0.0, atol=1e-6)


def test_the_picture_of_zeros_has_one_color():
    latents = random_latents(make_function(9, 7, 3).header.shape)
    for grid in latents.grids:
        grid[:] = 0
    drawn = make_function(9, 7, 3, latents).grid_values(
        pixel_centers(4, 9), pixel_centers(5, 7)
    )
    np.testing.assert_allclose(drawn, np.broadcast_to(drawn[0, 0], drawn.shape), atol=1e-6)


@pytest.mark.parametrize("large", [np.inf, np.nan, 1e30])
def test_weights_too_large_are_refused(large):
    function = make_function(9, 7, 3)
    matrices = random_matrices(3)
    matrices[2][0, 0] = large
    damaged = PyramidFunction(function.header, random_latents(function.header.shape), matrices)
    y, x = np.array([1.0]), np.array([2.0])
    for question in (damaged.grid_values, damaged.values_at, damaged.jets_at):
        with pytest.raises(RepresentationError, match="nothing to draw"):
            question(y, x)


def test_no_points_have_no_values():
    function, none = make_function(9, 7, 3), np.empty(0)
    assert function.values_at(none, none).shape == (0, 3)
    assert function.jets_at(none, none).shape == (4, 0, 3)
