"""Noticing when a fit loses the picture, and where to go back to.

A rate that is too high for a picture makes the loss rise again, at the worst to
where it is no number any more. Then the fit goes back to where it was good.
"""

import math

from siren_cli.errors import DivergedError
from siren_cli.planning.checkpoint import State
from siren_cli.planning.schedule import Course

CHECKS, RETRIES = 16, 3
# A mean squared error is that of a lost picture if it is so much larger than the best,
# and of less than 40 dB (values span 2): what is better may be restless.
WORSE, LEAST_MSE = 2.0, 4e-4


class Watch:
    """Watches a course.

    Args:
        state: Where it begins.
        epoch_steps: Steps of an epoch.
        course: The course; it is looked at about sixteen times, after whole epochs.

    Attributes:
        interval: Steps between two looks.
    """

    def __init__(self, state: State, epoch_steps: int, course: Course) -> None:
        epochs = math.ceil((course.end - course.start) / epoch_steps / CHECKS)
        self.interval = epoch_steps * max(1, epochs)
        self._start, self._good = course.start, state
        self._best, self._sum, self._count = math.inf, 0.0, 0
        self._retries = 0

    def steps_left(self, done: int) -> int:
        """Return the steps until the next look."""
        return self.interval - (done - self._start) % self.interval

    def has_lost(self, mse: float, count: int, done: int) -> bool:
        """Return whether the fit has lost the picture.

        Args:
            mse: Mean squared error of the last steps, of values in [-1, 1].
            count: How many they were.
            done: Steps so far.
        """
        if not math.isfinite(mse):
            return True
        self._sum, self._count = self._sum + mse * count, self._count + count
        if self.steps_left(done) < self.interval:
            return False
        mean, self._sum, self._count = self._sum / self._count, 0.0, 0
        lost = mean > max(WORSE * self._best, LEAST_MSE)
        self._best = min(self._best, mean)
        return lost

    def note(self, state: State) -> None:
        """Note a state that is good."""
        self._good = state

    def retry(self) -> State:
        """Return where to go back to.

        Raises:
            DivergedError: That was done often enough.
        """
        self._retries += 1
        self._sum, self._count = 0.0, 0
        if self._retries > RETRIES:
            raise DivergedError(
                f"the fit loses the picture after {self._good.done} steps, whatever the "
                "rate; try a lower fit.learning_rate"
            )
        return self._good
