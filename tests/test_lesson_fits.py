"""Fits of other lessons, the whole way: from derivatives, and around holes."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import siren_cli
from siren_cli.metrics.psnr import psnr
from siren_cli.representation.siren_file import load
from tests.helpers.commands import objects, siren
from tests.helpers.small_fits import picture_of, smooth_picture

SETTINGS = {"network": {"cell_size": 16, "hidden_features": 16}}
PICTURE = smooth_picture(30, 44)
STORED = np.uint8(np.rint(PICTURE.pixels * 255))


def fitted(pixels: Any = STORED, mask: Any = None, **supervision: Any) -> Any:
    settings = {**SETTINGS, "supervision": supervision}
    return siren_cli.fit(pixels, "fast", settings=settings, mask=mask, epochs=60)


@pytest.mark.slow
def test_a_picture_comes_back_from_its_slopes():
    # It is 54 dB, and 22 dB of cells that are not tied.
    assert fitted(by="gradient").psnr > 40.0


@pytest.mark.slow
def test_a_picture_comes_back_from_its_laplacians_weighed_by_frequency():
    plain = fitted(by="laplacian", laplacian_power=0.0)
    found = fitted(by="laplacian")
    assert found.psnr > 36.0
    assert plain.psnr < 26.0


@pytest.mark.slow
def test_one_cell_of_any_number_of_pixels_learns_its_laplacians():
    settings = {"network": {"hidden_features": 16}, "supervision": {"by": "laplacian"}}
    found = siren_cli.fit(STORED[:29, :43], "fast", settings=settings, epochs=60)
    assert found.psnr > guessed_psnr() + 5.0


def guessed_psnr() -> float:
    mean = np.broadcast_to(PICTURE.pixels.mean(axis=(0, 1)), PICTURE.pixels.shape)
    guessed = psnr(PICTURE, picture_of(mean))
    assert guessed is not None
    return guessed


@pytest.mark.slow
def test_what_is_in_a_hole_changes_no_weight_and_the_hole_is_filled():
    mask = np.ones((30, 44), np.bool_)
    mask[10:16, 12:20] = False
    damaged = np.where(mask[..., None], STORED, np.uint8(255))
    first, second = fitted(STORED, mask), fitted(damaged, mask)
    for name, weights in first.weights.items():
        np.testing.assert_array_equal(weights, second.weights[name])
    hole = PICTURE.pixels[~mask] - np.float32(first.render()[~mask]) / 255
    # It is 0.011 of that of a white hole, 0.020 without ties, and 0.029 without a weight.
    assert np.square(hole).mean() < 0.015 * np.square(PICTURE.pixels[~mask] - 1).mean()


@pytest.mark.slow
def test_the_command_says_how_well_the_lesson_was_learned(quick):
    flags = ("--supervise", "gradient", "--keep-pixels", "90%", "--epochs", "2", "--preset")
    (result,) = objects(siren(quick, "fit", "photo.png", *flags, "fast", "--json"))
    assert result["supervision"]["by"] == "gradient"
    for key in ("gradient", "laplacian"):
        assert result[f"{key}_psnr_db"] > 0.0
    assert result["psnr_inside_db"] > 0.0
    assert result["psnr_outside_db"] > 0.0
    saved = load(quick / "photo.siren").header
    assert round(saved.psnr, 4) == result["psnr_db"]


TIED = """
import sys
from pathlib import Path
from siren_cli.planning.planned import taught
from siren_cli.representation.siren_file import encode
from siren_cli.resources import Resources
from siren_cli.training.fitter import Fitter
from tests.helpers.small_fits import *
from tests.helpers.unfinished_fits import Stopped, load_checkpoint, stopping_after

# The devices are there from the first use of TensorFlow on, so most replicas come first.
two, one = (Fitter(Resources("cpu", number)) for number in (2, 1))
picture = half_noise(50, 70)
config = small_config(epochs=int(sys.argv[3])).updated({"supervision": {"by": sys.argv[2]}})
plan = taught(plan_by_cell(picture, config, group_cells=4), picture)
path = Path(sys.argv[1])
found = [fit_small(picture, plan, fitter=fitter) for fitter in (two, one)]
try:
    fit_small(picture, plan, report=stopping_after(3), file=load_checkpoint(path), fitter=two)
except Stopped:
    found.append(fit_small(picture, plan, file=load_checkpoint(path), fitter=one))
assert len(found) == 3
assert len({encode(fit.representation) for fit in found}) == 1
"""


@pytest.mark.slow
@pytest.mark.parametrize(("by", "epochs"), [("gradient", 4), ("laplacian", 12)])
def test_devices_and_stops_change_no_bit_of_tied_cells(tmp_path, by, epochs):
    command = [sys.executable, "-c", TIED, tmp_path / "a.siren", by, str(epochs)]
    subprocess.run(command, check=True, capture_output=True)
