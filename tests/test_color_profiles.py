"""Color profiles are kept, dropped with a note, or used for a conversion to sRGB."""

import io
import struct
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms

from siren_cli.errors import PictureError
from siren_cli.pictures.colors import icc_profile
from siren_cli.pictures.picture import quantize
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.picture_files import (
    CURVELESS_PROFILE,
    KINDS,
    Stored,
    converted,
    noise,
    premultiplied,
    tiff,
    written,
)

SRGB, SRGB_GRAY = icc_profile.SRGB, icc_profile.SRGB_GRAY
ADOBE = imagecodecs.cms_profile("adobergb")

GRAY = imagecodecs.cms_profile("gray", gamma=1.8)

CMYK = ADOBE[:16] + b"CMYK" + ADOBE[20:]

PROFILES = {1: GRAY, 2: GRAY, 3: ADOBE, 4: ADOBE}


def littlecms(stored: Stored, content: bytes) -> Stored:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(content))
    image, srgb = Image.fromarray(stored), ImageCms.createProfile("sRGB")
    return np.asarray(ImageCms.profileToProfile(image, profile, srgb, outputMode="RGB"))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_colors_mean_in_srgb_what_they_meant(channels: int) -> None:
    stored = noise(channels)
    colors = stored[..., : channels - 1].squeeze() if channels in (2, 4) else stored
    expected = littlecms(np.ascontiguousarray(colors), PROFILES[channels])
    picture = converted(stored, PROFILES[channels], icc="srgb", alpha="drop")
    planes = picture.pixels.shape[2]
    np.testing.assert_array_equal(quantize(picture.pixels, 8), expected[..., :planes])
    assert picture.icc_profile == (SRGB_GRAY if planes == 1 else SRGB)
    fine = converted(stored * np.uint16(257), PROFILES[channels], icc="srgb", alpha="drop")
    assert fine.facts.bit_depth == 16
    # Half a step by rounding, the rest by what 8 bits are worth in the dark.
    np.testing.assert_allclose(fine.pixels, picture.pixels, atol=1.2 / 255)


def test_adobe_rgb_of_16_bits_becomes_srgb_as_its_definitions_say() -> None:
    """Adobe RGB (1998), section 4.3.5, and IEC 61966-2-1."""
    stored = noise(3, 80, 60, np.uint16)
    to_xyz = np.array(
        [[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]]
    )
    to_rgb = np.array(
        [
            [3.24045, -1.53714, -0.49853],
            [-0.96927, 1.87601, 0.04156],
            [0.05564, -0.20403, 1.05723],
        ]
    )
    light = np.clip((stored / 65535) ** (563 / 256) @ to_xyz.T @ to_rgb.T, 0, 1)
    expected = np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055
    )
    picture = converted(stored, ADOBE, icc="srgb")
    np.testing.assert_allclose(picture.pixels, expected, atol=0.25 / 255)


def test_the_alpha_of_converted_colors_is_kept() -> None:
    picture = converted(noise(4), ADOBE, icc="srgb")
    colors = littlecms(np.ascontiguousarray(noise(4)[..., :3]), ADOBE)
    expected = premultiplied(np.dstack([colors, noise(4)[..., 3]]))
    np.testing.assert_allclose(picture.pixels, expected, atol=1e-6)


def test_gray_of_colors_is_that_of_srgb() -> None:
    luma = littlecms(noise(), ADOBE) / 255 @ np.array([0.299, 0.587, 0.114])
    picture = converted(noise(), ADOBE, gray=True)
    np.testing.assert_allclose(picture.pixels[..., 0], luma, atol=1e-6)
    assert picture.icc_profile == SRGB_GRAY


@pytest.mark.parametrize("kind", KINDS.values())
def test_a_damaged_profile_is_refused_where_it_is_used(kind: Any) -> None:
    damaged = ADOBE[:300]
    assert converted(noise(kind=kind), damaged).icc_profile == damaged
    with pytest.raises(PictureError, match=r"its color profile is damaged \(--icc keep"):
        converted(noise(kind=kind), damaged, icc="srgb")


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_profile_for_other_channels_is_adapted_to_these(channels: int) -> None:
    """Gray has the curve of the colors, and colors have the primaries of sRGB."""
    picture = converted(noise(channels), GRAY if channels > 2 else ADOBE)
    np.testing.assert_allclose(picture.pixels, premultiplied(noise(channels)), atol=1e-7)
    assert picture.icc_profile is not None
    assert picture.icc_profile[16:20] == (b"RGB " if channels > 2 else b"GRAY")
    own, other = icc_profile.curves(picture.icc_profile), GRAY if channels > 2 else ADOBE
    assert own is not None
    assert set(own) == set(icc_profile.curves(other) or ())
    assert picture.notes == ()


