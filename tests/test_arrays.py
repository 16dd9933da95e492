"""Pictures from arrays, and arrays from pictures."""

from typing import Any

import numpy as np
import pytest

from siren_cli.errors import PictureError, UsageError
from siren_cli.pictures.arrays import picture_of_array, stored_array
from tests.helpers.picture_files import noise, premultiplied

TYPES: list[Any] = [np.uint8, np.uint16]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_whole_numbers_are_those_of_a_picture_file(channels: int, kind: Any) -> None:
    array = noise(channels, kind=kind)
    picture = picture_of_array(array)
    facts = picture.facts
    assert (facts.width, facts.height, facts.channels) == (6, 8, channels)
    assert facts.bit_depth == 8 * array.dtype.itemsize
    np.testing.assert_allclose(picture.pixels, premultiplied(array), atol=1e-6)
    if channels in (1, 3):
        np.testing.assert_array_equal(stored_array(picture, None), array)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_floats_count_as_sixteen_bits(channels: int) -> None:
    array = noise(channels) / 255
    picture = picture_of_array(array)
    assert (picture.facts.channels, picture.facts.bit_depth) == (channels, 16)
    np.testing.assert_allclose(
        picture.pixels, premultiplied(noise(channels)).reshape(8, 6, -1), atol=1e-6
    )
    back = stored_array(picture, 32)
    assert back.dtype == np.float32
    if channels in (1, 3):
        np.testing.assert_allclose(back, array, atol=1e-6)


@pytest.mark.parametrize("array", [noise(4) / 255, noise(4)])
def test_alpha_that_is_opaque_everywhere_is_left_out(array: np.ndarray[Any, Any]) -> None:
    opaque = array.copy()
    opaque[..., 3] = 255 if array.dtype == np.uint8 else 1.0
    assert picture_of_array(opaque).facts.color == "RGB"


def test_any_layout_in_memory_is_read() -> None:
    array = noise()
    for view in (np.asfortranarray(array), np.flip(np.flip(array).copy())):
        np.testing.assert_array_equal(stored_array(picture_of_array(view), 8), array)


@pytest.mark.parametrize(
    ("array", "scene"),
    [
        (noise().astype(np.int64), "numbers"),
        (noise(1).astype(np.int16) - 99, "numbers"),
        (noise(1).tolist(), "numbers"),
        (noise() / 16, "light"),
        (np.float64(noise(1)) * 1e30, "numbers"),
    ],
)
def test_numbers_of_any_range_come_back_in_it(array: Any, scene: str) -> None:
    picture = picture_of_array(array)
    mapping = picture.facts.mapping
    assert mapping is not None
    assert mapping.scene == scene
    assert 0.0 <= picture.pixels.min() <= picture.pixels.max() <= 1.0
    back = stored_array(picture, None)
    assert back.dtype == np.float32
    peak = np.abs(array).max()
    np.testing.assert_allclose(back, array, rtol=1e-5, atol=1e-6 * peak)


def test_the_alpha_of_light_is_not_mapped() -> None:
    array = np.dstack([noise() / 16, noise(1) / 255])
    back = stored_array(picture_of_array(array), 32)
    np.testing.assert_allclose(back[..., 3], array[..., 3], atol=1e-6)
    visible = array[..., 3] > 0
    np.testing.assert_allclose(back[visible], array[visible], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", [">u2", "<u2", ">f4"])
def test_any_order_of_bytes_is_read(kind: str) -> None:
    array = (noise() / 255).astype(kind) if "f" in kind else noise(kind=np.uint16).astype(kind)
    depth = 32 if "f" in kind else 16
    np.testing.assert_array_equal(stored_array(picture_of_array(array), depth), array)


def test_masked_arrays_are_read_without_a_mask_and_refused_with_one() -> None:
    array = np.ma.array(noise())
    np.testing.assert_array_equal(stored_array(picture_of_array(array), 8), array.data)
    array[0, 0] = np.ma.masked
    with pytest.raises(PictureError, match="masked values"):
        picture_of_array(array)


def test_ragged_lists_are_refused() -> None:
    with pytest.raises(PictureError, match="no array"):
        picture_of_array([[0.5], [0.5, 1.0]])


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros(5, np.uint8), r"shape \(5,\): is not \(H, W\)"),
        (np.zeros((2, 3, 5), np.uint8), "1 to 4"),
        (np.zeros((0, 3), np.uint8), "1 to 4"),
        (np.zeros((1, 10**6 + 1), np.uint8), "is over 1000000 a side"),
        (np.zeros((2, 3), bool), "an array of bool: is not of numbers"),
        (np.zeros((2, 3), complex), "an array of complex128"),
        (np.array([["a"]]), "an array of <U1"),
        (np.full((2, 3), np.nan), "an array of float64: 6 of its values are not finite"),
        (np.array([[1.0, -np.inf]], np.float32), "1 of its values are not finite"),
        (np.array([[1.0, 1e300]]), "1 of its values are not finite"),
    ],
)
def test_other_arrays_are_refused(array: np.ndarray[Any, Any], words: str) -> None:
    with pytest.raises(PictureError, match=words):
        picture_of_array(array)


def test_other_depths_are_refused() -> None:
    with pytest.raises(UsageError, match="depth"):
        stored_array(picture_of_array(noise()), 12)
