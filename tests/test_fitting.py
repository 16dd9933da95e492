"""Whole fits: what is learned, what ends them, and what their bytes depend on."""

import math
import time
from collections.abc import Iterator

import numpy as np
import pytest

from siren_cli.errors import DivergedError
from siren_cli.metrics.psnr import psnr
from siren_cli.pictures.picture import Picture, PictureFacts, Pixels
from siren_cli.pictures.stream import PictureStream
from siren_cli.planning.fit_psnr import measured
from siren_cli.planning.plan import FitPlan, plan_fit
from siren_cli.planning.progress import Progress
from siren_cli.planning.schedule import Budget
from siren_cli.presets import load_preset
from siren_cli.rendering.drawing import render
from siren_cli.representation.siren_file import encode
from siren_cli.resources import Resources
from siren_cli.training.fitter import Fit, Fitter
from tests.helpers.representations import make_representation, with_weight
from tests.helpers.small_fits import (
    fit_small,
    half_noise,
    plan_by_cell,
    small_config,
    small_plan,
    smooth_picture,
)

# Six cells; the trainer of the twelve cells of `LARGER` serves it, too.
PICTURE = smooth_picture(50, 34)
LARGER = smooth_picture(50, 70)


@pytest.fixture(scope="module")
def reports() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def done(reports: list[Progress]) -> Fit:
    """A fit of `PICTURE`, which several tests look at."""
    return fit_small(PICTURE, report=reports.append)


def test_a_smooth_picture_is_learned_well(done):
    assert done.representation.header.psnr > 45
    assert done.devices == ["CPU:0"]


def test_the_recorded_psnr_is_that_of_the_stored_weights(done):
    representation = done.representation
    assert psnr(PICTURE, render(representation, 50, 34)) == representation.header.psnr


@pytest.mark.usefixtures("done")
def test_a_fit_reports_how_far_it_is(reports):
    epochs = [progress.epoch for progress in reports]
    assert epochs == sorted(epochs)
    assert (epochs[-1], reports[-1].seconds_left) == (60, 0)


def disks(height: int, width: int) -> Picture:
    """Return black disks on white, as text and drawings are."""
    y, x = np.mgrid[:height, :width]
    black = (y % 20 - 10) ** 2 + (x % 20 - 10) ** 2 < 40
    gray = np.where(black, np.float32(0), np.float32(1))
    return Picture(np.stack([gray] * 3, axis=-1), PictureFacts(width, height, "RGB"))


@pytest.mark.slow
def test_black_and_white_need_no_exact_values_to_be_drawn_exactly():
    picture = disks(50, 34)
    done = fit_small(picture, small_plan(picture, small_config(epochs=160)))
    psnr = done.representation.header.psnr
    # It has 71 dB, and 40 without the freedom beyond black and white.
    assert psnr is None or psnr > 60


# Each is another kind: a kink, an encoding, a wave of its own.
@pytest.mark.parametrize(
    "activation", [pytest.param("relu", marks=pytest.mark.slow), "relu-pe", "finer"]
)
def test_every_activation_learns(activation: str):
    config = small_config(epochs=30).updated({"network": {"activation": activation}})
    seen: list[Progress] = []
    found = fit_small(PICTURE, small_plan(PICTURE, config), report=seen.append)
    header = found.representation.header
    assert header.stored_activation == activation
    assert header.settings["network"].get("activation", "sine") == activation
    # 15 dB are those of a single color.
    assert header.psnr > max(20, seen[0].psnr + 5)


@pytest.mark.parametrize(
    ("height", "width", "channels"), [(1, 1, 3), (1, 40, 1), (65, 65, 4), (37, 23, 2)]
)
def test_any_size_and_channels_fit_and_render(height: int, width: int, channels: int):
    picture = smooth_picture(height, width, channels)
    found = fit_small(picture, small_plan(picture, small_config(epochs=2)))
    drawn = render(found.representation, 3 * height, 3 * width)
    assert drawn.pixels.shape == (3 * height, 3 * width, channels)


def test_the_file_does_not_depend_on_how_cells_are_grouped():
    files = {
        encode(
            fit_small(LARGER, small_plan(LARGER, small_config(epochs=3), cells)).representation
        )
        for cells in (1, 5, 96)
    }
    assert len(files) == 1


@pytest.mark.slow
@pytest.mark.parametrize("area_share", [0.0, 0.4])
def test_nor_does_it_where_cells_have_several_widths(area_share: float):
    picture, config = half_noise(50, 70), small_config(epochs=4, area_share=area_share)
    plans = [plan_by_cell(picture, config, cells) for cells in (5, 96)]
    assert len(plans[0].networks) > 1
    files = {encode(fit_small(picture, plan).representation) for plan in plans}
    assert len(files) == 1


def test_pixels_as_areas_are_learned_and_drawn_as_means():
    plan = small_plan(PICTURE, small_config(area_share=0.5))
    representation = fit_small(PICTURE, plan).representation
    assert representation.header.pixels == "area"
    assert representation.header.psnr > 45
    twice = render(representation, 100, 68).pixels
    means = twice.reshape(50, 2, 34, 2, 3).mean(axis=(1, 3))
    own = render(representation, 50, 34)
    np.testing.assert_allclose(own.pixels, means, atol=1e-5)
    assert psnr(PICTURE, own) == representation.header.psnr