@pytest.mark.parametrize("channels", [1, 4])
def test_a_profile_that_means_srgb_becomes_ours(channels: int) -> None:
    theirs = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = converted(noise(channels), theirs)
    assert picture.icc_profile == (SRGB if channels > 2 else SRGB_GRAY)


@pytest.mark.parametrize(
    ("channels", "profile"), [(1, CMYK), (2, b"?"), (3, CURVELESS_PROFILE), (4, b"?")]
)
def test_a_profile_that_is_none_for_these_channels_is_dropped_with_a_note(
    channels: int, profile: bytes
) -> None:
    for changes in ({}, {"icc": "srgb"}):
        picture = converted(noise(channels), profile, **changes)
        np.testing.assert_allclose(picture.pixels, premultiplied(noise(channels)), atol=1e-7)
        assert picture.icc_profile is None
        name = picture.facts.color
        assert picture.notes == (f"its color profile is not one for {name} and is dropped",)


@pytest.mark.parametrize("profile", [None, b"?" * 200, ADOBE])
def test_cmyk_becomes_srgb_roughly_without_its_profile(
    tmp_path: Path, profile: bytes | None
) -> None:
    content = tiff(noise(4), photometric="separated", extrasamples=None, iccprofile=profile)
    picture = read_picture(written(tmp_path / "a.tif", content))
    ink = noise(4) / 255
    rough = (1 - ink[..., :3]) * (1 - ink[..., 3:])
    np.testing.assert_allclose(picture.pixels, rough, atol=0.51 / 255)
    assert picture.notes == ("CMYK without a usable profile, converted to sRGB roughly",)
    assert picture.icc_profile == SRGB


def cmyk_profile() -> bytes:
    """Return a profile whose inks make gray, by a table of 16 colors (ICC.1:2001, 6.5.8)."""
    ink = np.indices((2, 2, 2, 2)).reshape(4, 16).T
    lightness = 255 - np.minimum(ink @ [30, 60, 20, 255], 255)
    colors = np.stack([lightness, *np.full((2, 16), 128)], axis=1).astype(np.uint8)
    one, ramp = 1 << 16, bytes(range(256))
    identity = struct.pack(">9i", one, 0, 0, 0, one, 0, 0, 0, one)
    table = b"mft1\0\0\0\0\4\3\2\0" + identity + 4 * ramp + colors.tobytes() + 3 * ramp
    content = struct.pack(">I4sII", 1, b"A2B0", 144, len(table)) + table
    head = struct.pack(">I4xI", 128 + len(content), 0x02400000) + b"prtrCMYKLab " + bytes(12)
    white = struct.pack(">3I", 0xF6D6, one, 0xD32D)
    return (head + b"acsp").ljust(68, b"\0") + white.ljust(60, b"\0") + content


def test_cmyk_becomes_srgb_by_its_profile(tmp_path: Path) -> None:
    stored, profile = noise(4), cmyk_profile()
    stored[0, :3] = [[0, 0, 0, 0], [0, 0, 0, 255], [255, 0, 0, 0]]
    content = tiff(stored, photometric="separated", extrasamples=None, iccprofile=profile)
    picture = read_picture(written(tmp_path / "a.tif", content))
    # White, black, and the lightness 225/255 of cyan: CIE 1976, and IEC 61966-2-1.
    light = ((100 * 225 / 255 + 16) / 116) ** 3
    gray = 1.055 * light ** (1 / 2.4) - 0.055
    expected = np.repeat([[1.0], [0.0], [gray]], 3, axis=1)
    np.testing.assert_allclose(picture.pixels[0, :3], expected, atol=1.6 / 255)
    assert picture.notes == ("CMYK, converted to sRGB by its profile",)
    assert picture.icc_profile == SRGB
