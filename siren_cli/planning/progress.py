"""How far a fit is, as `report` learns it a few times a second."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from siren_cli.metrics.psnr import decibels
from siren_cli.planning.schedule import GroupSize, StepReport

# The smallest mean squared error that is not taken for a perfect match.
MIN_MSE = 1e-20


@dataclass(frozen=True)
class Progress:
    """How far a fit is.

    Attributes:
        epoch: Epochs done, averaged over all cells.
        epochs: Epochs in all, as they are planned now.
        psnr: Estimate from the loss of the last steps, in dB. While another lesson than
            values is learned, the loss is that of what is taught, such as of gradients.
        pixels_per_second: Pixels trained on per second.
        seconds_left: Expected seconds until the end; None before the second report.
        group: Number of the group of cells that is trained now.
        step: Steps that this group has done.
    """

    epoch: float
    epochs: int
    psnr: float
    pixels_per_second: float
    seconds_left: float | None
    group: int
    step: int


class ProgressClock:
    """Turns the steps that were done into `Progress`.

    Args:
        groups: The groups of cells of the picture.
        epoch_steps: Steps of an epoch of a group.
        pixels: Number of pixels of the picture.
    """

    def __init__(self, groups: Sequence[GroupSize], epoch_steps: int, pixels: int) -> None:
        self._works, self._epoch_steps = [group.work for group in groups], epoch_steps
        self._pixels_per_step = pixels / max(1, len(groups)) / epoch_steps
        self._start = time.perf_counter()
        self._group, self._steps_here = 0, 0
        self._share_at_start: float | None = None

    def seconds(self) -> float:
        """Return the seconds since the first step."""
        return time.perf_counter() - self._start

    def finish_groups(self, count: int) -> None:
        """Record that `count` more groups are finished."""
        self._group += count

    def progress(self, report: StepReport) -> Progress:
        """Return how far the fit is after some steps of a group."""
        # The first report is of a single step, which is slow and says little.
        is_first = self._steps_here == 0
        self._steps_here += report.count
        share = self._share(report.done, report.cycle.end)
        if self._share_at_start is None:
            # A resumed fit begins in the middle.
            self._share_at_start = self._share(report.done - report.count, report.cycle.end)
        gained = share - self._share_at_start
        epochs, seconds = report.cycle.end / self._epoch_steps, self.seconds()
        return Progress(
            epoch=epochs * share,
            epochs=max(1, round(epochs)),
            # Errors are of values in [-1, 1], while PSNR's peak is 1.
            psnr=decibels(max(report.mse, MIN_MSE) / 4.0),
            pixels_per_second=self._pixels_per_step * self._steps_here / seconds,
            # A fit that diverges may go back to where it began.
            seconds_left=None
            if is_first or gained <= 0.0
            else seconds * (1.0 - share) / gained,
            group=self._group,
            step=report.done,
        )

    def _share(self, step: int, last_step: int) -> float:
        """Return the share of the whole fit that is done at a step of the present group."""
        done = sum(self._works[: self._group]) + self._works[self._group] * step / last_step
        return done / sum(self._works)
