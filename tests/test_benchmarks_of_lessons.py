"""What `benchmarks/lessons` measures with, and its tables."""

import math

import numpy as np
import pytest

from benchmarks import tables
from benchmarks.lesson_pictures import (
    BLOB_RADIUS_PIXELS,
    KEPT_SHARE,
    MASKS,
    SCRATCH_PIXELS,
    cameraman,
    noisy,
)
from tests.helpers.small_fits import picture_of

HEIGHT, WIDTH = 120, 160


@pytest.mark.parametrize("name", MASKS)
def test_a_mask_is_the_same_each_time_and_of_its_size(name):
    first, second = MASKS[name](HEIGHT, WIDTH), MASKS[name](HEIGHT, WIDTH)
    assert first.shape == (HEIGHT, WIDTH)
    np.testing.assert_array_equal(first, second)


def test_a_tenth_of_the_pixels_is_known():
    assert MASKS["10 % known"](HEIGHT, WIDTH).mean() == pytest.approx(KEPT_SHARE, abs=0.01)


def test_a_blob_is_a_disk_inside_of_the_picture():
    hole = ~MASKS["blob"](HEIGHT, WIDTH)
    assert hole.sum() == pytest.approx(math.pi * BLOB_RADIUS_PIXELS**2, rel=0.02)
    assert not hole[[0, -1]].any()
    assert not hole[:, [0, -1]].any()


def test_scratches_go_from_side_to_side_and_are_thin():
    hole = ~MASKS["scratches"](HEIGHT, WIDTH)
    assert hole.any(axis=0).all()
    assert hole.any(axis=1).all()
    upright = np.diff(np.flatnonzero(np.diff(np.pad(hole[0], 1).astype(int))))[::2]
    assert upright.min() >= SCRATCH_PIXELS - 1
    assert hole.mean() < 0.3


def test_noise_has_its_deviation_and_is_stored_in_8_bits():
    gray = picture_of(np.full((HEIGHT, WIDTH, 3), 0.5, np.float32))
    taught = noisy(gray, 0.05).pixels
    assert (taught - 0.5).std() == pytest.approx(0.05, rel=0.02)
    np.testing.assert_array_equal(taught, np.rint(taught * 255).astype(np.float32) / 255)
    assert noisy(gray, 9.0).pixels.min() == 0.0


def test_the_cameraman_is_gray_and_of_256_pixels():
    assert cameraman().pixels.shape == (256, 256, 1)


def test_all_that_is_measured_of_lessons_is_shown():
    step = {"lesson": "gradient", "cells": 24, "step_ms": 3.0, "epoch_seconds": 0.1}
    derivative = {"picture": "a.png", "lesson": "laplacian", "psnr": 20.0, "seconds": 2.0}
    hole = {"picture": "a.png", "mask": "blob", "known": 0.9, "psnr_inside": 22.0}
    size = {"width": 1000, "height": 500, "lesson": "gradient", "cells": 128}
    rows = [
        {"kind": "step", **step, "ratio": 2.5},
        {"kind": "derivative", **derivative, "gradient_psnr": 30.0, "laplacian_psnr": None},
        {"kind": "holes", **hole, "biharmonic": 21.5, "psnr_outside": 40.0, "seconds": 3.0},
        {"kind": "size", **size, "fit_seconds": 9.0, "wall_seconds": 13.0, "peak_bytes": 1e9},
    ]
    text = tables.WRITERS["lessons"](rows)
    for line in (
        "| gradient | 24 | 3.00 | 0.10 | 2.50 |",
        "| a.png | laplacian | 20.00 | 30.00 | - | 2.00 |",
        "| a.png | blob | 90.00 | 22.00 | 21.50 | 0.50 | 40.00 | 3.00 |",
        "| 0.50 | gradient | 128 | 9.00 | 13.00 | 1000 |",
    ):
        assert line in text


def test_smoothness_is_shown_as_means_of_all_pictures():
    rows = [
        {
            "kind": "smooth", "deviation": 0.05, "weight": 0.01, "taught": 26.0,
            "psnr": psnr, "enlarged": 28.0, "bicubic": 27.0,
        }
        for psnr in (30.0, 31.0)
    ]  # fmt: skip
    text = tables.WRITERS["lessons"](rows)
    assert "| 0.05 | 0.01 | 26.00 | 30.50 | 28.00 | 27.00 |" in text
