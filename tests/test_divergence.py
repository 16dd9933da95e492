"""A fit that diverges is noticed, and goes back to its last good state."""

import numpy as np
import pytest

from siren_cli.errors import DivergedError
from siren_cli.planning.checkpoint import TrainingState
from siren_cli.planning.divergence import (
    MAX_RETRIES,
    OVERSTEPPED_ERROR,
    DivergenceMonitor,
)
from siren_cli.planning.schedule import Cycle
from tests.helpers.small_fits import fit_small, small_config, small_plan, smooth_picture

NOTHING = np.zeros((3, 1, 1), np.float32)
BEGINNING = TrainingState(0, NOTHING)
EPOCH_STEPS = 10


def make_monitor(cycle_end: int = 320) -> DivergenceMonitor:
    return DivergenceMonitor(BEGINNING, EPOCH_STEPS, Cycle(0, cycle_end, 1e-3))


def test_a_cycle_is_checked_after_whole_epochs_about_sixteen_times():
    assert make_monitor().interval == 20
    assert make_monitor().steps_to_check(30) == 10
    assert make_monitor(cycle_end=20).interval == 10


def test_a_fit_has_diverged_at_twice_its_best_loss():
    monitor = make_monitor()
    assert not monitor.has_diverged(0.1, 20, 20)
    assert not monitor.has_diverged(0.19, 20, 40)
    assert monitor.has_diverged(0.21, 20, 60)


def test_the_loss_is_the_mean_of_all_steps_since_the_last_check():
    monitor = make_monitor()
    assert not monitor.has_diverged(0.1, 20, 20)
    assert not monitor.has_diverged(0.9, 2, 22)
    assert not monitor.has_diverged(0.1, 18, 40)


def test_a_good_fit_may_be_restless():
    monitor = make_monitor()
    assert not monitor.has_diverged(1e-6, 20, 20)
    assert not monitor.has_diverged(1e-4, 20, 40)


def test_adam_may_overstep_in_a_check_of_few_steps():
    monitor = DivergenceMonitor(BEGINNING, 1, Cycle(0, 112, 1e-4))
    assert monitor.interval == 7
    assert not monitor.has_diverged(1e-6, 7, 7)
    assert not monitor.has_diverged(0.9 * OVERSTEPPED_ERROR / 7, 7, 14)
    assert monitor.has_diverged(1.1 * OVERSTEPPED_ERROR / 7, 7, 21)


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_has_diverged_at_once(loss):
    assert make_monitor().has_diverged(loss, 1, 1)


def test_the_fit_goes_back_to_its_last_good_state_and_not_for_ever():
    monitor, good = make_monitor(), TrainingState(40, NOTHING)
    monitor.record_good(good)
    for _ in range(MAX_RETRIES):
        assert monitor.last_good_state() is good
    with pytest.raises(DivergedError, match="after 40 steps, whatever the rate"):
        monitor.last_good_state()


def test_a_rate_that_grows_too_high_is_halved_until_the_fit_is_good():
    config = small_config(learning_rate=0.03, warmup_steps=2000, decay="constant")
    picture = smooth_picture(40, 60)
    psnr = fit_small(picture, small_plan(picture, config)).representation.header.psnr
    # It ends at 35 dB, and would end at 23 dB if it did not go back.
    assert psnr is not None
    assert psnr > 32.0
