"""Neighboring cells see the same points of the picture, and hear each other there."""

import numpy as np
import pytest
import tensorflow as tf

from siren_cli.model.cell_classes import CellClasses
from siren_cli.model.grid import make_grid
from siren_cli.model.layers import Layer
from siren_cli.model.networks import Networks
from siren_cli.training.free_constant import free_constant
from siren_cli.training.ties import (
    BORDER_POINTS,
    NOBODY,
    OPPOSITES,
    SIDE_POINTS,
    SIDES,
    border_points,
    neighbor_places,
    neighbor_values,
)

# 2 rows and 3 columns of cells of 8 x 10 pixels.
GRID = make_grid(16, 30, 9, 2)


def test_the_two_sides_of_a_border_are_the_same_points() -> None:
    seed, reach = tf.constant(3, tf.int64), (0.5, 0.4)
    points = border_points(seed, tf.constant(7), reach).numpy().reshape(len(SIDES), -1, 2)

    # A neighbor's local coordinates are smaller by 2 along the way to it.
    for side, opposite in enumerate(OPPOSITES):
        np.testing.assert_allclose(
            points[side] - points[opposite],
            np.broadcast_to(2 * np.array(SIDES[side]), (SIDE_POINTS, 2)),
            atol=1e-6,
        )
    assert np.abs(points[0, :, 0] - 1.0).max() <= reach[0]
    assert np.abs(points[2, :, 1] - 1.0).max() <= reach[1]


def test_other_steps_have_other_border_points() -> None:
    seed = tf.constant(0, tf.int64)
    first, second = (border_points(seed, tf.constant(step), (1.0, 1.0)) for step in (0, 1))

    assert not np.allclose(first, second)


@pytest.mark.parametrize("cells", [[[0, 1, 2, 3, 4, 5]], [[4, 0, 2], [1, 3, 5]]])
def test_neighbors_are_found_wherever_they_are(cells: list[list[int]]) -> None:
    every = [cell for own in cells for cell in own]
    places = neighbor_places(GRID, [np.array(own) for own in cells])

    below = dict(zip(every, places[:, 0].ravel(), strict=True))
    right = dict(zip(every, places[:, 2].ravel(), strict=True))
    assert [every[below[cell]] for cell in (0, 1, 2)] == [3, 4, 5]
    assert [every[right[cell]] for cell in (0, 1, 3, 4)] == [1, 2, 4, 5]
    assert below[5] == right[2] == right[5] == NOBODY


def test_a_cell_hears_what_its_neighbors_say() -> None:
    said = np.arange(6.0, dtype=np.float32)[:, None, None] * np.ones((6, 1, BORDER_POINTS))
    places = neighbor_places(GRID, [np.arange(6)])[0]

    heard = neighbor_values(tf.constant(said, tf.float32), tf.constant(places)).numpy()

    below, above, right, left = np.split(heard[1, 0], len(SIDES))
    assert {*below, *right, *left} == {4.0, 2.0, 0.0}
    assert (below[0], right[0], left[0]) == (4.0, 2.0, 0.0)
    assert len(above) == SIDE_POINTS
    assert np.isnan(above).all()


def test_the_free_constant_is_the_mean_difference_of_what_is_known() -> None:
    weight, bias = np.zeros((6, 2, 1), np.float32), np.zeros((6, 1), np.float32)
    networks = Networks(CellClasses(((2, 1),), bytes(6)), ((Layer(weight, bias),),))
    reference = np.full((16, 30, 1), 0.75, np.float32)
    reference[3, 4] = np.nan

    assert free_constant(reference, GRID, networks, range(6)) == pytest.approx(0.5)
