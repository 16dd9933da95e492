"""The limits that a user sets: how they are written, and what they mean."""

import math

import pytest

from siren_cli.config import Config
from siren_cli.errors import UsageError
from siren_cli.planning.limits import Limits, parse_bytes, parse_duration
from siren_cli.planning.schedule import Budget


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
