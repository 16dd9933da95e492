"""Training one group of cells, cycle by cycle, until its budget ends."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from siren_cli.metrics.psnr import decibels
from siren_cli.model.grid import grid_points
from siren_cli.model.layers import Layer, Networks
from siren_cli.pictures.picture import Pixels, peak, quantize
from siren_cli.planning.checkpoint import GroupState, TrainingState, initial_state
from siren_cli.planning.divergence import DivergenceMonitor
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.progress import MIN_MSE
from siren_cli.planning.schedule import (
    PSNR_MARGIN_DB,
    Budget,
    Cycle,
    Evaluation,
    StepReport,
    next_epochs,
    restarted_rate,
)
from siren_cli.rendering.evaluate import POINTS_PER_CALL, evaluate
from siren_cli.system.parallel import ahead
from siren_cli.training.dataset import Samples
from siren_cli.training.network import Parameters
from siren_cli.training.trainer import Trainer

# Ctrl-C and the progress bar are served between compiled calls, which last this long.
SECONDS_PER_CALL = 0.2
# The time of a step is a moving average over calls. A call of few steps says little about
# it, so its weight is the number of its steps over this number.
PACE_STEPS = 100
# The largest weight of a call in that average.
MAX_PACE_SHARE = 0.3
# The cycle of a group that has not begun.
NO_CYCLE = Cycle(0, 0, 0.0)


@dataclass(frozen=True)
class GroupTargets:
    """The points that the cells of a group learn, and where the cells start.

    Attributes:
        number: Number of the group.
        y: Local coordinates of the rows, the same for all cells.
        x: Local coordinates of the columns.
        colors: Targets in [-1, 1], shape (rows * columns, cells, channels).
        initial: The cells' initial parameters, shape (cells, parameters of one cell).
        cells: Number of cells that count; any others only fill the group up.
        bit_depth: Bits of the picture's stored values.
    """

    number: int
    y: Pixels
    x: Pixels
    colors: Pixels
    initial: Parameters
    cells: int
    bit_depth: int

    @property
    def samples(self) -> Samples:
        """The points of the cells and their colors."""
        return Samples(grid_points(self.y, self.x), self.colors)


class GroupTrainer:
    """Trains one group of cells after the other.

    Args:
        trainer: Does the steps.
        plan: The schedule, and how a cell's points are dealt into batches.

    Attributes:
        trainer: Does the steps.
    """

    def __init__(self, trainer: Trainer, plan: FitPlan) -> None:
        self.trainer = trainer
        self._config, self._batching = plan.config.fit, plan.batching
        self._step_seconds = trainer.step_seconds
        self._cycle = NO_CYCLE
        self._evaluations: list[Evaluation] = []
        self._group: int | None = None

    def group_state(self, group: int) -> GroupState | None:
        """Return the state of a group after its last whole step; None before it begins."""
        if group != self._group:
            return None
        return GroupState(self.trainer.state(), self._cycle, tuple(self._evaluations))

    def train(
        self, targets: GroupTargets, budget: Budget, resumed: GroupState | None = None
    ) -> Iterator[StepReport]:
        """Train a group; yield a report a few times a second.

        Args:
            targets: The points that it learns.
            budget: When to end.
            resumed: The state to go on from; None begins.

        Raises:
            DivergedError: The fit diverges at any rate.
        """
        state = resumed or GroupState(initial_state(targets.initial), NO_CYCLE)
        self._group = None
        self._cycle, self._evaluations = state.cycle, list(state.evaluations)
        self._restore(state.training, targets)
        self._group = targets.number
        done = state.training.done
        max_steps = budget.max_steps(self._config, self._batching.steps)
        while True:
            if done == 0 or self._is_evaluated(done):
                self._cycle = self._next_cycle(done, max_steps, budget)
            end = self._planned_end(self._cycle.start, max_steps, budget)
            for report in self._train_cycle(targets, done, end, budget.deadline):
                yield report
                done = report.done
            if budget.psnr is None or done >= max_steps or done < end:
                return
            psnr = self.psnr(targets)
            self._evaluations.append(Evaluation(done / self._batching.steps, psnr))
            if psnr >= budget.psnr + PSNR_MARGIN_DB:
                return

    def _is_evaluated(self, done: int) -> bool:
        """Return whether the group was evaluated at this step, so that a cycle begins."""
        last = self._evaluations[-1] if self._evaluations else None
        return last is not None and last.epochs == done / self._batching.steps

    def _planned_end(self, start: int, max_steps: int, budget: Budget) -> int:
        """Return the end of a cycle that begins at `start`, whatever the clock says."""
        if budget.psnr is None:
            return max_steps
        epochs = next_epochs(self._evaluations, budget.psnr)
        return min(max_steps, start + self._batching.steps * epochs)

    def _next_cycle(self, start: int, max_steps: int, budget: Budget) -> Cycle:
        end = self._end_in_time(
            start, self._planned_end(start, max_steps, budget), budget.deadline
        )
        rate = self._config.lasting(math.ceil(end / self._batching.steps)).learning_rate
        if self._config.decay == "cosine":
            rate = restarted_rate(rate, start, end)
        return Cycle(start, end, rate)

    def _train_cycle(
        self, targets: GroupTargets, done: int, end: int, deadline: float | None
    ) -> Iterator[StepReport]:
        """Do the steps that are left of the cycle, to `end` or to the deadline."""
        self._follow_clock(done, end, deadline)
        monitor = DivergenceMonitor(self.trainer.state(), self._batching.steps, self._cycle)
        count = 1
        while done < self._cycle.end:
            count = min(count, self._cycle.end - done, monitor.steps_to_check(done))
            begun = time.monotonic()
            mse = self.trainer.run(self._cycle, done, count)
            pace = (time.monotonic() - begun) / count
            share = min(MAX_PACE_SHARE, count / PACE_STEPS)
            self._step_seconds += share * (pace - self._step_seconds)
            done += count
            if monitor.has_diverged(mse, count, done):
                done = self._go_back(targets, monitor)
            elif monitor.is_check(done):
                monitor.record_good(self.trainer.state())
            self._follow_clock(done, end, deadline)
            yield StepReport(self._cycle, done, count, mse)
            count = max(1, int(SECONDS_PER_CALL / pace))

    def _go_back(self, targets: GroupTargets, monitor: DivergenceMonitor) -> int:
        """Go back to the last good state, at half the rate; return its step."""
        state = monitor.last_good_state()
        self._cycle = self._cycle._replace(learning_rate=self._cycle.learning_rate / 2.0)
        self._restore(state, targets)
        return state.done

    def _restore(self, state: TrainingState, targets: GroupTargets) -> None:
        self.trainer.restore(state, targets.samples, self._batching, self._config.seed)

    def _follow_clock(self, done: int, end: int, deadline: float | None) -> None:
        """Move the end of the cycle to what the clock allows."""
        possible = max(done, self._end_in_time(done, end, deadline))
        self._cycle = self._cycle._replace(end=possible)

    def _end_in_time(self, done: int, end: int, deadline: float | None) -> int:
        """Return the end of a cycle that the clock allows; it always allows one epoch."""
        if deadline is None:
            return end
        possible = done + int((deadline - time.monotonic()) / self._step_seconds)
        return min(end, max(self._batching.steps, done, possible))

    def stored(self, targets: GroupTargets) -> tuple[Layer, ...]:
        """Return the group's cells as they are stored."""
        return self.trainer.stored(targets.cells, self._config.dtype)

    def psnr(self, targets: GroupTargets) -> float:
        """Return the PSNR of the group's cells as they would be stored, in dB."""
        config = self.trainer.network.config
        floats = [layer.floats() for layer in self.stored(targets)]
        networks = Networks(floats, config.activation, config.encoding)
        errors = ahead(
            lambda cell: _squared_error(networks, cell, targets), range(targets.cells)
        )
        return decibels(max(float(np.mean(list(errors))), MIN_MSE))


def _squared_error(networks: Networks, cell: int, targets: GroupTargets) -> float:
    """Return the mean squared error of a cell's stored values, at peak 1."""
    width, total = len(targets.x), 0.0
    # The single cell of a large picture would fill the memory, so it is done in bands.
    rows = max(1, POINTS_PER_CALL // width)
    for top in range(0, len(targets.y), rows):
        values = evaluate(networks, cell, targets.y[top : top + rows], targets.x)
        wanted = targets.colors[top * width : (top + rows) * width, cell]
        first, second = (
            quantize((each + 1.0) / 2.0, targets.bit_depth).astype(np.float32)
            for each in (values.reshape(wanted.shape), wanted)
        )
        total += float(np.square(first - second).sum(dtype=np.float64))
    return total / targets.colors[:, cell].size / peak(targets.bit_depth) ** 2
