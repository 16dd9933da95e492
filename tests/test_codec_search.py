"""A photograph by other codecs: as close as asked for, or as small."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pillow_jxl  # noqa: F401 - importing it registers it
import pytest
from PIL import Image

from siren_cli.comparing.codec_search import matched_bytes, matched_psnr
from siren_cli.errors import UsageError
from siren_cli.metrics.psnr import psnr
from siren_cli.pictures.codecs import CODECS, named_codec
from siren_cli.pictures.conversion import Conversion
from siren_cli.pictures.picture import COLORS, Picture, PictureFacts
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.picture_files import PROFILE, noise, premultiplied

COFFEE = Path(__file__).parents[1] / "examples" / "coffee.png"


@pytest.fixture(scope="module")
def photograph() -> Picture:
    return read_picture(COFFEE, Conversion(max_side=96))


def picture(stored: np.ndarray, icc_profile: bytes | None = None) -> Picture:
    pixels = premultiplied(stored).astype(np.float32)
    height, width, channels = pixels.shape
    facts = PictureFacts(width, height, COLORS[channels], 8 * stored.itemsize)
    return Picture(pixels, facts, icc_profile)


@pytest.mark.parametrize("name", CODECS)
def test_a_file_as_close_as_asked_for_is_the_smallest_of_its_kind(
    photograph: Picture, name: str
) -> None:
    sizes = []
    for decibels in (24.0, 28.0, 32.0):
        found = matched_psnr(photograph, named_codec(name), decibels)
        reached = psnr(photograph, found.picture)
        assert reached is not None
        assert decibels <= reached < decibels + 1
        assert not found.saturated
        sizes.append(len(found.content))
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("name", CODECS)
def test_a_file_as_small_as_asked_for_is_the_best_of_its_kind(
    photograph: Picture, name: str
) -> None:
    reached = []
    for count in (2000, 3000, 4000):
        found = matched_bytes(photograph, named_codec(name), count)
        assert 0.9 * count < len(found.content) <= count
        assert not found.saturated
        reached.append(psnr(photograph, found.picture))
    assert reached == sorted(reached)


def test_bisection_finds_what_trying_every_quality_finds(photograph: Picture) -> None:
    stored = np.rint(photograph.pixels * 255).astype(np.uint8)
    sizes = {}
    for quality in range(1, 101):
        options = {"quality": quality, "subsampling": 0, "optimize": True}
        sizes[quality] = min(len(saved(stored, progressive=each, **options)) for each in (0, 1))
    best = max(quality for quality, size in sizes.items() if size <= 4000)
    found = matched_bytes(photograph, named_codec("jpeg"), 4000)
    assert len(found.content) == sizes[best]
    assert found.settings.startswith(f"quality {best}, 4:4:4, ")


def saved(stored: np.ndarray, **options: Any) -> bytes:
    content = io.BytesIO()
    Image.fromarray(stored).save(content, "JPEG", **options)
    return content.getvalue()


@pytest.mark.parametrize("name", CODECS)
def test_the_picture_is_what_pillow_decodes(photograph: Picture, name: str) -> None:
    found = matched_bytes(photograph, named_codec(name), 4000)
    expected = np.asarray(Image.open(io.BytesIO(found.content))) / np.float32(255)
    # Versions of libjxl differ in how they round.
    off = 1.01 / 255 if name == "jxl" else 0.0
    np.testing.assert_allclose(found.picture.pixels, expected, atol=off, rtol=0)
    assert found.picture.facts == photograph.facts


@pytest.mark.parametrize("name", ["jpeg", "webp", "avif"])
def test_a_codec_that_cannot_come_so_close_gives_its_best(
    photograph: Picture, name: str
) -> None:
    found = matched_psnr(photograph, named_codec(name), 70.0)
    assert found.saturated
    assert found.notes == (f"{name} does not reach 70.00 dB",)
    assert found.settings.startswith("quality 100")


def test_the_best_jpeg_xl_is_lossless(photograph: Picture) -> None:
    found = matched_psnr(photograph, named_codec("jxl"), 70.0)
    assert psnr(photograph, found.picture) is None
    assert (found.saturated, found.settings) == (False, "lossless, effort 7")


@pytest.mark.parametrize("name", CODECS)
def test_bytes_beyond_both_ends_are_said(photograph: Picture, name: str) -> None:
    most = matched_bytes(photograph, named_codec(name), 10**6)
    least = matched_bytes(photograph, named_codec(name), 10)
    assert most.saturated
    assert most.notes == (f"{name} has no use for 1000000 bytes",)
    assert least.saturated
    assert least.notes == (f"{name} needs more than 10 bytes",)
    assert 10 < len(least.content) < len(most.content) < 10**6


@pytest.mark.parametrize(
    ("name", "settings", "encoder"),
    [
        ("webp", "quality [0-9]+, method 6, 4:2:0", "libwebp [0-9.]+"),
        ("avif", "quality [0-9]+, speed 6, 4:4:4", "libavif [0-9.]+, aom .+"),
        ("jxl", "quality [0-9]+, effort 7", "libjxl [0-9.]+ of imagecodecs [0-9.]+"),
        ("JPEG", "quality [0-9]+, 4:4:4, (baseline|progressive)", "libjpeg.* [0-9.]+"),
    ],
)
def test_settings_and_encoder_are_named(
    photograph: Picture, name: str, settings: str, encoder: str
) -> None:
    found = matched_bytes(photograph, named_codec(name), 4000)
    assert re.fullmatch(settings, found.settings)
    assert re.fullmatch(encoder, found.encoder)


@pytest.mark.parametrize("channels", [2, 4])
def test_jpeg_refuses_transparency(channels: int) -> None:
    with pytest.raises(UsageError, match="jpeg cannot hold transparency"):
        matched_psnr(picture(noise(channels)), named_codec("jpeg"), 30.0)


def test_webp_refuses_what_is_too_wide() -> None:
    wide = picture(np.zeros((1, 16384, 3), np.uint8))
    with pytest.raises(UsageError, match="webp is limited to 16383 pixels a side"):
        matched_bytes(wide, named_codec("webp"), 1000)


@pytest.mark.parametrize("name", ["webp", "avif", "jxl"])
@pytest.mark.parametrize("channels", [2, 4])
def test_transparency_is_kept(name: str, channels: int) -> None:
    y, x = np.mgrid[:48, :40]
    planes = [2 * x + y, 3 * x + 40, 2 * y + 99]
    stored = np.stack([*planes[: channels - 1], 5 * y], axis=-1).astype(np.uint8)
    original = picture(stored)
    found = matched_psnr(original, named_codec(name), 36.0)
    assert found.picture.pixels.shape == original.pixels.shape
    assert not found.saturated
    assert np.all(found.picture.pixels[..., :-1] <= found.picture.pixels[..., -1:])


@pytest.mark.parametrize(
    ("name", "notes"),
    [
        ("jpeg", ()),
        ("webp", ("WEBP has no gray, which is written as color",)),
        ("avif", ("AVIF has no gray, which is written as color",)),
        ("jxl", ()),
    ],
)
def test_gray_stays_gray(photograph: Picture, name: str, notes: tuple[str, ...]) -> None:
    gray = read_picture(COFFEE, Conversion(gray=True, max_side=96))
    found = matched_psnr(gray, named_codec(name), 35.0)
    assert found.picture.pixels.shape == gray.pixels.shape
    assert (found.saturated, found.notes) == (False, notes)
    assert ("4:" in found.settings) == bool(notes)


def test_16_bits_are_encoded_as_8_and_compared_as_16() -> None:
    original = picture(noise(kind=np.uint16))
    found = matched_psnr(original, named_codec("jxl"), 80.0)
    assert found.picture.facts.bit_depth == 16
    assert found.notes == ("its 16 bits are written as 8", "jxl does not reach 80.00 dB")


@pytest.mark.parametrize(("name", "kept"), [("jpeg", True), ("avif", True), ("jxl", False)])
def test_a_color_profile_is_part_of_the_file_or_missed(name: str, kept: bool) -> None:
    found = matched_psnr(picture(noise(), PROFILE), named_codec(name), 20.0)
    assert (PROFILE in found.content) == kept
    assert found.notes == (() if kept else ("its color profile is not written",))


def test_a_noisy_picture_is_no_trouble_to_jpeg() -> None:
    found = matched_psnr(picture(noise(height=200, width=300)), named_codec("jpeg"), 70.0)
    assert found.settings.startswith("quality 100")


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_single_pixel_is_encoded(name: str, channels: int) -> None:
    found = matched_psnr(picture(noise(channels, 1, 1)), named_codec(name), 20.0)
    assert found.picture.pixels.shape == (1, 1, channels)