def test_a_goal_is_reached_in_several_cycles_that_end_with_areas():
    plan = small_plan(PICTURE, small_config(area_share=0.4))
    found = fit_small(PICTURE, plan, budget=Budget(psnr=40.0))
    assert found.stopped == "target"
    assert 40.0 <= found.representation.header.psnr < 50.0


@pytest.mark.slow
def test_areas_that_lose_the_picture_go_back_and_keep_their_retries():
    config = small_config(learning_rate=0.03, warmup_steps=400, area_share=0.7)
    assert fit_small(PICTURE, small_plan(PICTURE, config)).representation.header.psnr > 35


def psnr_at_deadline(picture: Picture, plan: FitPlan) -> float:
    """Return the PSNR of a fit that has 1.5 s, and keeps to them."""
    fit_small(picture, plan.with_epochs(1))  # compiles
    deadline = time.monotonic() + 1.5
    found = fit_small(picture, plan, budget=Budget(deadline=deadline))
    assert found.stopped == "time"
    assert time.monotonic() < deadline + 1
    return found.representation.header.psnr or math.inf


def test_a_deadline_is_met_by_a_fit_that_ends_with_areas():
    plan = small_plan(PICTURE, small_config(area_share=0.3))
    assert psnr_at_deadline(PICTURE, plan) > 35


def test_other_pictures_and_schedules_need_no_other_step_and_get_the_same_bytes():
    cases = [
        (LARGER, small_config(epochs=4)),
        (PICTURE, small_config(epochs=2, seed=5, dtype="float16")),
        (smooth_picture(61, 49), small_config(epochs=3, learning_rate=1e-3)),
    ]
    fits = [(picture, small_plan(picture, config)) for picture, config in cases]
    fitter = Fitter(Resources())
    together = [encode(fit_small(*each, fitter=fitter).representation) for each in fits]
    # The first and the last have blocks of one size.
    assert fitter.compilations == 2
    for each, expected in zip(fits[1:], together[1:], strict=True):
        apart = fit_small(*each, fitter=Fitter(Resources()))
        assert encode(apart.representation) == expected


@pytest.mark.parametrize("goal", [36.0, 42.0])
def test_a_target_is_reached_and_not_much_more(goal: float):
    found = fit_small(PICTURE, budget=Budget(psnr=goal))
    header = found.representation.header
    assert found.stopped == "target"
    assert goal <= header.psnr < goal + 10
    assert header.settings["fit"]["epochs"] == header.epochs


def test_a_fit_for_a_target_is_planned_in_epochs_and_never_by_the_clock():
    """The fits before it on the same fitter must not matter either."""
    fits = [
        fit_small(PICTURE, budget=Budget(psnr=36.0), fitter=fitter)
        for fitter in (None, Fitter(Resources()))
    ]
    assert encode(fits[0].representation) == encode(fits[1].representation)


def test_a_target_out_of_reach_ends_with_the_epochs():
    found = fit_small(PICTURE, budget=Budget(epochs=9, psnr=100.0))
    assert (found.stopped, found.representation.header.epochs) == ("epochs", 9)


def test_a_deadline_is_met_with_all_groups():
    assert psnr_at_deadline(LARGER, small_plan(LARGER, group_cells=4)) > 30


def test_weights_that_outgrow_float16_are_an_error_and_no_file():
    schedule = small_config(learning_rate=1.0, decay="constant", dtype="float16")
    config = schedule.updated({"network": {"hidden_omega_0": 10000.0}})
    with pytest.raises(DivergedError, match="--dtype float32"):
        fit_small(PICTURE, small_plan(PICTURE, config))


def test_a_fit_that_loses_the_picture_goes_back_at_half_the_rate():
    config = small_config(learning_rate=0.03, warmup_steps=400)
    found = fit_small(PICTURE, small_plan(PICTURE, config))
    # 46 dB; without that it ends below 20.
    assert found.representation.header.psnr > 40


def test_weights_too_large_to_draw_are_a_fit_that_diverged():
    made = make_representation(20, 30, cell_size=8, dtype="float32")
    huge = with_weight(made, np.finfo(np.float32).max)
    picture, config = smooth_picture(20, 30), small_config(dtype="float32")
    plan = small_plan(picture, config.updated({"network": {"cell_size": 8}}))
    with pytest.raises(DivergedError, match=r"so large .* try a lower fit\.learning_rate"):
        measured(picture, plan, huge.cells)


@pytest.mark.slow
def test_the_paper_preset_reaches_35_db_on_the_cameraman():
    from PIL import Image
    from skimage.data import camera

    small = Image.fromarray(camera()).resize((256, 256), Image.Resampling.BILINEAR)
    pixels = np.asarray(small, np.float32)[..., None] / 255
    picture = Picture(pixels, PictureFacts(256, 256, "L"))
    plan = plan_fit(picture.facts, load_preset("paper"), Resources())
    header = fit_small(picture, plan).representation.header
    assert header.psnr > 35
    assert header.facts == picture.facts


@pytest.mark.parametrize("rows", [pytest.param(1, marks=pytest.mark.slow), 7])
def test_a_picture_in_bands_is_fitted_as_one_in_memory(rows: int):
    picture = half_noise(50, 70)
    config = small_config(epochs=3, area_share=0.5)

    def bands() -> Iterator[Pixels]:
        for top in range(0, 50, rows):
            yield picture.pixels[top : top + rows]

    fits = [
        fit_small(source, plan_by_cell(source, config, group_cells=4))
        for source in (picture, PictureStream(picture.facts, bands))
    ]
    assert encode(fits[0].representation) == encode(fits[1].representation)
