"""Pictures are written as other programs read them."""

import io
from itertools import product
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from siren_cli.pictures.colors import icc_profile, named_spaces
from siren_cli.pictures.picture import Picture, PictureFacts, quantize
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.picture_files import (
    COLORS,
    GRAY_PROFILE,
    KINDS,
    PROFILE,
    as_picture,
    encoded,
    noise,
    premultiplied,
    smooth,
    transparent,
    visible,
    written,
)

PROFILED = [".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff"]

WRITABLE = [
    *product([".png", ".tif", ".tiff", ".webp", ".jxl", ".jp2"], COLORS),
    *product([".jpg", ".jpeg", ".bmp", ".ppm"], ["L", "RGB"]),
]


@pytest.mark.parametrize("suffix", PROFILED)
def test_a_profile_goes_into_the_formats_that_have_one(tmp_path: Path, suffix: str) -> None:
    picture = Picture(np.zeros((8, 6, 3), np.float32), PictureFacts(6, 8, "RGB"), PROFILE)
    path = tmp_path / f"a{suffix}"
    found = read_picture(written(path, encoded(picture, path)))
    assert found.icc_profile == PROFILE


def test_srgb_is_named_by_the_chunks_of_png() -> None:
    picture = Picture(
        np.zeros((8, 6, 3), np.float32), PictureFacts(6, 8, "RGB"), icc_profile.SRGB
    )
    with Image.open(io.BytesIO(encoded(picture, Path("a.png")))) as image:
        assert image.info["srgb"] == 1
        assert image.info["gamma"] == 0.45455
        assert image.info["chromaticity"][:2] == (0.3127, 0.329)
        assert "icc_profile" not in image.info


@pytest.mark.parametrize(("suffix", "color"), WRITABLE)
def test_what_is_encoded_is_read_again(tmp_path: Path, suffix: str, color: Any) -> None:
    lossy = suffix in (".jpg", ".jpeg")
    stored = smooth()[..., : len(color)] if lossy else noise(len(color))
    pixels = premultiplied(stored).astype(np.float32)
    picture = Picture(pixels, PictureFacts(6, 8, color))
    path = tmp_path / f"a{suffix.upper()}"
    found = read_picture(written(path, encoded(picture, path)))
    if suffix == ".webp" and color.startswith("L"):
        pixels = np.concatenate([pixels[..., :1]] * 2 + [pixels], axis=-1)
    np.testing.assert_allclose(found.pixels, pixels, atol=6 / 255 if lossy else 1e-6)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_gif_of_few_colors_is_exact(channels: int) -> None:
    stored = noise(channels)
    with Image.open(io.BytesIO(encoded(as_picture(stored), Path("a.gif")))) as image:
        found = np.asarray(image.convert("L" if channels == 1 else "RGB"))
    np.testing.assert_array_equal(found, stored)


@pytest.mark.parametrize("color", COLORS)
def test_an_encoded_tiff_is_read_by_tifffile(color: Any) -> None:
    stored = noise(len(color))
    picture = Picture(premultiplied(stored).astype(np.float32), PictureFacts(6, 8, color))
    found = tifffile.imread(io.BytesIO(encoded(picture, Path("a.tif"))))
    if color.endswith("A"):
        stored[stored[..., -1] == 0] = 0
    np.testing.assert_array_equal(found, stored)


def test_colors_brighter_than_their_alpha_are_clamped() -> None:
    pixels = np.full((8, 6, 4), 0.8, np.float32)
    pixels[..., 3] = 0.4
    content = encoded(Picture(pixels, PictureFacts(6, 8, "RGBA")), Path("a.png"))
    with Image.open(io.BytesIO(content)) as image:
        assert image.getpixel((0, 0)) == (255, 255, 255, 102)


def test_quantize_clamps_and_rounds() -> None:
    pixels = np.float32([-1.0, 0.0, 0.49 / 255, 0.51 / 255, 0.5, 1.0, 7.0])
    assert quantize(pixels, 8).tolist() == [0, 0, 0, 1, 128, 255, 255]


@pytest.mark.parametrize(("bits", "channels"), [*product(KINDS, (1, 2, 3, 4))])
def test_a_png_is_what_imagecodecs_reads(bits: int, channels: int) -> None:
    stored = transparent(channels, bits)
    content = encoded(as_picture(stored), Path("a.png"), bits)
    np.testing.assert_array_equal(imagecodecs.png_decode(content), visible(stored))


@pytest.mark.parametrize(("bits", "channels"), [*product(KINDS, (1, 2, 3, 4))])
def test_a_tiff_is_what_tifffile_reads(bits: int, channels: int) -> None:
    stored = transparent(channels, bits)
    content = encoded(as_picture(stored, PROFILE), Path("a.tif"), bits)
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        page = file.pages.first
        np.testing.assert_array_equal(page.asarray(), visible(stored))
        assert page.extrasamples == ((2,) if channels in (2, 4) else ())  # unassociated
        assert page.photometric == (2 if channels > 2 else 1)
        assert page.tags[34675].value == PROFILE
        assert len(file.pages) == 1


@pytest.mark.parametrize(("suffix", "bits"), [*product([".png", ".tif"], KINDS)])
def test_an_alpha_of_every_value_comes_back(tmp_path: Path, suffix: str, bits: int) -> None:
    stored = np.dstack([noise(3, 16, 16, KINDS[bits]), np.arange(256).reshape(16, 16)])
    stored = stored.astype(KINDS[bits])
    path = tmp_path / f"a{suffix}"
    written(path, encoded(as_picture(stored), path, bits))
    np.testing.assert_allclose(read_picture(path).pixels, premultiplied(stored), atol=1e-7)


def test_the_profile_of_a_16_bit_png_is_read_by_pillow() -> None:
    content = encoded(as_picture(noise(kind=np.uint16), PROFILE), Path("a.png"), 16)
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        assert image.info["icc_profile"] == PROFILE


@pytest.mark.parametrize(
    ("name", "kept"), [("a.png", True), ("a.webp", False), ("a.avif", False)]
)
def test_a_gray_profile_becomes_one_of_colors_with_the_gray(name: str, kept: bool) -> None:
    content = encoded(as_picture(noise(2), GRAY_PROFILE), Path(name))
    with Image.open(io.BytesIO(content)) as image:
        in_colors = named_spaces.for_colors(GRAY_PROFILE)
        assert image.info.get("icc_profile") == (GRAY_PROFILE if kept else in_colors)


@pytest.mark.parametrize("color", COLORS)
def test_a_picture_of_one_pixel_can_have_16_bits(color: Any) -> None:
    stored = np.full((1, 1, len(color)), 258, np.uint16)
    content = encoded(as_picture(stored), Path("a.png"), 16)
    assert imagecodecs.png_decode(content).ravel().tolist() == [258] * len(color)


@pytest.mark.parametrize("color", COLORS)
def test_an_avif_is_close_to_what_it_was(color: Any) -> None:
    stored = smooth(len(color))
    found = imagecodecs.avif_decode(encoded(as_picture(stored), Path("a.avif")))
    planes = stored.reshape(8, 6, -1)
    if color.startswith("L"):
        planes = np.dstack([planes[..., :1]] * 2 + [planes])
    if color == "L" and found.ndim == 2:
        found = np.dstack([found] * 3)
    np.testing.assert_allclose(found.astype(int), planes, atol=6)
