"""Pictures are read upright, with alpha and profile."""

import struct
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401 - importing it registers it
import pytest
from PIL import Image

from siren_cli.pictures.colors import named_spaces
from siren_cli.pictures.picture import PictureFacts, quantize
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.picture_files import (
    COLORS,
    CURVELESS_PROFILE,
    GRAY_PROFILE,
    KINDS,
    PROFILE,
    Stored,
    chunk,
    hand_made_png,
    noise,
    pillow,
    premultiplied,
    saved,
    smooth,
    tiff,
    written,
)

pillow_heif.register_heif_opener()


def test_pixels_are_floats_of_three_axes(tmp_path: Path) -> None:
    picture = read_picture(saved(tmp_path / "a.png", noise(1)))
    assert picture.pixels.dtype == np.float32
    assert picture.pixels.shape == (8, 6, 1)
    assert picture.facts == PictureFacts(width=6, height=8, color="L", bit_depth=8)


LOSSLESS = [
    *product([".png", ".tif", ".webp"], [1, 2, 3, 4]),
    *product([".bmp"], [1, 3]),
]


@pytest.mark.parametrize(("suffix", "channels"), LOSSLESS)
def test_every_mode_of_every_lossless_format_is_exact(
    tmp_path: Path, suffix: str, channels: int
) -> None:
    stored = noise(channels)
    picture = read_picture(saved(tmp_path / f"a{suffix}", stored))
    expected = premultiplied(stored)
    if suffix == ".webp" and channels <= 2:  # WebP knows no grey
        assert picture.facts.color == COLORS[channels + 1]
        expected = np.concatenate([expected[..., :1]] * 2 + [expected], axis=-1)
    np.testing.assert_allclose(picture.pixels, expected, atol=1e-7)


def test_a_bmp_made_by_hand_is_exact(tmp_path: Path) -> None:
    stored = noise()
    rows = b"".join(row[:, ::-1].tobytes() + b"\0\0" for row in stored[::-1])
    header = struct.pack("<2sIIIIiiHHIIiiII", b"BM", 214, 0, 54, 40, 6, 8, 1, 24, *[0] * 6)
    picture = read_picture(written(tmp_path / "a.bmp", header + rows))
    np.testing.assert_array_equal(quantize(picture.pixels, 8), stored)


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("gray", [True, False])
def test_a_jpeg_is_close(tmp_path: Path, options: dict[str, Any], gray: bool) -> None:
    stored = smooth()[..., 0] if gray else smooth()
    path = saved(tmp_path / "a.jpg", stored, quality=100, subsampling=0, **options)
    np.testing.assert_allclose(read_picture(path).pixels, premultiplied(stored), atol=3 / 255)


def test_colors_are_premultiplied_with_alpha(tmp_path: Path) -> None:
    stored = np.tile(np.uint8([200, 100, 50, 51]), (8, 6, 1))
    pixels = read_picture(saved(tmp_path / "a.png", stored)).pixels
    np.testing.assert_allclose(pixels[0, 0], np.array([40, 20, 10, 51]) / 255, rtol=1e-6)


@pytest.mark.parametrize("channels", [2, 4])
def test_an_opaque_alpha_is_dropped(tmp_path: Path, channels: int) -> None:
    stored = noise(channels)
    stored[..., -1] = 255
    picture = read_picture(saved(tmp_path / "a.png", stored))
    assert picture.facts.color == COLORS[channels - 2]
    np.testing.assert_array_equal(quantize(picture.pixels, 8), stored[..., :-1])


def test_an_alpha_that_is_opaque_but_for_one_pixel_is_kept(tmp_path: Path) -> None:
    stored = noise(4)
    stored[..., -1] = 255
    stored[7, 5, -1] = 254
    assert read_picture(saved(tmp_path / "a.png", stored)).facts.color == "RGBA"


# Functions that turn the stored array upright, by EXIF orientation (EXIF 2.32, 4.6.4).
UPRIGHT: dict[int, Callable[[Stored], Stored]] = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.transpose(1, 0, 2),
    6: lambda stored: stored.transpose(1, 0, 2)[:, ::-1],
    7: lambda stored: stored[::-1, ::-1].transpose(1, 0, 2),
    8: lambda stored: stored.transpose(1, 0, 2)[::-1],
}


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags.tobytes()


def turned_png(stored: Stored, orientation: int) -> bytes:
    bits = 8 * stored.itemsize
    # Its own signature of six bytes is left out (PNG, extension eXIf).
    return hand_made_png(stored, bits, chunk(b"eXIf", exif(orientation)[6:]))


def turned_tiff(stored: Stored, orientation: int) -> bytes:
    return tiff(stored, extratags=[(0x0112, "H", 1, orientation, True)])


@pytest.mark.parametrize("make", [turned_png, turned_tiff])
@pytest.mark.parametrize(("bits", "orientation"), [*product(KINDS, UPRIGHT)])
def test_exif_orientation_is_applied(
    tmp_path: Path, make: Callable[[Stored, int], bytes], bits: int, orientation: int
) -> None:
    stored = noise(kind=KINDS[bits])
    picture = read_picture(written(tmp_path / "a", make(stored, orientation)))
    np.testing.assert_array_equal(quantize(picture.pixels, bits), UPRIGHT[orientation](stored))
    assert picture.facts == PictureFacts(*picture.pixels.shape[1::-1], "RGB", bits)


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_exif_orientation_of_webp_is_applied_and_the_profile_kept(
    tmp_path: Path, orientation: int
) -> None:
    options = {"exif": exif(orientation), "icc_profile": PROFILE}
    picture = read_picture(saved(tmp_path / "a.webp", noise(), **options))
    np.testing.assert_array_equal(quantize(picture.pixels, 8), UPRIGHT[orientation](noise()))
    assert picture.icc_profile == PROFILE


