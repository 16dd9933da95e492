"""How good and how small, against closed forms and scikit-image."""

import math

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from siren_cli.metrics.psnr import bits_per_pixel, decibels, largest_error, psnr
from siren_cli.pictures.picture import Color, Picture, PictureFacts


def picture(stored: np.ndarray, color: Color = "RGB") -> Picture:
    height, width = stored.shape[:2]
    pixels = (stored / np.float32(255)).astype(np.float32)
    return Picture(pixels, PictureFacts(width, height, color))


def noise(seed: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (8, 6, channels), np.uint8)


@pytest.mark.parametrize("offset", [1, 10, 255])
def test_psnr_of_a_constant_offset_is_its_closed_form(offset: int) -> None:
    dark = np.zeros((8, 6, 3), np.uint8)
    expected = 20.0 * math.log10(255 / offset)
    assert psnr(picture(dark), picture(dark + np.uint8(offset))) == pytest.approx(expected)


def test_psnr_of_the_worst_picture_is_zero() -> None:
    dark = np.zeros((8, 6, 1), np.uint8)
    assert str(psnr(picture(dark, "L"), picture(dark + np.uint8(255), "L"))) == "0.0"


def test_psnr_of_identical_pictures_is_none() -> None:
    assert psnr(picture(noise(0)), picture(noise(0))) is None


def test_psnr_does_not_see_what_a_file_of_8_bits_cannot_hold() -> None:
    original = picture(noise(0))
    pixels = original.pixels + np.float32(0.4 / 255)
    assert psnr(original, Picture(pixels, original.facts)) is None


def test_psnr_clamps_what_is_beyond_black_and_white() -> None:
    facts = PictureFacts(6, 8, "L")
    black = Picture(np.zeros((8, 6, 1), np.float32), facts)
    assert psnr(black, Picture(np.full((8, 6, 1), -3.0, np.float32), facts)) is None


@pytest.mark.parametrize(("channels", "color"), [(1, "L"), (3, "RGB"), (4, "RGBA")])
def test_psnr_agrees_with_scikit_image(channels: int, color: Color) -> None:
    first, second = noise(1, channels), noise(2, channels)
    expected = peak_signal_noise_ratio(first, second, data_range=255)
    found = psnr(picture(first, color), picture(second, color))
    assert found == pytest.approx(expected, abs=1e-9)


def test_psnr_is_symmetric() -> None:
    first, second = picture(noise(1)), picture(noise(2))
    assert psnr(first, second) == psnr(second, first)


def test_the_largest_error_is_that_of_one_value() -> None:
    dark = np.zeros((70, 6, 3), np.uint8)
    spot = dark.copy()
    spot[69, 5, 2] = 7
    assert largest_error(picture(dark), picture(spot)) == 7
    assert largest_error(picture(spot), picture(dark)) == 7
    assert largest_error(picture(spot), picture(spot)) == 0


def test_the_largest_error_is_in_steps_of_the_original_depth() -> None:
    pixels = np.zeros((8, 6, 1), np.float32)
    original = Picture(pixels, PictureFacts(6, 8, "L", 16))
    assert largest_error(original, Picture(pixels + 1, original.facts)) == 65535


def test_a_mean_square_of_a_hundredth_is_20_decibels() -> None:
    assert decibels(0.01) == pytest.approx(20.0)


def test_bits_per_pixel_counts_the_whole_file() -> None:
    assert bits_per_pixel(600, width=6, height=8) == 100.0
