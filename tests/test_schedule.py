"""Durations, limits and budgets, and how they are shared."""

import math
import time

import pytest

from siren_cli.config import FitConfig
from siren_cli.planning.schedule import (
    FIRST_EPOCHS,
    Budget,
    BudgetAllocator,
    Evaluation,
    GroupSize,
    next_epochs,
    restarted_rate,
)


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
