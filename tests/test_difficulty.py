"""The error of a network is predicted from the cosines that a cell is the sum of."""

import numpy as np
import pytest

from siren_cli.model.grid import make_grid
from siren_cli.planning.difficulty import cosines, energies_left, predicted_errors
from tests.helpers.small_fits import picture_of

NOISE = np.random.default_rng(0).random((12, 9, 3), np.float32)


@pytest.mark.parametrize("count", [1, 2, 9, 64])
def test_the_cosines_are_orthonormal(count: int):
    waves = cosines(count)
    np.testing.assert_allclose(waves @ waves.T, np.eye(count), atol=1e-5)


def test_without_cosines_all_energy_is_left_and_with_all_none():
    left = energies_left(NOISE, np.array([0, 12 * 9, 10**6]))
    assert left[0] == pytest.approx(np.square(NOISE).sum(), rel=1e-5)
    assert left[1] == left[2] == 0.0


def test_a_sum_of_two_cosines_needs_two():
    y, x = cosines(12), cosines(9)
    pixels = 3 * np.outer(y[2], x[5]) + np.outer(y[7], x[0])
    left = energies_left(np.repeat(pixels[..., None], 3, axis=2), np.array([0, 1, 2]))
    np.testing.assert_allclose(left, [30.0, 3.0, 0.0], atol=1e-4)


def test_more_parameters_are_better_and_noise_is_harder_than_a_ramp():
    ramp = np.linspace(0, 1, 9, dtype=np.float32)
    pixels = np.concatenate([NOISE, np.broadcast_to(ramp[:, None], (12, 9, 3))])
    grid = make_grid(24, 9, 12, 0)
    noise, smooth = predicted_errors(picture_of(pixels), grid, [60, 120, 240])
    assert (np.diff(noise) < 0).all()
    assert (noise > 10 * smooth).all()


def test_a_cell_at_the_edge_counts_by_its_pixels():
    grid = make_grid(11, 6, 6, 0)  # a cell of six rows and one of five
    rows = np.tile(NOISE[:1, :6], (11, 1, 1))
    first, last = predicted_errors(picture_of(rows), grid, [6])
    np.testing.assert_allclose(last / first, 5 / 6)