# Colors in blocks of 8 x 8, which lossy formats keep apart.
BLOCKS = np.kron(noise(3, 3, 2), np.ones((8, 8, 1), np.uint8))


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("JPEG", {"quality": 100, "subsampling": 0}),
        ("HEIF", {"quality": -1}),
        ("AVIF", {"quality": 100, "subsampling": "4:4:4"}),
    ],
)
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_photos_are_turned_once(
    tmp_path: Path, form: str, options: dict[str, Any], orientation: int
) -> None:
    content = pillow(BLOCKS, form, exif=exif(orientation), **options)
    pixels = read_picture(written(tmp_path / "a", content)).pixels
    np.testing.assert_allclose(pixels, UPRIGHT[orientation](BLOCKS) / 255, atol=4 / 255)


@pytest.mark.filterwarnings("ignore:Using JPEG reconstruction")
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_a_jpeg_inside_a_jpeg_xl_is_turned_once(tmp_path: Path, orientation: int) -> None:
    content = pillow(BLOCKS, "JPEG", quality=100, subsampling=0, exif=exif(orientation))
    with Image.open(written(tmp_path / "a.jpg", content)) as image:
        image.save(tmp_path / "a.jxl", lossless_jpeg=True)
    pixels = read_picture(tmp_path / "a.jxl").pixels
    np.testing.assert_allclose(pixels, UPRIGHT[orientation](BLOCKS) / 255, atol=4 / 255)


def test_only_the_decoder_turns_a_jpeg_xl(tmp_path: Path) -> None:
    """ISO 18181-1: what EXIF says of it does not count."""
    path = saved(tmp_path / "a.jxl", noise(), lossless=True, exif=exif(6))
    np.testing.assert_array_equal(quantize(read_picture(path).pixels, 8), noise())


@pytest.mark.parametrize("suffix", [".png", ".gif", ".webp", ".tif"])
def test_of_several_frames_the_first_is_read_and_the_others_are_counted(
    tmp_path: Path, suffix: str
) -> None:
    pages = [Image.fromarray(np.full((8, 6, 3), value, np.uint8)) for value in (0, 99, 200)]
    path = tmp_path / f"a{suffix}"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    picture = read_picture(path)
    assert picture.pixels.max() == 0.0
    assert picture.notes == ("has 3 pictures, of which this is number 1 (--page chooses)",)


def test_a_16_bit_tiff_of_several_pages_is_its_first(tmp_path: Path) -> None:
    pages = np.stack([noise(kind=np.uint16)] * 2)
    picture = read_picture(
        written(tmp_path / "a.tif", tiff(pages, photometric="rgb", extrasamples=None))
    )
    np.testing.assert_array_equal(quantize(picture.pixels, 16), pages[0])
    assert picture.notes == ("has 2 pictures, of which this is number 1 (--page chooses)",)


@pytest.mark.parametrize("boxed", [True, False])
def test_a_jpeg_2000_may_begin_off_its_grid(tmp_path: Path, boxed: bool) -> None:
    """ISO 15444-1, annex B.2."""
    stored = noise(1, kind=np.uint16)
    options = {"tile_size": (16, 16), "offset": (3, 2), "num_resolutions": 1}
    content = pillow(stored, "JPEG2000", no_jp2=not boxed, **options)
    pixels = read_picture(written(tmp_path / "a", content)).pixels
    np.testing.assert_array_equal(quantize(pixels, 16)[..., 0], stored)


@pytest.mark.parametrize(("bits", "key"), [(1, 1), (2, 2), (4, 7), (8, 0x78)])
def test_a_transparent_gray_becomes_alpha_at_any_depth(
    tmp_path: Path, bits: int, key: int
) -> None:
    packed = np.tile(np.uint8([0x01, 0x78, 0xEF]), (8, 1))
    transparent = chunk(b"tRNS", struct.pack(">H", key))
    width = 3 * 8 // bits
    content = hand_made_png(packed, bits, transparent, width=width)
    picture = read_picture(written(tmp_path / "a.png", content))
    digits = np.unpackbits(packed[0]).reshape(-1, bits) @ (1 << np.arange(bits)[::-1])
    assert picture.facts.color == "LA"
    np.testing.assert_array_equal(picture.pixels[0, :, 1], digits != key)


def test_a_profile_is_kept_where_it_can_be_one_for_the_channels(tmp_path: Path) -> None:
    def profile_of(stored: Stored, profile: bytes) -> bytes | None:
        return read_picture(saved(tmp_path / "a.png", stored, icc_profile=profile)).icc_profile

    assert profile_of(noise(), PROFILE) == PROFILE
    assert profile_of(noise(), GRAY_PROFILE) == named_spaces.for_colors(GRAY_PROFILE)
    assert profile_of(noise(1), PROFILE) == named_spaces.for_gray(PROFILE)
    assert profile_of(noise(), CURVELESS_PROFILE) is None


def test_a_photo_with_a_preview_inside_is_read(tmp_path: Path) -> None:
    pages = [Image.fromarray(smooth()), Image.fromarray(smooth()[:4])]
    pages[0].save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=pages[1:], quality=95)
    pixels = read_picture(tmp_path / "a.jpg").pixels
    np.testing.assert_allclose(pixels, smooth() / 255, atol=16 / 255)
