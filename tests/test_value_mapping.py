"""Values of any range become pixels in [0, 1], and come back."""

import math

import numpy as np
import pytest

from siren_cli.errors import PictureError
from siren_cli.pictures.conversion import Conversion, convert
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.numbers import mapped
from siren_cli.pictures.value_mapping import UNIT_RANGE, ValueMapping, chosen

SUNSET = 10 ** np.random.default_rng(0).uniform(-2, 3, (31, 23, 3))


def test_light_of_five_decades_comes_back_in_ratio() -> None:
    mapping = chosen(SUNSET, "light")
    pixels = mapping.pixels(SUNSET)
    assert pixels.dtype == np.float32
    assert (pixels.min(), pixels.max()) == (0.0, 1.0)
    np.testing.assert_allclose(mapping.values(pixels), SUNSET, rtol=1e-4, atol=1e-5)


def test_an_error_of_a_pixel_is_a_ratio_of_bright_light() -> None:
    mapping = chosen(SUNSET, "light")
    bright = mapping.pixels(np.array([1.0, 10.0, 100.0, 1000.0]))
    np.testing.assert_allclose(np.diff(bright), bright[1] - bright[0], rtol=0.01)


@pytest.mark.parametrize(
    ("values", "curve", "low", "high"),
    [
        ([-100.0, 900.0, 400.0], "linear", -100.0, 900.0),
        ([-5.0, -1.0], "linear", -5.0, -1.0),
        ([0.0, 1e-3, 1.0, 1e6, 0.1, 0.2], "asinh", 0.0, 1e6),
        ([7.0, 7.0], "linear", 7.0, 14.0),
    ],
)
def test_numbers_are_mapped_by_their_range(
    values: list[float], curve: str, low: float, high: float
) -> None:
    mapping = chosen(np.array(values), "numbers")
    assert (mapping.curve, mapping.low, mapping.high) == (curve, low, high)
    back = mapping.values(mapping.pixels(np.array(values)))
    np.testing.assert_allclose(back, values, rtol=1e-3, atol=high * 1e-7)


def test_numbers_of_a_picture_stay_as_they_are() -> None:
    assert chosen(np.array([0.2, 0.9]), "numbers") == UNIT_RANGE
    assert UNIT_RANGE.pixels(np.array([0.25])) == UNIT_RANGE.values(np.array([0.25])) == 0.25


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused(odd: float) -> None:
    with pytest.raises(PictureError, match="1 of its values are not finite"):
        chosen(np.array([0.5, odd, 1.0]), "light")


@pytest.mark.parametrize(
    "mapping",
    [ValueMapping("asinh", -2.0, 500.0, 0.1, "light"), ValueMapping("linear", -3.0, 9.0)],
)
def test_slopes_are_those_of_differences(mapping: ValueMapping) -> None:
    pixels, step = np.linspace(0.1, 0.9, 9), 1e-2
    low, middle, high = (
        mapping.values(pixels + shift).astype(np.float64) for shift in (-step, 0, step)
    )
    first, second = mapping.slopes(pixels)
    np.testing.assert_allclose(first, (high - low) / (2 * step), rtol=1e-2)
    scale = np.abs(second).max() + np.abs(first).max()
    np.testing.assert_allclose(second, (high - 2 * middle + low) / step**2, atol=0.03 * scale)


def test_light_is_shown_by_an_exposure_and_numbers_by_their_range() -> None:
    light = ValueMapping("asinh", 0.0, 8.0, 0.1, "light")
    values = np.array([0.0, 0.25, 1.0, 8.0])
    np.testing.assert_array_equal(light.shown(values), [0, 0.25, 1, 1])
    np.testing.assert_array_equal(light.shown(values, -3), [0, 1 / 32, 1 / 8, 1])
    heights = ValueMapping("linear", -100.0, 300.0)
    np.testing.assert_array_equal(heights.shown(np.array([-100.0, 0.0, 300.0])), [0, 0.25, 1])


def test_light_is_averaged_and_made_gray_as_light() -> None:
    checker = np.indices((8, 6)).sum(axis=0) % 2 * 100.0
    values = checker[..., None] * np.array([1.0, 0.5, 0.25])
    stored, mapping = mapped(values, "light")
    decoded = Decoded(stored, mapping=mapping)
    small = convert(decoded, Conversion(max_side=4))
    means = mapping.values(small.pixels).mean(axis=(0, 1))
    np.testing.assert_allclose(means, [50.0, 25.0, 12.5], rtol=0.02)
    gray = convert(decoded, Conversion(gray=True))
    expected = values @ [0.299, 0.587, 0.114]
    np.testing.assert_allclose(mapping.values(gray.pixels)[..., 0], expected, atol=1e-3)


def test_small_values_of_a_wide_range_are_kept_when_nothing_is_changed() -> None:
    values = np.array([-1e6, 1e6, *np.full(40, 1e-3), *np.full(40, 1e-2)]).reshape(1, -1, 1)
    stored, mapping = mapped(values, "numbers")
    kept = convert(Decoded(stored, mapping=mapping), Conversion())
    np.testing.assert_allclose(mapping.values(kept.pixels)[..., 0], values[..., 0], rtol=0.01)


def test_a_flat_picture_of_the_largest_floats_stays_within_them() -> None:
    mapping = chosen(np.array([3e38, 3e38]), "light")
    assert mapping.high == 3e38
    assert mapping.values(mapping.pixels(np.array([3e38]))) == pytest.approx(3e38)
