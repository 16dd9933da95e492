"""How long a fit learns: courses, and budgets of time and of decibels.

A course is a run of steps over which the learning rate rises and falls once, so
its end must be known when it begins. A fit of so many epochs is one course. A
fit for a time is one course whose end follows the clock. A fit for a quality is
several: each is planned from what the ones before it have reached, in epochs
and decibels alone, so the same picture takes the same course on any machine.
"""

import math
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import siren_cli
from siren_cli.config import MAX_EPOCHS
from siren_cli.errors import UsageError
from siren_cli.metrics.psnr import decibels, mean_square

# Without a limit of its own a search for a quality ends here, in fits of the preset.
MOST_FITS = 10
# The first course of a search, and what a doubling of the epochs is first taken to
# bring: photographs gain 2 to 3 dB at the presets' lengths, less later.
FIRST_EPOCHS = 6
FIRST_SLOPE = 2.4
SLOPE_DECAY, LEAST_SLOPE = 0.85, 0.5
# A course is not worth its rise and fall if it adds less.
LEAST_GROWTH = 0.2
# A course after others starts from what they have reached, and a full rate would
# spoil it. Measured on photographs: 0.4 of the rate is best for as many epochs
# again, 0.7 to 1 for three times as many.
RESTART_POWER = 1.3
# More than 8 bits can tell apart in a picture of a megapixel.
MAX_PSNR = 110.0
# Cells are measured alone; what is recorded is the whole picture, blended.
PSNR_MARGIN = 0.02

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) *(s|m|min|h|)")
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


class Course(NamedTuple):
    """A run of steps with one rise and fall of the learning rate.

    Attributes:
        start: Number of its first step, counted from the beginning of the fit.
        end: Number of the step after its last.
        learning_rate: The highest rate.
    """

    start: int
    end: int
    learning_rate: float


def restarted(learning_rate: float, start: int, end: int) -> float:
    """Return the highest rate for the steps from `start` to `end`, after a course."""
    return float(learning_rate * (1.0 - start / end) ** RESTART_POWER)


@dataclass(frozen=True)
class Step:
    """Some steps that a group has done.

    Attributes:
        course: The course they belong to, as it is planned now.
        done: Steps so far.
        count: Steps since the last report.
        mse: Mean squared error of these, of values in [-1, 1].
    """

    course: Course
    done: int
    count: int
    mse: float


class Reached(NamedTuple):
    """What the courses so far have brought.

    Attributes:
        epochs: Epochs of all of them together.
        psnr: dB after the last.
    """

    epochs: float
    psnr: float


@dataclass(frozen=True)
class Budget:
    """When a fit ends besides its epochs; what comes first decides.

    Attributes:
        epochs: Most epochs; None leaves it to the preset, unless there is a deadline.
        psnr: Decibels that are enough; None is no such goal.
        deadline: When to be done, by `time.monotonic`; None is no such moment.
    """

    epochs: int | None = None
    psnr: float | None = None
    deadline: float | None = None

    def first_of(self, count: int) -> "Budget":
        """Return the budget of the first of `count` equal pieces of work to do."""
        if self.deadline is None:
            return self
        now = time.monotonic()
        return replace(self, deadline=now + (self.deadline - now) / count)


class Shares:
    """Deals a picture's budget out to its groups of cells, one after the other.

    Time is dealt evenly. The goal is one for the whole picture: what a group has
    done better than it had to, later ones may do worse.

    Args:
        budget: That of the picture.
        groups: How many there are.
    """

    def __init__(self, budget: Budget, groups: int) -> None:
        self._budget, self._left = budget, groups
        self._allowed = groups * mean_square(budget.psnr or 0.0)

    def next(self) -> Budget:
        """Return the budget of the next group."""
        left, self._left = self._left, self._left - 1
        share = self._budget.first_of(left)
        if share.psnr is None:
            return share
        # Where the ones before have failed, at most 6 dB more are asked for.
        least = mean_square(share.psnr) / 4.0
        return replace(share, psnr=decibels(max(self._allowed / left, least)))

    def reached(self, psnr: float) -> None:
        """Note what the last group has reached, in dB."""
        self._allowed -= mean_square(psnr)


def next_epochs(reached: Sequence[Reached], goal: float) -> int:
    """Return how many epochs the next course towards `goal` dB should have.

    Decibels are taken to grow with the logarithm of the epochs, a little slower
    than from the course before the last to the last.
    """
    if not reached:
        return FIRST_EPOCHS
    last = reached[-1]
    doublings = (goal + PSNR_MARGIN - last.psnr) / _slope(reached)
    wanted = last.epochs * (math.exp2(min(doublings, 30.0)) - 1.0)
    return math.ceil(max(wanted, LEAST_GROWTH * last.epochs))


def _slope(reached: Sequence[Reached]) -> float:
    if len(reached) == 1:
        return FIRST_SLOPE
    before, last = reached[-2:]
    doublings = math.log2(last.epochs / before.epochs)
    return max(LEAST_SLOPE, SLOPE_DECAY * (last.psnr - before.psnr) / doublings)


def make_budget(
    epochs: int | None, time_limit: str | None, target_psnr: float | None
) -> Budget:
    """Return what a command line's limits mean; its time began with the process.

    Raises:
        UsageError: One of them makes no sense.
    """
    if target_psnr is not None and not 0.0 < target_psnr <= MAX_PSNR:
        raise UsageError(f"--target-psnr {target_psnr:g}: not between 0 and {MAX_PSNR:g} dB")
    if epochs is not None and not 1 <= epochs <= MAX_EPOCHS:
        raise UsageError(f"--epochs {epochs}: not between 1 and {MAX_EPOCHS}")
    deadline = None if time_limit is None else siren_cli.STARTED + parse_duration(time_limit)
    return Budget(epochs, target_psnr, deadline)


def parse_duration(text: str) -> float:
    """Return the seconds that `text` means: 30, 30s, 1.5m, 2h.

    Raises:
        UsageError: It is no duration, or none at all.
    """
    match = _DURATION.fullmatch(text.strip())
    seconds = float(match[1]) * _UNITS[match[2]] if match and text.isascii() else 0.0
    if seconds <= 0.0:
        raise UsageError(f"--time-limit {text}: not a time such as 30s, 5m or 2h")
    return seconds
