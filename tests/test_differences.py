"""Differences of pixels are the derivatives of planes and parabolas, except at the border."""

from typing import Any

import numpy as np
import pytest

from siren_cli.model.differences import gradients, laplacians

Y, X = np.mgrid[:6, :8].astype(np.float32)
INNER = (slice(1, -1), slice(1, -1))


def channels(*values: Any) -> np.ndarray:
    return np.stack(values, axis=-1)


@pytest.mark.parametrize("differences", ["central", "sobel"])
def test_the_gradient_of_a_plane_is_its_slope(differences):
    found = gradients(channels(3 * Y + 2 * X + 1, -X), differences)
    assert found.shape == (6, 8, 2, 2)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[INNER][..., 0, :], np.full((4, 6, 2), [3, 0]))
    np.testing.assert_array_equal(found[INNER][..., 1, :], np.full((4, 6, 2), [2, -1]))
    np.testing.assert_array_equal(laplacians(channels(3 * Y + 2 * X))[INNER], 0)


@pytest.mark.parametrize("differences", ["central", "sobel"])
def test_a_mirrored_border_halves_the_slope_across_it_and_keeps_that_along_it(differences):
    found = gradients(channels(3 * Y + 2 * X), differences)[..., 0]
    np.testing.assert_array_equal(found[0, 1:-1], np.full((6, 2), [1.5, 2]))
    np.testing.assert_array_equal(found[1:-1, -1], np.full((4, 2), [3, 1]))
    bends = laplacians(channels(3 * Y))[..., 0]
    np.testing.assert_array_equal(bends[[0, -1]], np.full((2, 8), [[3], [-3]]))


def test_the_laplacian_of_a_parabola_is_constant():
    found = laplacians(channels(2 * Y**2 - X**2, Y * X))
    np.testing.assert_array_equal(found[INNER], np.full((4, 6, 2), [2, 0]))


def test_sobel_is_the_mean_of_three_central_differences():
    pixels = np.random.default_rng(0).random((6, 8, 3))
    central, sobel = (gradients(pixels, name) for name in ("central", "sobel"))
    left, middle, right = (central[2:4, 2 + shift : 6 + shift, 0] for shift in (-1, 0, 1))
    np.testing.assert_allclose(sobel[2:4, 2:6, 0], (left + 2 * middle + right) / 4)


def test_a_hole_spreads_to_what_needs_it():
    pixels = np.ones((6, 8, 1))
    pixels[2, 3] = np.nan
    along_y, along_x = np.moveaxis(np.isnan(gradients(pixels, "central"))[..., 0], 2, 0)
    assert set(zip(*np.nonzero(along_y), strict=True)) == {(1, 3), (3, 3)}
    assert set(zip(*np.nonzero(along_x), strict=True)) == {(2, 2), (2, 4)}
    assert np.isnan(laplacians(pixels)).sum() == 5


def test_a_single_pixel_has_no_slope():
    assert not gradients(np.ones((1, 1, 3)), "sobel").any()
