"""How far a fit is: what `report` is told a few times a second."""

import time
from dataclasses import dataclass

from siren_cli.metrics.psnr import decibels
from siren_cli.planning.schedule import Step


@dataclass(frozen=True)
class Progress:
    """How far a fit is.

    Attributes:
        epoch: Epochs done, averaged over all cells.
        epochs: Epochs in all, as they are planned now.
        psnr: Estimate from the loss of the last steps, in dB.
        pixels_per_second: Pixels trained on per second.
        seconds_left: Expected until the end; None until there is some experience.
        group: Number of the group of cells that learns now.
        step: Steps that it has done.
    """

    epoch: float
    epochs: int
    psnr: float
    pixels_per_second: float
    seconds_left: float | None
    group: int
    step: int


class Clock:
    """Turns steps done into `Progress`.

    Args:
        groups: Groups of cells of the picture.
        steps: Steps of an epoch of a group.
        pixels: Pixels of the picture.
    """

    def __init__(self, groups: int, steps: int, pixels: int) -> None:
        self._groups, self._steps = groups, steps
        self._pixels_per_step = pixels / groups / steps
        self._start = time.perf_counter()
        self._group, self._done = 0, 0
        self._share_before: float | None = None

    def seconds(self) -> float:
        """Return the seconds since the first step."""
        return time.perf_counter() - self._start

    def finish_groups(self, count: int) -> None:
        """Note that so many more groups are finished."""
        self._group += count

    def progress(self, step: Step) -> Progress:
        """Return how far the fit is when a group has just done a step."""
        first = self._done == 0  # it is a single one, and slow
        self._done += step.count
        share = (self._group + step.done / step.course.end) / self._groups
        if self._share_before is None:
            before = step.done - step.count
            self._share_before = (self._group + before / step.course.end) / self._groups
        new_share = share - self._share_before
        epochs, seconds = step.course.end / self._steps, self.seconds()
        return Progress(
            epoch=epochs * share,
            epochs=max(1, round(epochs)),
            # Values span a range of 2, where PSNR's peak is 1.
            psnr=decibels(max(step.mse, 1e-20) / 4.0),
            pixels_per_second=self._pixels_per_step * self._done / seconds,
            seconds_left=None if first else seconds * (1.0 - share) / new_share,
            group=self._group,
            step=step.done,
        )
