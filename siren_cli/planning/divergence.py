"""Noticing that a fit diverges, and going back to the last good state.

A learning rate that is too high for a picture makes the loss rise again, at the worst
until it is no finite number. The fit then goes on from its last good state at half the
rate.
"""

import math

from siren_cli.errors import DivergedError
from siren_cli.planning.checkpoint import TrainingState
from siren_cli.planning.schedule import Cycle

# About the number of checks of the loss in a cycle.
CHECKS_PER_CYCLE = 16
# Number of times that a cycle goes back to its last good state.
MAX_RETRIES = 3
# A fit has diverged if its mean squared error is this many times the best so far.
DIVERGED_RATIO = 2.0
# A fit with a smaller error, for values in [-1, 1], has not diverged: above 40 dB the loss
# rises and falls without harm.
MIN_DIVERGED_MSE = 4e-4
# Squared errors of Adam's steps, summed over the steps of a check, that are no divergence.
# Near a perfect fit Adam oversteps: gradients vanish, but not its steps. That lasts a few
# steps and heals; sums up to 0.015 were measured for pictures of a few pixels, whose epochs
# are single steps. So the fewer steps a check has, the less its mean says.
OVERSTEPPED_ERROR = 0.05


class DivergenceMonitor:
    """Checks the loss of a cycle after whole epochs, and holds the last good state.

    Args:
        state: The state at the beginning of the cycle.
        epoch_steps: Steps of an epoch.
        cycle: The cycle.

    Attributes:
        interval: Steps between two checks.
    """

    def __init__(self, state: TrainingState, epoch_steps: int, cycle: Cycle) -> None:
        epochs = math.ceil((cycle.end - cycle.start) / epoch_steps / CHECKS_PER_CYCLE)
        self.interval = epoch_steps * max(1, epochs)
        self._first_step, self._good_state = cycle.start, state
        self._best_mse = math.inf
        self._loss_sum, self._loss_count = 0.0, 0
        self._retries = 0

    def steps_to_check(self, done: int) -> int:
        """Return the number of steps until the next check."""
        return self.interval - (done - self._first_step) % self.interval

    def is_check(self, done: int) -> bool:
        """Return whether a check is due after `done` steps."""
        return self.steps_to_check(done) == self.interval

    def has_diverged(self, mse: float, count: int, done: int) -> bool:
        """Record the loss of some steps; return whether the fit has diverged.

        Args:
            mse: Mean squared error of the last steps, of values in [-1, 1].
            count: The number of these steps.
            done: Steps of the fit so far.
        """
        if not math.isfinite(mse):
            return True
        self._loss_sum += mse * count
        self._loss_count += count
        if not self.is_check(done):
            return False
        mean = self._loss_sum / self._loss_count
        harmless = max(MIN_DIVERGED_MSE, OVERSTEPPED_ERROR / self._loss_count)
        self._loss_sum, self._loss_count = 0.0, 0
        diverged = mean > max(DIVERGED_RATIO * self._best_mse, harmless)
        self._best_mse = min(self._best_mse, mean)
        return diverged

    def record_good(self, state: TrainingState) -> None:
        """Hold a state to which the fit may go back."""
        self._good_state = state

    def last_good_state(self) -> TrainingState:
        """Return the state to go back to.

        Raises:
            DivergedError: The fit has gone back often enough.
        """
        self._retries += 1
        self._loss_sum, self._loss_count = 0.0, 0
        if self._retries > MAX_RETRIES:
            raise DivergedError(
                f"the fit loses the picture after {self._good_state.done} steps, whatever the "
                "rate; try a lower fit.learning_rate"
            )
        return self._good_state
