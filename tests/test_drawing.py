"""Views of a representation: shrunken, enlarged, in parts, and of its derivatives."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from siren_cli.model.grid import WHOLE, pixel_centers
from siren_cli.rendering.drawing import Drawing, render
from siren_cli.rendering.evaluate import values
from siren_cli.rendering.geometry import Region, Size
from siren_cli.rendering.view import Quantity, View, whole
from tests.helpers.representations import make_representation

REPRESENTATION = make_representation(24, 36, cell_size=8, margin=2)
ALL = Region(0.0, 0.0, 36.0, 24.0)


def drawn(view: View, representation: Any = REPRESENTATION) -> np.ndarray:
    return Drawing(representation, view).block(WHOLE, WHOLE)


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_a_shrunken_picture_is_the_average_that_pillow_takes(factor: int) -> None:
    own = render(REPRESENTATION, 24, 36).pixels
    small = render(REPRESENTATION, 24 // factor, 36 // factor).pixels
    for channel in range(3):
        reduced = Image.fromarray(own[..., channel]).reduce(factor)
        np.testing.assert_allclose(small[..., channel], np.asarray(reduced), atol=1e-5)


def test_samples_follow_the_ratio_unless_they_are_said() -> None:
    assert View(ALL, Size(36, 24)).samples == (1, 1)
    assert View(ALL, Size(72, 48)).samples == (1, 1)
    assert View(ALL, Size(18, 12)).samples == (2, 2)
    assert View(ALL, Size(35, 10)).samples == (3, 2)
    assert View(ALL, Size(72, 48), supersample=4).samples == (4, 4)


def test_many_samples_are_averaged_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = drawn(View(ALL, Size(3, 2)))
    monkeypatch.setattr("siren_cli.rendering.drawing.BAND_PIXELS", 100)
    np.testing.assert_allclose(drawn(View(ALL, Size(3, 2))), at_once, atol=1e-6)


def test_a_region_shows_what_the_picture_shows_there() -> None:
    large = render(REPRESENTATION, 240, 360).pixels
    part = drawn(View(Region(3.5, 2.0, 12.5, 10.0), Size(125, 100)))
    np.testing.assert_allclose(part, large[20:120, 35:160], atol=1e-4)


def test_blocks_are_parts_of_the_whole() -> None:
    view = View(Region(1.0, 2.0, 30.0, 20.0), Size(15, 40))
    drawing = Drawing(REPRESENTATION, view)
    for rows, columns in ((slice(0, 7), slice(3, 15)), (slice(39, 40), slice(0, 1))):
        block = drawing.block(rows, columns)
        np.testing.assert_allclose(block, drawn(view)[rows, columns], atol=1e-5)


def test_beyond_the_edges_the_nearest_cell_goes_on() -> None:
    y, x = pixel_centers(4, 8.0, -8.0), pixel_centers(4, 8.0, 36.0)
    beyond = drawn(View(Region(36.0, -8.0, 8.0, 8.0), Size(4, 4), supersample=1))
    function = REPRESENTATION.floats()
    np.testing.assert_allclose(beyond, np.clip(values(function, y, x), 0, 1), atol=1e-6)
    # The function is continuous there, so the corner is near the corner.
    corner = values(function, np.array([-1e-6]), np.array([36.0 + 1e-6]))
    inside = values(function, np.array([1e-6]), np.array([36.0 - 1e-6]))
    np.testing.assert_allclose(corner, inside, atol=1e-4)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_light_is_averaged_as_light(channels: int) -> None:
    representation = make_representation(8, 8, channels=channels, cell_size=0)
    samples = render(representation, 8, 8).pixels
    alpha = samples[..., -1:] if channels in (2, 4) else np.ones((8, 8, 1))
    colors = samples[..., :3] if channels > 2 else samples[..., :1]
    plain = np.clip(np.divide(colors, alpha, np.zeros_like(colors), where=alpha > 0), 0.0, 1.0)
    light = np.where(plain <= 0.04045, plain / 12.92, ((plain + 0.055) / 1.055) ** 2.4)
    mean = (light * alpha).mean(axis=(0, 1)) / alpha.mean()
    stored = np.where(mean <= 0.0031308, mean * 12.92, 1.055 * mean ** (1 / 2.4) - 0.055)
    view = View(Region(0.0, 0.0, 8.0, 8.0), Size(1, 1), linear_light=True)
    found = drawn(view, representation)[0, 0]
    np.testing.assert_allclose(found[: len(mean)], stored * alpha.mean(), atol=1e-5)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_derivatives_are_drawn_in_colors_and_grays(channels: int) -> None:
    representation = make_representation(12, 12, channels=channels, icc_profile=b"icc")
    region, size = Region(0.0, 0.0, 12.0, 12.0), Size(24, 24)
    for what, color in ((Quantity.GRADIENT, "RGB"), (Quantity.LAPLACIAN, "L")):
        drawing = Drawing(representation, View(region, size, what=what))
        assert (drawing.facts.color, drawing.icc_profile) == (color, None)
        block = drawing.block(WHOLE, WHOLE)
        assert block.shape == (24, 24, len(color))
        assert 0.0 <= block.min() < block.max() <= 1.0


def test_the_hue_of_a_gradient_is_its_direction() -> None:
    # y grows downwards: to the right red, to the left cyan.
    from siren_cli.rendering.derivative_colors import gradient_colors

    def color(dy: float, dx: float) -> list[float]:
        jet = np.array([[[0.5, dy, dx, 0.0]]])
        return gradient_colors(jet, scale=2.0)[0, 0].round(3).tolist()

    assert color(0.0, 2.0) == [1.0, 0.25, 0.25]
    assert color(0.0, -1.0) == [0.0, 0.375, 0.375]
    assert color(0.0, 0.0) == [0.0, 0.0, 0.0]
    assert color(0.0, 9.0) == color(0.0, 2.0)


def test_values_are_the_functions_own() -> None:
    size = Size(36, 24)
    plain = Drawing(REPRESENTATION, View(ALL, size)).values(WHOLE, WHOLE)
    shown = render(REPRESENTATION, 24, 36).pixels
    np.testing.assert_allclose(np.clip(plain, 0.0, 1.0), shown, atol=1e-6)
    assert plain.min() < 0.0 or plain.max() > 1.0
    slopes = Drawing(REPRESENTATION, View(ALL, size, what=Quantity.GRADIENT)).values(
        WHOLE, WHOLE
    )
    assert slopes.shape == (24, 36, 3, 2)
    step = 1e-2
    right = View(Region(step, 0.0, 36.0, 24.0), size)
    moved = Drawing(REPRESENTATION, right).values(WHOLE, WHOLE)
    np.testing.assert_allclose(slopes[..., 0], (moved - plain) / step, atol=0.02)
    bends = Drawing(REPRESENTATION, View(ALL, size, what=Quantity.LAPLACIAN)).values(
        WHOLE, WHOLE
    )
    assert bends.shape == (24, 36, 3)


def test_the_whole_picture_is_a_view() -> None:
    facts = REPRESENTATION.header.facts
    assert whole(facts, Size(7, 5)) == View(ALL, Size(7, 5))


OWN_REGION = Region(0.0, 0.0, 12.0, 8.0)


@pytest.mark.parametrize(
    ("width", "height", "samples"),
    [
        (12, 8, (2, 2)),
        (18, 12, (2, 2)),
        (23, 15, (2, 2)),
        (24, 16, (1, 1)),
        (48, 32, (1, 1)),
        (6, 4, (2, 2)),
        (4, 2, (4, 3)),
        (24, 8, (2, 1)),
    ],
)
def test_areas_are_means_until_a_pixel_is_a_quarter(
    width: int, height: int, samples: tuple[int, int]
) -> None:
    view = View(OWN_REGION, Size(width, height), pixels="area")
    assert view.samples == samples
    assert replace(view, supersample=3).samples == (3, 3)
    assert replace(view, pixels="center").samples == tuple(
        max(1, count) if ratio > 1 else 1
        for count, ratio in zip(samples, (8 / height, 12 / width), strict=True)
    )


def test_derivatives_of_areas_are_those_of_the_function() -> None:
    view = View(OWN_REGION, Size(12, 8), what=Quantity.GRADIENT, pixels="area")
    assert view.samples == (1, 1)


def test_the_mean_over_an_area_is_clipped_and_when_shrinking_its_samples() -> None:
    function = make_representation(8, 12, cell_size=0, pixels="area")
    y, x = ((np.arange(2 * length) + 0.5) / 2 for length in (8, 12))
    points = values(function.floats(), y, x)
    assert points.min() < 0.0
    means = points.reshape(8, 2, 12, 2, 3).mean(axis=(1, 3))
    own = render(function, 8, 12).pixels
    np.testing.assert_allclose(own, np.clip(means, 0, 1), atol=1e-6)
    y, x = (np.arange(length) + 0.5 for length in (8, 12))
    centers = np.clip(values(function.floats(), y, x), 0, 1).reshape(4, 2, 6, 2, 3)
    half = render(function, 4, 6).pixels
    np.testing.assert_allclose(half, centers.mean(axis=(1, 3)), atol=1e-6)
