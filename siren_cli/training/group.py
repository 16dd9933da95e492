"""The fit of one group of cells, course by course, until its budget ends."""

import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siren_cli.config import MAX_EPOCHS, FitConfig
from siren_cli.metrics.psnr import decibels
from siren_cli.model.grid import grid_points
from siren_cli.model.layers import Networks
from siren_cli.pictures.picture import Pixels, peak, quantize
from siren_cli.planning.batching import Batching
from siren_cli.planning.checkpoint import Learning, started
from siren_cli.planning.divergence import Watch
from siren_cli.planning.schedule import (
    MOST_FITS,
    PSNR_MARGIN,
    Budget,
    Course,
    Reached,
    Step,
    next_epochs,
    restarted,
)
from siren_cli.rendering.evaluate import POINTS_PER_CALL, evaluate
from siren_cli.system.machine import cpu_cores
from siren_cli.training.network import Parameters
from siren_cli.training.trainer import Trainer

# Ctrl-C and the bar are served between compiled calls.
SECONDS_PER_CALL = 0.2
# A clock that decides for longer than any fit lasts.
NO_END = 1 << 30
NO_COURSE = Course(0, 0, 0.0)


@dataclass(frozen=True)
class Window:
    """What the cells of a group are to learn.

    Attributes:
        y: Local coordinates of the rows, the same for all cells.
        x: Local coordinates of the columns.
        colors: Targets in [-1, 1], of shape (rows * columns, cells, channels).
        initial: The cells' first parameters, shape (cells, parameters of one cell).
        cells: How many of them count; the rest only fill the group up.
        number: The group's number.
        bit_depth: Bits of the picture's stored values.
    """

    y: Pixels
    x: Pixels
    colors: Pixels
    initial: Parameters
    cells: int
    number: int
    bit_depth: int

    @property
    def coordinates(self) -> NDArray[np.float32]:
        """Local coordinates of all points, shape (rows * columns, 2)."""
        return grid_points(self.y, self.x)


def most_steps(config: FitConfig, steps: int, budget: Budget) -> int:
    """Return the steps after which a group ends at the latest, of so many an epoch."""
    epochs = budget.epochs
    if epochs is None and budget.deadline is not None:
        return min(NO_END, steps * MAX_EPOCHS)
    if epochs is None:
        epochs = config.epochs * (1 if budget.psnr is None else MOST_FITS)
    return steps * min(epochs, MAX_EPOCHS)


