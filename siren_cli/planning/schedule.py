"""How long a fit learns: cycles of the learning rate, and budgets of time and quality.

A cycle is a run of steps over which the learning rate rises and falls once, so its end
must be known when it begins. A fit of a number of epochs is one cycle. A fit for a time
is one cycle whose end follows the clock. A fit for a quality is several cycles: each is
planned from the decibels that the cycles before it have reached, and from epochs alone,
so that the same picture is fitted alike on any machine.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from siren_cli.config import MAX_EPOCHS, FitConfig
from siren_cli.metrics.psnr import decibels, mean_square

# A search for a quality without a limit of its own lasts as long as this many fits.
MAX_FITS = 10
# Epochs of the first cycle of such a search.
FIRST_EPOCHS = 6
# Decibels that a doubling of the epochs is expected to bring after the first cycle:
# photographs gain 2 to 3 dB at the presets' lengths.
FIRST_SLOPE_DB = 2.4
# Each further doubling is expected to bring this share of the one before.
SLOPE_DECAY = 0.85
# Each further doubling is expected to bring at least this many decibels.
MIN_SLOPE_DB = 0.5
# A cycle is not worth its rise and fall if it adds a smaller share of the epochs so far.
MIN_GROWTH = 0.2
# A cycle after others starts from their weights, which the full rate would spoil. Best
# on photographs: 0.4 of the rate for as many epochs again, 0.7 to 1 for three times as
# many; this power of the cycle's share of all steps follows that.
RESTART_POWER = 1.3
# Groups are measured cell by cell, and the result as a whole picture, blended. The goal
# of a group is this many dB higher, so that the whole reaches its own.
PSNR_MARGIN_DB = 0.02
# A limit of steps for fits that the clock ends; TensorFlow counts them in 32 bits.
MAX_TIMED_STEPS = 1 << 30


class Cycle(NamedTuple):
    """A run of steps with one rise and one fall of the learning rate.

    Attributes:
        start: Number of its first step, counted from the beginning of the fit.
        end: Number of the step after its last.
        learning_rate: The highest rate.
        area_share: The share of its steps, the last ones, that learn means over pixels.
    """

    start: int
    end: int
    learning_rate: float
    area_share: float = 0.0

    @property
    def areas_from(self) -> int:
        """Number of the first step that learns means over pixels."""
        return self.end - round(self.area_share * (self.end - self.start))


def restarted_rate(learning_rate: float, start: int, end: int) -> float:
    """Return the highest rate of a cycle from step `start` to `end`, after other cycles."""
    return float(learning_rate * (1.0 - start / end) ** RESTART_POWER)


@dataclass(frozen=True)
class StepReport:
    """The progress of a group since the last report.

    Attributes:
        cycle: The cycle of its last step, as it is planned now.
        done: Steps of the group so far.
        count: Steps since the last report.
        mse: Mean squared error of these, of values in [-1, 1].
    """

    cycle: Cycle
    done: int
    count: int
    mse: float


class Evaluation(NamedTuple):
    """How good a group is after a cycle.

    Attributes:
        epochs: Epochs of all its cycles together.
        psnr: PSNR of its cells as they would be stored, in dB.
    """

    epochs: float
    psnr: float


@dataclass(frozen=True)
class Budget:
    """The limits that end a fit besides the epochs of its settings; the first one decides.

    Attributes:
        epochs: Most epochs; None leaves them to the settings, or to the deadline.
        psnr: The goal in dB, or None.
        deadline: The moment to be done, by `time.monotonic`, or None.
    """

    epochs: int | None = None
    psnr: float | None = None
    deadline: float | None = None

    def share(self, part: float) -> "Budget":
        """Return the budget of the first piece of the work that is left.

        Args:
            part: The piece's part of that work, up to 1.
        """
        if self.deadline is None:
            return self
        now = time.monotonic()
        return replace(self, deadline=now + (self.deadline - now) * part)

    def max_steps(self, config: FitConfig, epoch_steps: int) -> int:
        """Return the step after which a group ends at the latest.

        Args:
            config: The schedule without a budget.
            epoch_steps: Steps of an epoch.
        """
        if self.epochs is None and self.deadline is not None:
            return min(MAX_TIMED_STEPS, epoch_steps * MAX_EPOCHS)
        epochs = self.epochs
        if epochs is None:
            epochs = config.epochs if self.psnr is None else config.epochs * MAX_FITS
        return epoch_steps * min(epochs, MAX_EPOCHS)


class GroupSize(NamedTuple):
    """How large a group of cells is.

    Attributes:
        cells: Number of its cells.
        work: Multiplications of a step.
    """

    cells: int
    work: int


class BudgetAllocator:
    """Deals a picture's budget out to its groups of cells, one after the other.

    Time is dealt by their work. The goal in decibels is one for the whole picture: where
    a group has become better than it had to, later groups may be worse.

    Args:
        budget: The budget of the picture.
        groups: The groups' cells and work.
    """

    def __init__(self, budget: Budget, groups: Sequence[GroupSize]) -> None:
        self._budget, self._left = budget, list(groups)
        cells = sum(group.cells for group in groups)
        self._squares_left = cells * mean_square(budget.psnr or 0.0)

    def next(self) -> Budget:
        """Return the budget of the next group."""
        first, work = self._left[0], sum(group.work for group in self._left)
        share = self._budget.share(first.work / work)
        if share.psnr is None:
            return share
        # Where groups before have failed, a group makes up for 6 dB at most.
        least = mean_square(share.psnr) / 4.0
        cells = sum(group.cells for group in self._left)
        return replace(share, psnr=decibels(max(self._squares_left / cells, least)))

    def record(self, psnr: float) -> None:
        """Record the PSNR that the next group has reached, in dB."""
        self._squares_left -= self._left.pop(0).cells * mean_square(psnr)


def next_epochs(evaluations: Sequence[Evaluation], goal: float) -> int:
    """Return the number of epochs that the next cycle towards `goal` dB should have.

    Decibels are expected to grow with the logarithm of the epochs, a little slower
    than between the last two evaluations.
    """
    if not evaluations:
        return FIRST_EPOCHS
    last = evaluations[-1]
    doublings = (goal + PSNR_MARGIN_DB - last.psnr) / _expected_slope(evaluations)
    wanted = last.epochs * (math.exp2(min(doublings, 30.0)) - 1.0)
    return math.ceil(max(wanted, MIN_GROWTH * last.epochs))


def _expected_slope(evaluations: Sequence[Evaluation]) -> float:
    """Return the decibels that the next doubling of the epochs is expected to bring."""
    if len(evaluations) == 1:
        return FIRST_SLOPE_DB
    before, last = evaluations[-2:]
    doublings = math.log2(last.epochs / before.epochs)
    return max(MIN_SLOPE_DB, SLOPE_DECAY * (last.psnr - before.psnr) / doublings)
