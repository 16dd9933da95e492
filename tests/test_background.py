"""A transparent picture is laid over a color, when it is read and when it is written."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import siren_cli
from siren_cli.errors import UsageError
from siren_cli.pictures.background import background_pixels, color_digits, over
from siren_cli.pictures.value_mapping import Curve, ValueMapping
from tests.helpers.commands import siren
from tests.helpers.representations import make_representation, save_representation


def test_a_color_has_three_or_six_digits() -> None:
    assert color_digits("#fff", "--background") == "ffffff"
    assert color_digits("#Ff8000", "--background") == "Ff8000"
    for wrong in ("white", "#ffff", "fff", "#ggg", "#fff\n"):
        with pytest.raises(UsageError, match="--background"):
            color_digits(wrong, "--background")


def test_a_color_below_light_is_light() -> None:
    light = ValueMapping("linear", 0.0, 2.0, scene="light")
    np.testing.assert_allclose(background_pixels("ffffff", 4, light), [0.5] * 3)
    gray = background_pixels("bcbcbc", 2, light)  # half of white, by sRGB
    np.testing.assert_allclose(gray, [0.25], atol=2e-3)


@pytest.mark.parametrize("curve", ["linear", "asinh"])
def test_half_of_a_light_is_half_as_bright(curve: Curve) -> None:
    light = ValueMapping(curve, 0.0, 1000.0, 1.0 if curve == "linear" else 0.01, "light")
    pixels = np.full((1, 1, 4), 0.5, np.float32)
    pixels[..., :3] *= light.pixels(np.full(3, 8.0))
    np.testing.assert_allclose(light.values(over(pixels, "000000", light)), 4.0, rtol=1e-3)
    np.testing.assert_allclose(light.values(over(pixels, "ffffff", light)), 4.5, rtol=1e-3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alpha")
    stored = np.full((24, 32, 4), [200, 100, 50, 255], np.uint8)
    stored[:, :16, 3] = 0
    siren_cli.fit(stored, preset="detailed").save(folder / "a.siren")
    return folder


def test_jpeg_names_the_way_out(folder: Path) -> None:
    run = siren(folder, "render", "a.siren", "-o", "a.jpg")
    assert run.code == 5
    assert run.err[0].endswith("or lay the picture over a color (--background '#fff')")


@pytest.mark.parametrize("suffix", ["jpg", "png", "ppm", "bmp", "gif"])
def test_a_drawing_is_laid_over_a_color(folder: Path, suffix: str) -> None:
    run = siren(folder, "render", "a.siren", "-f", "-o", f"a.{suffix}", "--background=#0f0")
    assert run.code == 0
    with Image.open(folder / f"a.{suffix}") as image:
        stored = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(stored[:, 2:13] - [0, 255, 0]).max() <= 8
    assert np.abs(stored[:, 19:30] - [200, 100, 50]).max() <= 8


def test_an_opaque_picture_has_no_use_for_a_background(tmp_path: Path) -> None:
    save_representation(tmp_path / "a.siren", make_representation(8, 6))
    assert siren(tmp_path, "render", "a.siren", "-o", "a.jpg", "--background=#fff").code == 0
