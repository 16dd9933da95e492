"""The whole way of a pyramid's file: written, read, drawn and queried as any other."""

import numpy as np
import pytest

from siren_cli.model.grid import pixel_centers
from siren_cli.rendering.drawing import Drawing, draw, render
from siren_cli.rendering.function import PictureFunction
from siren_cli.rendering.geometry import Region, Size
from siren_cli.rendering.point_function import function_of
from siren_cli.rendering.view import View
from siren_cli.representation.siren_file import load
from tests.helpers.representations import make_pyramid_representation, save_representation

HEIGHT, WIDTH = 70, 90


@pytest.fixture(scope="module")
def made():
    return make_pyramid_representation(HEIGHT, WIDTH)


@pytest.fixture(scope="module")
def read(made, tmp_path_factory):
    return load(save_representation(tmp_path_factory.mktemp("pyramid") / "a.siren", made))


def test_a_file_draws_what_was_written(made, read):
    own, found = (render(each, 2 * HEIGHT, 2 * WIDTH).pixels for each in (made, read))
    np.testing.assert_array_equal(own, found)


def test_a_drawing_is_the_function_at_the_centers_of_its_pixels(read):
    drawn = render(read, 2 * HEIGHT, 2 * WIDTH).pixels
    y, x = pixel_centers(2 * HEIGHT, HEIGHT), pixel_centers(2 * WIDTH, WIDTH)
    values = function_of(read).grid_values(y, x)
    np.testing.assert_allclose(drawn, np.clip(values, 0, 1), atol=1e-5)


def test_a_region_is_a_part_of_the_whole(read):
    whole = render(read, HEIGHT, WIDTH).pixels
    part = draw(Drawing(read, View(Region(64.0, 60.0, 20.0, 9.0), Size(20, 9)))).pixels
    np.testing.assert_allclose(part, whole[60:69, 64:84], atol=1e-5)


def test_a_small_drawing_has_the_means_of_the_pixels(read):
    whole, small = (render(read, HEIGHT // n, WIDTH // n).pixels for n in (1, 2))
    means = whole.reshape(HEIGHT // 2, 2, WIDTH // 2, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(small, means, atol=1e-5)


def test_programs_ask_it_as_they_ask_a_mosaic(read):
    picture = PictureFunction(read)
    assert picture(10.5, 20.5).shape == (3,)
    assert picture.gradient([1.0, 2.0], 3.0).shape == (2, 3, 2)
    assert set(picture.weights) >= {"latents.0", "latents.6", "synthesis.0", "context.2"}
