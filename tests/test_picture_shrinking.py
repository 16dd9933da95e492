"""Pictures that shrink while they are read look like the whole ones."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from siren_cli.pictures.conversion import Conversion
from siren_cli.pictures.picture import quantize
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.picture_files import (
    Stored,
    converted,
    noise,
    premultiplied,
    saved,
)

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
