"""TIFF files of numbers, of inks and of CIELAB come with their values."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siren_cli.pictures.arrays import stored_array
from siren_cli.pictures.colors.icc_profile import SRGB
from siren_cli.pictures.picture import Picture, quantize
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.picture_files import (
    PROFILE,
    Stored,
    hand_made_tiff,
    noise,
    refusal,
    tiff,
    written,
)

SHORT, LONG = 3, 4
TYPES = ["<f2", "<f4", ">f4", "<f8", "i1", "<i2", ">i4", "<u4"]


def read(folder: Path, stored: Stored, **options: Any) -> Picture:
    return read_picture(written(folder / "a.tif", tiff(stored, **options)))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", TYPES)
def test_numbers_of_every_type_come_back(tmp_path: Path, kind: str, channels: int) -> None:
    stored = (noise(channels) // 2).astype(kind)
    options: dict[str, Any] = {"compression": "zlib"} if kind == "<f4" else {}
    picture = read(tmp_path, stored, byteorder=">" if ">" in kind else "<", **options)
    assert picture.facts.mapping is not None
    back = stored_array(picture, None)
    np.testing.assert_allclose(back, stored, rtol=1e-4, atol=1e-4)
    assert picture.notes == ()


def test_floats_in_0_to_1_are_colors_of_16_bits(tmp_path: Path) -> None:
    stored = np.float32(noise() / 255)
    picture = read(tmp_path, stored, predictor=3, compression="zlib")
    np.testing.assert_array_equal(picture.pixels, stored)
    assert picture.facts.bit_depth == 16


def test_the_alpha_of_floats_is_kept_and_that_of_integers_dropped(tmp_path: Path) -> None:
    stored = np.float32(noise(4) / 255)
    picture = read(tmp_path, stored)
    np.testing.assert_allclose(picture.pixels[..., 3], stored[..., 3])
    dropped = read(tmp_path, stored.astype(np.int32))
    assert dropped.facts.color == "RGB"
    assert dropped.notes == ("its alpha is dropped, for its values have no peak",)


def test_values_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    stored = np.float32(noise())
    stored[3, 2] = np.nan
    path = written(tmp_path / "a.tif", tiff(stored))
    assert refusal(path).startswith("3 of its values are not finite")


def test_inks_of_16_bits_become_colors_of_16_bits(tmp_path: Path) -> None:
    ink = noise(4, kind=np.uint16)
    picture = read(tmp_path, ink, photometric="separated", extrasamples=None)
    paper = 1 - ink / 65535
    expected = paper[..., :3] * paper[..., 3:]
    np.testing.assert_allclose(picture.pixels, expected, atol=1 / 65535)
    assert (picture.facts.bit_depth, picture.icc_profile) == (16, SRGB)


# Lightness, a and b of white, of a gray, and of sRGB's red, all of D50; and what they are.
LAB = np.array([[100.0, 0.0, 0.0], [50.0, 0.0, 0.0], [54.29, 80.81, 69.89]])
MEANT = np.array([[255, 255, 255], [118.9, 118.9, 118.9], [255, 0, 0]]) / 255


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize(("photometric", "middle"), [("cielab", 0), ("icclab", 128)])
def test_cielab_becomes_srgb(tmp_path: Path, kind: Any, photometric: str, middle: int) -> None:
    """TIFF 6.0, section 23: a and b are signed, or offset in a profile's way."""
    steps = 1 if kind == np.uint8 else 256
    top = 255 if kind == np.uint8 else 65535 if not middle else 255 * 256
    stored = np.rint(np.column_stack([LAB[:, 0] * top / 100, (LAB[:, 1:] + middle) * steps]))
    picture = read(tmp_path, stored.astype(kind)[None], photometric=photometric)
    np.testing.assert_allclose(picture.pixels[0], MEANT, atol=3 / 255)
    assert picture.notes == ("CIELAB, converted to sRGB",)


def test_a_big_endian_bigtiff_is_turned_upright(tmp_path: Path) -> None:
    turned = [(274, "H", 1, 3, True)]
    picture = read(tmp_path, noise(), bigtiff=True, byteorder=">", extratags=turned)
    np.testing.assert_allclose(picture.pixels, noise()[::-1, ::-1] / 255, atol=1e-7)
    assert picture.notes == ()


def test_a_tag_of_the_storage_that_is_broken_is_refused(tmp_path: Path) -> None:
    """Its usual value, such as 1 for the bits, would make other pixels of the rest."""
    tags = {256: (SHORT, 6), 257: (SHORT, 8), 258: (99, 8), 273: (LONG, 8)}
    path = written(tmp_path / "a.tif", hand_made_tiff(tags))
    assert refusal(path) == "damaged picture: its TIFF tag 258 is broken"


def test_a_profile_beyond_the_end_of_a_tiff_is_dropped_with_a_note(tmp_path: Path) -> None:
    content = tiff(noise(), iccprofile=PROFILE)
    place = content.index(b"\x73\x87\x07\0") + 8  # tag 34675, bytes
    far = content[:place] + b"\xff\xff\xff\x0f" + content[place + 4 :]
    picture = read_picture(written(tmp_path / "a.tif", far))
    assert picture.icc_profile is None
    assert picture.notes == ("its color profile is damaged and is dropped",)


def test_many_small_tiles_are_read_by_several_threads_as_they_are(tmp_path: Path) -> None:
    stored = noise(3, 1024, 1024)
    content = tiff(stored, tile=(32, 32), compression="zlib")
    for _ in range(3):
        picture = read_picture(written(tmp_path / "a.tif", content))
        np.testing.assert_array_equal(quantize(picture.pixels, 8), stored)