class Learner:
    """Trains one group after the other.

    Args:
        trainer: Does the steps.
        config: The schedule.
        batching: How a cell's points are dealt into batches.
        step_seconds: About what a step takes.

    Attributes:
        epoch_steps: Steps of an epoch.
    """

    def __init__(
        self, trainer: Trainer, config: FitConfig, batching: Batching, step_seconds: float
    ) -> None:
        self.trainer, self.config = trainer, config
        self._batching, self.epoch_steps = batching, batching.steps
        self._step_seconds = step_seconds
        self._course, self._reached = NO_COURSE, list[Reached]()
        self._group: int | None = None

    def state(self, group: int) -> Learning | None:
        """Return where a group is, in whole steps, whenever it is asked for.

        None is said of a group that has not begun.
        """
        if group != self._group:
            return None
        return Learning(self.trainer.state(), self._course, tuple(self._reached))

    def learn(
        self, window: Window, budget: Budget, kept: Learning | None = None
    ) -> Iterator[Step]:
        """Train a group; yield a few times a second.

        Args:
            window: What it is to learn.
            budget: When to end.
            kept: Where to go on; None is at the beginning.

        Raises:
            DivergedError: It loses the picture at any rate.
        """
        state, self._course, reached = kept or Learning(started(window.initial), NO_COURSE)
        self._reached, self._group = list(reached), None
        self.trainer.start(state, window.coordinates, window.colors, self._batching)
        self._group = window.number
        done, most = state.done, most_steps(self.config, self.epoch_steps, budget)
        while True:
            if done == 0 or self._is_measured(done):
                self._course = self._next_course(done, most, budget)
            end = self._planned_end(self._course.start, most, budget)
            for step in self._take(window, done, end, budget.deadline):
                yield step
                done = step.done
            if budget.psnr is None or done >= most or done < end:
                return
            self._reached.append(Reached(done / self.epoch_steps, self.psnr(window)))
            if self._reached[-1].psnr >= budget.psnr + PSNR_MARGIN:
                return

    def _is_measured(self, done: int) -> bool:
        return bool(self._reached) and self._reached[-1].epochs == done / self.epoch_steps

    def _planned_end(self, start: int, most: int, budget: Budget) -> int:
        if budget.psnr is None:
            return most
        return min(most, start + self.epoch_steps * next_epochs(self._reached, budget.psnr))

    def _next_course(self, start: int, most: int, budget: Budget) -> Course:
        end = self._timed(start, self._planned_end(start, most, budget), budget.deadline)
        rate = self.config.lasting(math.ceil(end / self.epoch_steps)).learning_rate
        if self.config.decay == "cosine":
            rate = restarted(rate, start, end)
        return Course(start, end, rate)

    def _take(
        self, window: Window, done: int, end: int, deadline: float | None
    ) -> Iterator[Step]:
        """Do the steps of the course that are left, to `end` or to the deadline."""
        count = 1
        self._course = self._ending(done, end, deadline)
        watch = Watch(self.trainer.state(), self.epoch_steps, self._course)
        while done < self._course.end:
            count = min(count, self._course.end - done, watch.steps_left(done))
            begun = time.monotonic()
            mse = self.trainer.run(self._course, done, count)
            done += count
            pace = (time.monotonic() - begun) / count
            # A single step says little.
            self._step_seconds += min(0.3, count / 100) * (pace - self._step_seconds)
            if watch.has_lost(mse, count, done):
                done = self._go_back(window, watch)
            elif watch.steps_left(done) == watch.interval:
                watch.note(self.trainer.state())
            self._course = self._ending(done, end, deadline)
            yield Step(self._course, done, count, mse)
            count = max(1, int(SECONDS_PER_CALL / pace))

    def _go_back(self, window: Window, watch: Watch) -> int:
        """Return to the last good state, at half the rate; return its step."""
        state = watch.retry()
        rate = self._course.learning_rate / 2.0
        self._course = self._course._replace(learning_rate=rate)
        self.trainer.start(state, window.coordinates, window.colors, self._batching)
        return state.done

    def _ending(self, done: int, end: int, deadline: float | None) -> Course:
        return self._course._replace(end=max(done, self._timed(done, end, deadline)))

    def _timed(self, done: int, end: int, deadline: float | None) -> int:
        """Return the end of a course as the clock allows it; one epoch it always does."""
        if deadline is None:
            return end
        possible = done + int((deadline - time.monotonic()) / self._step_seconds)
        return min(end, max(self.epoch_steps, done, possible))

    def psnr(self, window: Window) -> float:
        """Return the dB of the group's cells as they would be stored."""
        network = self.trainer.network
        layers = network.stored(self.trainer.parameters(), self.config.dtype)
        floats = [layer.floats() for layer in layers]
        networks = Networks(floats, network.config.activation, network.config.encoding)
        with ThreadPoolExecutor(cpu_cores()) as threads:
            errors = threads.map(
                lambda cell: _squared_error(networks, cell, window), range(window.cells)
            )
        return decibels(max(float(np.mean(list(errors))), 1e-20))


def _squared_error(networks: Networks, cell: int, window: Window) -> float:
    """Return a cell's mean squared error in stored values, of those in [0, 1]."""
    width, total = len(window.x), 0.0
    # In bands, for the single cell of a large picture would fill the memory.
    step = max(1, POINTS_PER_CALL // width)
    for top in range(0, len(window.y), step):
        values = evaluate(networks, cell, window.y[top : top + step], window.x)
        wanted = window.colors[top * width : (top + step) * width, cell]
        first, second = (
            quantize((v + 1.0) / 2.0, window.bit_depth).astype(np.float32)
            for v in (values.reshape(wanted.shape), wanted)
        )
        total += float(np.square(first - second).sum(dtype=np.float64))
    return total / window.colors[:, cell].size / peak(window.bit_depth) ** 2
