"""What is changed while a picture is read is changed as its closed form says."""

import io
import struct
from itertools import product
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms

from siren_cli.errors import PictureError, UsageError
from siren_cli.pictures.conversion import AS_IT_IS, Conversion, Decoded, convert
from siren_cli.pictures.picture import Picture, quantize
from siren_cli.pictures.reader import read_picture
from tests.helpers.picture_files import (
    KINDS,
    Stored,
    hand_made_png,
    noise,
    premultiplied,
    saved,
    tiff,
    written,
)

ADOBE = imagecodecs.cms_profile("adobergb")
GRAY = imagecodecs.cms_profile("gray", gamma=1.8)
PROFILES = {1: GRAY, 2: GRAY, 3: ADOBE, 4: ADOBE}


def converted(stored: Stored, icc_profile: bytes | None = None, **changes: Any) -> Picture:
    planes = stored.reshape(*stored.shape[:2], -1)
    return convert(Decoded(planes, icc_profile, ()), Conversion(**changes))


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
    picture = converted(noise(2), GRAY, alpha=f"over=#{color}")
    assert picture.facts.color == mode
    gray, alpha = np.moveaxis(noise(2) / 255, -1, 0)
    expected = gray * alpha + (1 - alpha) * 0x80 / 255
    np.testing.assert_allclose(picture.pixels[..., 0], expected, atol=1e-6)
    assert picture.icc_profile == (GRAY if mode == "L" else None)
    assert len(picture.notes) == (0 if mode == "L" else 1)


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
    picture = converted(noise(2), GRAY, gray=True)
    np.testing.assert_allclose(picture.pixels, premultiplied(noise(2)), atol=1e-7)
    assert picture.icc_profile == GRAY


def littlecms(stored: Stored, icc_profile: bytes) -> Stored:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
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
    assert picture.icc_profile is None
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
    assert picture.icc_profile is None


@pytest.mark.parametrize("kind", KINDS.values())
def test_a_damaged_profile_is_refused_where_it_is_used(kind: Any) -> None:
    damaged = ADOBE[:300]
    assert converted(noise(kind=kind), damaged).icc_profile == damaged
    with pytest.raises(PictureError, match=r"its color profile is damaged \(--icc keep"):
        converted(noise(kind=kind), damaged, icc="srgb")


@pytest.mark.parametrize(
    ("channels", "profile"), [(1, ADOBE), (2, ADOBE), (3, GRAY), (4, b"?")]
)
def test_a_profile_for_other_channels_is_dropped_and_told(
    channels: int, profile: bytes
) -> None:
    for changes in ({}, {"icc": "srgb"}):
        picture = converted(noise(channels), profile, **changes)
        np.testing.assert_allclose(picture.pixels, premultiplied(noise(channels)), atol=1e-7)
        assert picture.icc_profile is None
        name = picture.facts.color
        assert picture.notes == (f"its color profile is not one for {name} and is dropped",)


@pytest.mark.parametrize(
    ("profile", "note"),
    [
        (None, "CMYK without a usable profile, converted to sRGB roughly"),
        (b"?" * 200, "CMYK without a usable profile, converted to sRGB roughly"),
        (ADOBE, "CMYK without a usable profile, converted to sRGB roughly"),
    ],
)
def test_cmyk_becomes_srgb_roughly_without_its_profile(
    tmp_path: Path, profile: bytes | None, note: str
) -> None:
    content = tiff(noise(4), photometric="separated", extrasamples=None, iccprofile=profile)
    picture = read_picture(written(tmp_path / "a.tif", content))
    ink = noise(4) / 255
    rough = (1 - ink[..., :3]) * (1 - ink[..., 3:])
    np.testing.assert_allclose(picture.pixels, rough, atol=2 / 255)
    assert picture.notes == (note,)
    assert picture.icc_profile is None


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
    assert picture.icc_profile is None


SIZES = [
    ((8, 6), 8, (8, 6)),
    ((8, 6), 9, (8, 6)),
    ((8, 6), 7, (7, 5)),  # 5.25
    ((8, 6), 2, (2, 2)),  # 1.5
    ((6, 8), 6, (5, 6)),  # 4.5
    ((8, 6), 1, (1, 1)),
    ((100, 1), 10, (10, 1)),
    ((3, 100), 10, (1, 10)),
]


@pytest.mark.parametrize(("size", "max_side", "expected"), SIZES)
def test_sides_are_rounded_half_up_and_never_0(
    size: tuple[int, int], max_side: int, expected: tuple[int, int]
) -> None:
    picture = converted(noise(3, *size), max_side=max_side)
    assert picture.pixels.shape == (*expected, 3)
    assert (picture.facts.height, picture.facts.width) == expected
    if size == expected:
        np.testing.assert_array_equal(quantize(picture.pixels, 8), noise(3, *size))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_what_is_flat_stays_flat_when_it_shrinks(channels: int) -> None:
    stored = np.full((80, 61, channels), 51, np.uint8)
    picture = converted(stored, max_side=23)
    np.testing.assert_allclose(
        picture.pixels,
        np.broadcast_to(premultiplied(stored)[0, 0], (23, 18, channels)),
        atol=1e-6,
    )


@pytest.mark.parametrize("channels", [2, 4])
def test_no_color_becomes_brighter_than_its_alpha(channels: int) -> None:
    stored = noise(channels, 80, 60)
    stored[..., -1] = np.where(stored[..., -1] < 128, 0, 255)
    pixels = converted(stored, max_side=33).pixels
    assert np.all(pixels[..., :-1] <= pixels[..., -1:])
    assert 0.0 <= pixels.min() <= pixels.max() <= 1.0


def test_hidden_colors_do_not_bleed_when_a_picture_shrinks() -> None:
    stored = np.zeros((80, 60, 4), np.uint8)
    stored[:40] = [255, 0, 0, 255]
    stored[40:] = [0, 255, 0, 0]
    assert converted(stored, max_side=9).pixels[..., 1].max() == 0.0


def waves(height: int, width: int) -> Stored:
    y, x = np.mgrid[:height, :width]
    planes = [np.sin(y / 21), np.cos(x / 17), np.sin((x + y) / 30)]
    return np.rint(127 + 100 * np.stack(planes, axis=-1)).astype(np.uint8)


@pytest.mark.parametrize("size", [(640, 480), (333, 1000), (479, 641), (2, 1000)])
@pytest.mark.parametrize("max_side", [10, 50, 100])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_jpeg_that_shrinks_while_it_is_decoded_looks_the_same(
    tmp_path: Path, size: tuple[int, int], max_side: int, orientation: int
) -> None:
    tags = Image.Exif()
    tags[0x0112] = orientation
    path = saved(tmp_path / "a.jpg", waves(*size), quality=95, subsampling=0, exif=tags)
    with Image.open(path) as image:
        turned = image.rotate(-90, expand=True) if orientation == 6 else image
        whole = converted(np.asarray(turned), max_side=max_side)
    picture = read_picture(path, Conversion(max_side=max_side))
    assert picture.facts == whole.facts
    difference = picture.pixels - whole.pixels
    assert np.sqrt(np.mean(difference**2)) < 2 / 255
    assert np.abs(difference).max() < 8 / 255


def test_a_picture_of_16_bits_keeps_its_depth_when_it_is_changed(tmp_path: Path) -> None:
    path = written(tmp_path / "a.png", hand_made_png(noise(4, kind=np.uint16), 16))
    picture = read_picture(path, Conversion(alpha="over=#ffffff", gray=True, max_side=4))
    assert picture.facts.bit_depth == 16
    assert picture.pixels.shape == (4, 3, 1)
