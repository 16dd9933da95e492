"""Durations, limits and budgets, and how they are shared."""

import math
import time

import pytest

from siren_cli.config import Config, FitConfig
from siren_cli.errors import UsageError
from siren_cli.planning.schedule import (
    FIRST_EPOCHS,
    Budget,
    BudgetAllocator,
    Evaluation,
    GroupSize,
    Limits,
    next_epochs,
    parse_bytes,
    parse_duration,
    restarted_rate,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30", 30), ("30s", 30), ("1.5m", 90), ("2min", 120), ("2 h", 7200), ("0.5s", 0.5)],
)
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: float):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "0", "-3s", "s", "1e3", "5 days", "inf", "\u0663s", "3ss"]
)
def test_what_is_no_duration_is_refused(text: str):
    with pytest.raises(UsageError, match="--time-limit"):
        parse_duration(text)


def test_a_time_limit_counts_from_the_start_of_the_command():
    assert Limits(seconds=30).budget(started=100.0) == Budget(deadline=130.0)
    assert Limits(epochs=7, target_psnr=40.0).budget(100.0) == Budget(epochs=7, psnr=40.0)


def test_epochs_alone_are_a_setting_and_no_budget():
    config, limits = Config(), Limits(epochs=80)
    assert limits.budget(100.0) == Budget()
    assert limits.stretched(config).fit == config.fit.lasting(80)
    assert Limits(epochs=80, seconds=9).stretched(config) == config


@pytest.mark.parametrize("target", [0.0, -1.0, math.inf, math.nan, 1000.0])
def test_a_target_that_is_no_quality_is_refused(target: float):
    with pytest.raises(UsageError, match="--target-psnr"):
        Limits(target_psnr=target)


@pytest.mark.parametrize("seconds", [0.0, -1.0, math.nan])
def test_a_time_that_is_none_is_refused(seconds: float):
    with pytest.raises(UsageError, match="--time-limit"):
        Limits(seconds=seconds)


@pytest.mark.parametrize("epochs", [0, -1, 10**9])
def test_epochs_out_of_range_are_refused(epochs: int):
    with pytest.raises(UsageError, match="--epochs"):
        Limits(epochs=epochs)


@pytest.mark.parametrize(
    ("text", "count"),
    [("5000", 5000), ("200k", 200_000), ("1.5M", 1_500_000), ("64Ki", 65_536), ("2 KB", 2000)],
)
def test_a_size_in_bytes_may_have_a_unit(text: str, count: int):
    assert parse_bytes(text) == count


@pytest.mark.parametrize("text", ["", "0", "-3", "k", "3x", "1e3", "0.0001", "٣k", "3 k k"])
def test_what_is_no_size_is_refused(text: str):
    with pytest.raises(UsageError, match="--target-bytes"):
        parse_bytes(text)


def test_pictures_share_the_time_that_is_left():
    budget = Budget(psnr=40.0, deadline=time.monotonic() + 9)
    first = budget.share(1 / 3)
    assert first.psnr == 40.0
    assert first.deadline == pytest.approx(time.monotonic() + 3, abs=0.5)
    assert Budget(epochs=3).share(1 / 3) == Budget(epochs=3)


def test_groups_share_the_time_by_their_work_to_its_end():
    end = time.monotonic() + 100
    budgets = BudgetAllocator(
        Budget(deadline=end), [GroupSize(8, work) for work in (100, 50, 25, 25)]
    )
    given = []
    for _ in range(4):
        given.append(budgets.next().deadline - time.monotonic())
        budgets.record(0.0)
    # None of them has taken any time here.
    assert given == pytest.approx([50, 50, 50, 100], abs=0.5)


TWO_GROUPS = [GroupSize(8, 100), GroupSize(8, 10)]


def test_what_a_group_does_better_the_others_may_do_worse():
    budgets = BudgetAllocator(Budget(psnr=40.0), TWO_GROUPS)
    assert budgets.next().psnr == pytest.approx(40.0)
    budgets.record(60.0)
    # Two mean squares of 1e-4 are allowed, and 1e-6 is used.
    assert budgets.next().psnr == pytest.approx(-10 * math.log10(2e-4 - 1e-6))


def test_where_a_group_has_failed_at_most_6_db_more_are_asked_for():
    budgets = BudgetAllocator(Budget(psnr=40.0), TWO_GROUPS)
    budgets.next()
    budgets.record(20.0)
    assert budgets.next().psnr == pytest.approx(40.0 + 10 * math.log10(4))


def test_cycles_follow_the_line_through_the_last_two_evaluations():
    assert next_epochs([], 40.0) == FIRST_EPOCHS
    # 4 dB for a doubling, a little less expected of the next: more than 8 epochs again.
    planned = next_epochs([Evaluation(4, 30.0), Evaluation(8, 34.0)], 38.0)
    assert 8 < planned < 16
    assert next_epochs([Evaluation(4, 30.0), Evaluation(8, 34.0)], 40.0) > planned


def test_a_cycle_is_long_enough_to_matter_and_never_overflows():
    assert next_epochs([Evaluation(100, 39.99)], 40.0) == 20
    assert next_epochs([Evaluation(100, 20.0), Evaluation(200, 20.0)], 110.0) > 10**6


def test_a_longer_schedule_has_a_lower_rate_unless_it_is_constant():
    config = FitConfig(epochs=40, learning_rate=1.5e-3)
    assert config.lasting(10).learning_rate == 1.5e-3
    assert config.lasting(40 * 64) == FitConfig(epochs=40 * 64, learning_rate=0.75e-3)
    constant = FitConfig(epochs=40, learning_rate=1e-4, decay="constant")
    assert constant.lasting(400).learning_rate == 1e-4


def test_a_cycle_after_another_has_a_lower_rate():
    assert restarted_rate(1.0, 0, 10) == 1.0
    assert 0.3 < restarted_rate(1.0, 10, 20) < 0.5
