"""Amounts of light are averaged by the curves of a picture's own color profile."""

from typing import Any

import numpy as np
import pytest

from siren_cli.pictures.colors import icc_profile, icc_tags, named_spaces
from siren_cli.pictures.colors.chromaticities import SRGB_CHROMATICITIES
from siren_cli.pictures.colors.code_points import profile_of
from siren_cli.pictures.colors.curves import power
from siren_cli.pictures.colors.icc_profile import SRGB, SRGB_GRAY, CodePoints
from siren_cli.pictures.colors.light import from_light, to_light
from siren_cli.pictures.picture import Color, PictureFacts
from siren_cli.rendering.drawing import Drawing, render
from siren_cli.rendering.geometry import Region, Size
from siren_cli.rendering.view import View
from tests.helpers.representations import make_representation

COLORS: dict[int, Color] = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
LINEAR = icc_profile.made("linear", SRGB_CHROMATICITIES, power(1.0))
GAMMA = icc_profile.made("gamma 2.2", SRGB_CHROMATICITIES, power(2.2))
# sRGB's mean of black and white light (IEC 61966-2-1).
SRGB_HALF = 1.055 * 0.5 ** (1 / 2.4) - 0.055


def lut_profile() -> bytes:
    """Return a profile that has tables, beside curves that are not to be used then."""
    names = (*icc_profile.COLORANTS, *icc_profile.CURVES[b"RGB "])
    tags = {name: icc_tags.find(LINEAR, name) for name in names}
    return icc_tags.assembled(LINEAR, tags | {b"A2B0": b"mft2" + bytes(60)})


def different_curves(*gammas: float) -> bytes:
    tags = {name: icc_tags.find(SRGB, name) for name in icc_profile.COLORANTS}
    curves = (icc_tags.curve(power(gamma)) for gamma in gammas)
    return icc_tags.assembled(
        SRGB, tags | dict(zip(icc_profile.CURVES[b"RGB "], curves, strict=True))
    )


def halved(pixels: Any, profile: bytes | None) -> Any:
    """Return pixels at half the size, by the means of their light."""
    height, width, channels = pixels.shape
    facts = PictureFacts(width, height, COLORS[channels])
    light = to_light(pixels.astype(np.float32), facts, profile)
    means = light.reshape(height // 2, 2, width // 2, 2, channels).mean(axis=(1, 3))
    return from_light(means, facts, profile)


def checker(channels: int) -> Any:
    """Return a checkerboard of 0 and 1, shape (6, 8, channels)."""
    return np.repeat((np.indices((6, 8)).sum(axis=0) % 2)[..., None], channels, axis=2)


def gray(profile: bytes) -> bytes:
    found = named_spaces.for_gray(profile)
    assert found
    return found


@pytest.mark.parametrize(
    ("profile", "half"),
    [
        (None, SRGB_HALF),
        (SRGB, SRGB_HALF),
        (LINEAR, 0.5),
        (GAMMA, 0.5 ** (1 / 2.2)),
        (lut_profile(), SRGB_HALF),
        (SRGB_GRAY, SRGB_HALF),  # not for colors
        (b"?" * 200, SRGB_HALF),
    ],
)
def test_a_checkerboard_has_half_the_light(profile: bytes | None, half: float) -> None:
    np.testing.assert_allclose(halved(checker(3), profile), half, atol=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_mean_of_values_that_are_light_is_exact(channels: int) -> None:
    profile = LINEAR if channels == 3 else gray(LINEAR)
    assert (halved(checker(channels), profile) == 0.5).all()


def test_gray_has_its_own_curve() -> None:
    half = halved(checker(1), gray(GAMMA))
    np.testing.assert_allclose(half, 0.5 ** (1 / 2.2), atol=1e-5)


def test_each_color_has_its_own_curve() -> None:
    half = halved(checker(3), different_curves(1.0, 1.8, 2.2))
    np.testing.assert_allclose(half[0, 0], [0.5, 0.5 ** (1 / 1.8), 0.5 ** (1 / 2.2)], atol=1e-4)


@pytest.mark.parametrize("profile", [None, LINEAR, GAMMA, different_curves(1.0, 1.8, 2.2)])
def test_light_is_premultiplied_with_alpha(profile: bytes | None) -> None:
    alpha = np.linspace(0.1, 1.0, 48).reshape(6, 8, 1)
    pixels = np.concatenate([checker(3) * alpha, alpha], axis=2).astype(np.float32)
    facts = PictureFacts(8, 6, "RGBA", 16)
    light = to_light(pixels, facts, profile)
    # Black and white are the same in light and in values.
    np.testing.assert_allclose(light, pixels, atol=1e-6)
    np.testing.assert_allclose(from_light(light, facts, profile), pixels, atol=1e-6)


@pytest.mark.parametrize("transfer", [16, 18])
def test_the_dark_of_hdr_is_kept(transfer: int) -> None:
    profile = profile_of(CodePoints(9, transfer))
    facts, dark = PictureFacts(8, 1, "RGB", 16), np.linspace(0.0, 0.08, 24, dtype=np.float32)
    pixels = dark.reshape(1, 8, 3)
    kept = from_light(to_light(pixels, facts, profile), facts, profile)
    np.testing.assert_allclose(kept, pixels, atol=1e-5)


def test_a_drawing_averages_light_by_its_profile() -> None:
    plain = make_representation(8, 8, cell_size=0, icc_profile=GAMMA)
    samples = np.clip(render(plain, 8, 8).pixels, 0.0, 1.0)
    view = View(Region(0.0, 0.0, 8.0, 8.0), Size(1, 1), linear_light=True)
    drawing = Drawing(plain, view)
    mean = (samples.astype(np.float64) ** 2.2).mean(axis=(0, 1)) ** (1 / 2.2)
    np.testing.assert_allclose(drawing.block(slice(0, 1), slice(0, 1))[0, 0], mean, atol=1e-5)
