"""Changes that are asked for while a picture is read agree with their closed forms."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siren_cli.errors import UsageError
from siren_cli.pictures.colors import named_spaces
from siren_cli.pictures.conversion import AS_IT_IS, Conversion
from siren_cli.pictures.picture import quantize
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.picture_files import (
    CURVELESS_PROFILE,
    GRAY_PROFILE,
    KINDS,
    converted,
    hand_made_png,
    noise,
    premultiplied,
    written,
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"alpha": "remove"}, "--alpha remove: not keep, drop or over=#RRGGBB"),
        ({"alpha": "over=#12345"}, "--alpha over=#12345: not keep"),
        ({"alpha": "over=#12345g"}, "--alpha over=#12345g: not keep"),
        ({"alpha": "over=#123456\n"}, "--alpha over=#123456"),
        ({"alpha": ""}, "--alpha : not keep"),
        ({"icc": "adobe"}, "--icc adobe: not keep or srgb"),
        ({"max_side": 0}, "--max-side 0: not between 1 and 1000000"),
        ({"max_side": -3}, "--max-side -3: not between"),
        ({"max_side": 1_000_001}, "--max-side 1000001: not between"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        Conversion(**changes)
    assert str(caught.value).startswith(message)


def test_the_table_tells_what_is_changed() -> None:
    assert AS_IT_IS.table() == Conversion(alpha="keep").table() == {}
    changes: dict[str, Any] = {"alpha": "over=#FFaa00", "icc": "srgb", "gray": True}
    assert Conversion(**changes, max_side=7).table() == {**changes, "max_side": 7}
    assert Conversion(max_side=7).table() == {"max_side": 7}


@pytest.mark.parametrize(("bits", "channels"), [*product(KINDS, (2, 4))])
def test_a_dropped_alpha_shows_the_hidden_colors(bits: int, channels: int) -> None:
    stored = noise(channels, kind=KINDS[bits])
    stored[:4, :, -1] = 0
    picture = converted(stored, alpha="drop")
    np.testing.assert_array_equal(quantize(picture.pixels, bits), stored[..., :-1])


@pytest.mark.parametrize(("bits", "channels"), [*product(KINDS, (2, 4))])
def test_a_picture_is_laid_over_a_color(bits: int, channels: int) -> None:
    stored = noise(channels, kind=KINDS[bits])
    picture = converted(stored, alpha="over=#1480Ff")
    values = stored / np.iinfo(stored.dtype).max
    alpha, background = values[..., -1:], np.array([0x14, 0x80, 0xFF]) / 255
    expected = values[..., :-1] * alpha + background * (1 - alpha)
    np.testing.assert_allclose(picture.pixels, expected, atol=1e-6)
    assert picture.facts.color == "RGB"


@pytest.mark.parametrize(("color", "mode"), [("808080", "L"), ("808081", "RGB")])
def test_gray_stays_gray_over_gray(color: str, mode: str) -> None:
    picture = converted(noise(2), GRAY_PROFILE, alpha=f"over=#{color}")
    assert picture.facts.color == mode
    gray, alpha = np.moveaxis(noise(2) / 255, -1, 0)
    expected = gray * alpha + (1 - alpha) * 0x80 / 255
    np.testing.assert_allclose(picture.pixels[..., 0], expected, atol=1e-6)
    in_colors = named_spaces.for_colors(GRAY_PROFILE)
    assert picture.icc_profile == (GRAY_PROFILE if mode == "L" else in_colors)
    assert picture.notes == ()


def test_a_gray_profile_that_is_none_of_colors_is_dropped_over_a_color() -> None:
    picture = converted(noise(2), CURVELESS_PROFILE, alpha="over=#ff0000")
    assert picture.icc_profile is None
    assert picture.notes == ("its color profile is not one for RGB and is dropped",)


def test_what_is_opaque_has_nothing_below() -> None:
    stored = noise(2)
    stored[..., -1] = 255
    picture = converted(stored, alpha="over=#ff0000")
    assert picture.facts.color == "L"
    np.testing.assert_array_equal(quantize(picture.pixels, 8)[..., 0], stored[..., 0])


@pytest.mark.parametrize("channels", [3, 4])
def test_gray_is_the_luma_and_keeps_the_alpha(channels: int) -> None:
    picture = converted(noise(channels), gray=True)
    pixels = premultiplied(noise(channels))
    luma = 0.299 * pixels[..., 0] + 0.587 * pixels[..., 1] + 0.114 * pixels[..., 2]
    np.testing.assert_allclose(picture.pixels[..., 0], luma, atol=1e-6)
    np.testing.assert_allclose(picture.pixels[..., 1:], pixels[..., 3:], atol=1e-6)
    assert picture.facts.color == ("L" if channels == 3 else "LA")


def test_white_and_what_is_gray_stay_what_they_are() -> None:
    white = converted(np.full((8, 6, 3), 255, np.uint8), gray=True)
    assert white.pixels.max() == white.pixels.min() == 1.0
    picture = converted(noise(2), GRAY_PROFILE, gray=True)
    np.testing.assert_allclose(picture.pixels, premultiplied(noise(2)), atol=1e-7)
    assert picture.icc_profile == GRAY_PROFILE


def test_a_picture_of_16_bits_keeps_its_depth_when_it_is_changed(tmp_path: Path) -> None:
    path = written(tmp_path / "a.png", hand_made_png(noise(4, kind=np.uint16), 16))
    picture = read_picture(path, Conversion(alpha="over=#ffffff", gray=True, max_side=4))
    assert picture.facts.bit_depth == 16
    assert picture.pixels.shape == (4, 3, 1)
