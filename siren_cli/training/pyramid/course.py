"""The course of a fit: where it is, when it ends, and what a bit weighs meanwhile."""

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siren_cli.config import MAX_EPOCHS
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.pyramid.schedule import (
    NOISES,
    TEMPERATURES,
    ending_seconds,
    moved,
    next_progress,
    relative_rate,
)
from siren_cli.planning.schedule import Budget
from siren_cli.training.pyramid.trainer import Moment

# A fit that has missed its goal is set back to this progress, and ends again after this part
# of its steps.
ROUND_PROGRESS = 0.6
ROUND_SHARE = 0.06
LEAST_ROUND_STEPS = 40
# What a fit by the clock expects a step to take before it knows, in seconds, and for a pixel.
STEP_SECONDS = 0.01
SECONDS_PER_PIXEL = 4e-7
# A fit takes at most this many times as long to end as on a usual machine.
MOST_SLOWNESS = 6.0
# Part of the time of a step that the last one decides.
PACE_SHARE = 0.1


@dataclass(frozen=True)
class Course:
    """Where a fit is.

    Attributes:
        progress: Share of the fit that is done.
        rate_weight: What a bit per pixel weighs.
        end: Step after which it ends, as it is planned now.
        more_bytes: Bytes that a file has more than was estimated; 0 until that is known.
    """

    progress: float
    rate_weight: float
    end: int
    more_bytes: int = 0

    def array(self) -> NDArray[np.float64]:
        """Return it as an array of numbers."""
        numbers = [self.progress, self.rate_weight, self.end, self.more_bytes]
        return np.array(numbers, np.float64)

    @classmethod
    def of(cls, array: NDArray[np.float64]) -> "Course":
        """Return the course that `array` returned."""
        progress, rate_weight, end, more_bytes = array.tolist()
        return cls(progress, rate_weight, int(end), int(more_bytes))

    def after(self, done: int) -> "Course":
        """Return where the fit is after one more step than `done`."""
        return replace(self, progress=next_progress(self.progress, done, self.end))

    def moment(self, number: int) -> Moment:
        """Return what a step is done with."""
        return Moment(
            number,
            relative_rate(number, self.progress, self.end),
            moved(TEMPERATURES, self.progress),
            moved(NOISES, self.progress),
            self.rate_weight,
        )

    @classmethod
    def of_round(cls, done: int, steps: int, rate_weight: float) -> "Course":
        """Return the course of a round after `done` steps of a fit that had some steps."""
        return cls(ROUND_PROGRESS, rate_weight, done + round_steps(steps))


def round_steps(steps: int) -> int:
    """Return the steps of a round of a fit that had a number of steps."""
    return max(LEAST_ROUND_STEPS, round(ROUND_SHARE * steps))


class Clock:
    """The end of a fit, as its budget and the clock say.

    Args:
        plan: The plan.
        budget: The limits.
    """

    def __init__(self, plan: PyramidPlan, budget: Budget) -> None:
        self._pixels, self._deadline = plan.facts.pixels, budget.deadline
        without_limit = plan.steps if budget.deadline is None else MAX_EPOCHS
        most = without_limit if budget.epochs is None else budget.epochs
        self._most = min(most, MAX_EPOCHS)
        self._usual_pace = self._pace = STEP_SECONDS + SECONDS_PER_PIXEL * self._pixels
        self._last: float | None = None

    def record(self) -> None:
        """Record that a step is done."""
        now = time.monotonic()
        if self._last is not None:
            self._pace += PACE_SHARE * (now - self._last - self._pace)
        self._last = now

    def end(self, done: int) -> int:
        """Return the step after which the fit ends; it has one step at least."""
        last = self._last_moment
        if last is None:
            return max(1, self._most)
        possible = done + int((last - time.monotonic()) / self._pace)
        return max(1, done, min(self._most, possible))

    def has_time_for_round(self, steps: int) -> bool:
        """Return whether a fit of a number of steps may go on for a round, and then end."""
        seconds = round_steps(steps) * self._pace
        return self._last_moment is None or time.monotonic() + seconds < self._last_moment

    @property
    def _last_moment(self) -> float | None:
        """The moment of the last step, or None.

        Where steps take longer than usual, because the machine is slow or busy, what comes
        after them does, too.
        """
        if self._deadline is None:
            return None
        slowness = min(MOST_SLOWNESS, max(1.0, self._pace / self._usual_pace))
        return self._deadline - slowness * ending_seconds(self._pixels)
