"""Batches of a fit: every point once an epoch, each with the color that belongs to it."""

import numpy as np
import pytest
import tensorflow as tf

from siren_cli.model.grid import Grid, grid_points, learned_coordinates, make_grid
from siren_cli.pictures.picture import Pixels
from siren_cli.planning.plan import make_batching
from siren_cli.training.cell_colors import CellColors
from siren_cli.training.dataset import NO_AREA, Samples, batches
from tests.helpers.small_fits import picture_of


def elements(points: int, wanted: int, *, seed: int, epochs: int):
    batching = make_batching(points, wanted, 1)
    coordinates = np.arange(2 * points, dtype=np.float32).reshape(points, 2)
    colors = np.arange(6 * points, dtype=np.float32).reshape(points, 2, 3)
    dataset = batches(Samples(coordinates, colors, NO_AREA), batching, seed)
    return batching, list(dataset.take(epochs * batching.steps))


@pytest.mark.parametrize(("points", "wanted"), [(1, 128), (40, 128), (4624, 128), (100, 8)])
def test_batches_are_even_and_every_point_is_seen_each_epoch(points: int, wanted: int):
    batching, found = elements(points, wanted, seed=0, epochs=2)
    assert len(found) == 2 * batching.steps
    assert {len(coordinates) for coordinates, _ in found} == {batching.batch_points}
    for epoch in (found[: batching.steps], found[batching.steps :]):
        seen = np.concatenate([coordinates[:, 0] for coordinates, _ in epoch])
        assert set(seen) == set(range(0, 2 * points, 2))
        assert len(seen) - points < 16 * batching.steps


def test_colors_belong_to_their_coordinates():
    _, found = elements(100, 16, seed=3, epochs=1)
    for coordinates, (colors,) in found:
        np.testing.assert_array_equal(colors[:, 0, 0], 3 * coordinates[:, 0])


def test_means_over_pixels_take_the_four_quarters_of_each_pixel():
    points, pixel = 100, (0.4, 0.8)
    batching = make_batching(points, 16, 1)
    coordinates = np.arange(2 * points, dtype=np.float32).reshape(points, 2)
    samples = Samples(coordinates, coordinates[:, None], pixel)
    found = list(batches(samples, batching, 3, areas=True).take(4 * batching.steps))
    offsets = np.float32([(y * 0.1, x * 0.2) for y in (-1, 1) for x in (-1, 1)])
    seen = []
    for around, (colors,) in found:
        assert around.shape == (batching.batch_points, 2)
        fours = np.reshape(around, (-1, 4, 2))
        targets = np.reshape(colors, (-1, 4, 2))
        np.testing.assert_allclose(fours - targets, [offsets] * len(fours), atol=1e-4)
        seen += list(targets[:, 0, 0])
    assert set(seen) == set(range(0, 2 * points, 2))
    assert len(seen) - points < 16 * batching.steps


def test_the_order_is_a_function_of_seed_and_epoch():
    def order(seed: int, epoch: int):
        batching, found = elements(64, 16, seed=seed, epochs=3)
        start = epoch * batching.steps
        return tf.concat([c for c, _ in found[start : start + batching.steps]], 0).numpy()

    assert np.array_equal(order(5, 1), order(5, 1))
    assert not np.array_equal(order(5, 1), order(5, 2))
    assert not np.array_equal(order(5, 1), order(6, 1))


def cell_colors(pixels: Pixels, grid: Grid) -> Pixels:
    """Return the targets of all cells of a picture."""
    cells = np.arange(grid.cells)
    return CellColors(picture_of(pixels), grid, cells).take(cells)


def test_a_cell_learns_the_picture_mirrored_beyond_its_border():
    pixels = np.random.default_rng(0).random((13, 9, 3), np.float32)
    grid = make_grid(13, 9, cell_size=4, margin=1)
    colors = cell_colors(pixels, grid)
    padded = np.pad(pixels, ((1, 4), (1, 4), (0, 0)), mode="symmetric") * 2 - 1
    height, width = grid.y.cell_size + 2, grid.x.cell_size + 2
    for cell in range(grid.cells):
        top, left = (
            place * axis.cell_size
            for place, axis in zip(grid.row_and_column(cell), (grid.y, grid.x), strict=True)
        )
        expected = padded[top : top + height, left : left + width].reshape(-1, 3)
        np.testing.assert_allclose(colors[:, cell], expected, atol=1e-6)


def test_points_are_in_the_order_of_their_coordinates():
    grid = make_grid(13, 9, cell_size=4, margin=1)
    ramp = np.broadcast_to(np.arange(13, dtype=np.float32)[:, None, None] / 20, (13, 9, 1))
    colors = cell_colors(ramp, grid)[:, 2, 0]
    assert np.corrcoef(colors, grid_points(*learned_coordinates(grid))[:, 0])[0, 1] > 0.999
