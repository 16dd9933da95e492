"""What is watched while a pyramid is trained: its progress, and that it gets no worse."""

import math
import time
from collections.abc import Callable

from siren_cli.errors import DivergedError
from siren_cli.metrics.psnr import decibels
from siren_cli.planning.progress import MIN_MSE, Progress
from siren_cli.training.pyramid.trainer import Loss

# Least seconds between two reports.
REPORT_SECONDS = 0.25
# A fit has diverged if its mean squared error is this many times the best so far, and that of
# no picture: a picture of one color in the middle has an error of 1/4 at most.
DIVERGED_RATIO = 30.0
DIVERGED_MSE = 0.3


class Watch:
    """Watches the steps of a fit.

    Args:
        pixels: Pixels of the picture.
        report: Called with the progress a few times a second.
        done: Steps that were done before.
    """

    def __init__(self, pixels: int, report: Callable[[Progress], None], done: int) -> None:
        self._pixels, self._report, self._begun = pixels, report, done
        self._best_mse, self._reported = math.inf, -math.inf
        self._start = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Time since the first step."""
        return time.perf_counter() - self._start

    def step(self, loss: Loss, done: int, end: int) -> None:
        """Check and report a step.

        Args:
            loss: Its loss.
            done: Steps so far.
            end: Step after which the fit ends, as it is planned now.

        Raises:
            DivergedError: The fit diverges.
        """
        self._check(loss, done)
        if self.seconds - self._reported < REPORT_SECONDS and done < end:
            return
        is_first, self._reported = math.isinf(self._reported), self.seconds
        pace = self.seconds / (done - self._begun)
        self._report(
            Progress(
                epoch=float(done),
                epochs=end,
                psnr=decibels(max(loss.mse, MIN_MSE)),
                pixels_per_second=self._pixels / pace,
                seconds_left=None if is_first else pace * (end - done),
                group=0,
                step=done,
            )
        )

    def _check(self, loss: Loss, done: int) -> None:
        parts = [loss.mse, 0.0 if loss.bits is None else loss.bits]
        worst = max(DIVERGED_MSE, DIVERGED_RATIO * self._best_mse)
        if not all(map(math.isfinite, parts)) or loss.mse > worst:
            raise DivergedError(
                f"the fit loses the picture after {done} steps; try lower "
                "pyramid.latent_rate and pyramid.network_rate"
            )
        self._best_mse = min(self._best_mse, loss.mse)
