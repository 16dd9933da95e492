"""Pictures of a few pixels, of any kind and at any preset, are fitted like others."""

from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import siren_cli as siren
from siren_cli.pictures.arrays import picture_of_array
from siren_cli.presets import preset_names

KINDS = ("flat", "random", "gray", "rgba", "deep")
MOSAICS = ("fast", "balanced", "detailed", "paper")
PRESETS = (*MOSAICS, "compact")
SIZES = ((1, 1), (1, 2), (2, 1), (1, 20), (20, 1), (3, 5), (19, 20))
# A flat color may be one level of 8 bits off in one of its three channels: 52.9 dB.
FLAT_DB = 50.0
# Where all channels are one level off, there are 48.1 dB.
ENOUGH_DB = 45.0
# Least decibels of noise, counted from those of its mean color. `balanced` and `detailed`
# learn pixels as areas, by few steps, and stay near the mean color.
LEAST_GAIN_DB = {"fast": 0.5, "balanced": -4.0, "detailed": -4.0, "paper": 15.0}
# Least decibels of a pyramid after a few steps, for any picture.
SMALL_FILE_DB = 5.0


def tiny_picture(kind: str, height: int, width: int) -> NDArray[Any]:
    """Return a picture of one kind, of its own colors for each size."""
    rng = np.random.default_rng([height, width])
    if kind == "flat":
        return np.full((height, width, 3), rng.integers(0, 256, 3), np.uint8)
    channels = {"random": (3,), "gray": (), "rgba": (4,), "deep": (3,)}[kind]
    dtype = np.uint16 if kind == "deep" else np.uint8
    return rng.integers(0, np.iinfo(dtype).max + 1, (height, width, *channels), dtype)


@cache
def fit_tiny(kind: str, height: int, width: int, preset: str) -> siren.PictureFunction:
    return siren.fit(tiny_picture(kind, height, width), preset)


def least_psnr(kind: str, array: NDArray[Any], preset: str) -> float:
    """Return the PSNR that a fit reaches at least, in dB."""
    if kind == "flat":
        return FLAT_DB
    pixels = picture_of_array(array).pixels
    mse = float(np.square(pixels - pixels.mean(axis=(0, 1)), dtype=np.float64).mean())
    of_mean_color = -10.0 * np.log10(max(mse, 1e-12))
    return float(min(ENOUGH_DB, of_mean_color + LEAST_GAIN_DB[preset]))


def check_tiny(kind: str, height: int, width: int, preset: str) -> None:
    array = tiny_picture(kind, height, width)
    fitted = fit_tiny(kind, height, width, preset)
    assert fitted.psnr > least_psnr(kind, array, preset), (kind, height, width, preset)
    drawn = fitted.render()
    assert (drawn.shape, drawn.dtype) == (array.shape, array.dtype)


def test_these_are_all_presets():
    assert sorted(PRESETS) == preset_names()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_a_tiny_picture_is_fitted(kind: str, height: int, width: int):
    check_tiny(kind, height, width, "fast")


@pytest.mark.parametrize(("height", "width"), SIZES[:2])
@pytest.mark.parametrize(
    ("preset", "kind"), [("balanced", "flat"), ("detailed", "flat"), ("paper", "gray")]
)
def test_every_preset_fits_tiny_pictures(preset: str, kind: str, height: int, width: int):
    check_tiny(kind, height, width, preset)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_a_tiny_picture_has_a_small_file(kind: str, height: int, width: int):
    array = tiny_picture(kind, height, width)
    fitted = siren.fit(array, "compact", quality=90, epochs=60)
    drawn = fitted.render()
    assert (drawn.shape, drawn.dtype) == (array.shape, array.dtype)
    assert fitted.psnr > SMALL_FILE_DB


def test_three_grays_are_not_lost_near_a_perfect_fit():
    # The mean loss is 3e-4 over one check of seven steps, and 2e-3 over the next.
    grays = np.array([[53, 202, 135]], np.uint8)
    assert siren.fit(grays, "paper").psnr > ENOUGH_DB


@pytest.mark.slow
@pytest.mark.parametrize("preset", MOSAICS)
def test_all_sizes_to_twenty_are_fitted(preset: str):
    """The kinds take turns, so that each preset has each size once and each kind 80 times."""
    first = MOSAICS.index(preset)
    for height, width in product(range(1, 21), repeat=2):
        check_tiny(KINDS[(first + 2 * height + width) % len(KINDS)], height, width, preset)
