"""Training one group of cells, cycle by cycle, until its budget ends."""

import math
import time
from collections.abc import Iterator

import numpy as np

from siren_cli.metrics.psnr import decibels
from siren_cli.model.networks import ClassLayers
from siren_cli.planning.checkpoint import GroupState, TrainingState, initial_state
from siren_cli.planning.divergence import DivergenceMonitor
from siren_cli.planning.groups import Group
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
from siren_cli.system.parallel import ahead
from siren_cli.training.stored_group import group_networks, stored_group
from siren_cli.training.targets import GroupTargets, LearnedPixels
from siren_cli.training.trainer_cache import TrainerCache

# Ctrl-C and the progress bar are served between compiled calls, which last this long.
SECONDS_PER_CALL = 0.2
# The time of a step is a moving average over calls. A call of few steps says little about
# it, so its weight is the number of its steps over this number.
PACE_STEPS = 100
# The largest weight of a call in that average.
MAX_PACE_SHARE = 0.3
# The cycle of a group that has not begun.
NO_CYCLE = Cycle(0, 1, 0.0)


class GroupTrainer:
    """Trains one group of cells after the other.

    Args:
        trainers: The compiled trainers of groups.
        plan: The networks, the schedule, and how a cell's points are dealt into batches.
    """

    def __init__(self, trainers: TrainerCache, plan: FitPlan) -> None:
        self._trainers, self._plan = trainers, plan
        self._config, self._batching = plan.config.fit, plan.batching
        self._cycle, self._has_areas = NO_CYCLE, False
        self._evaluations: list[Evaluation] = []
        self._group: Group | None = None

    def group_state(self) -> GroupState | None:
        """Return the state of the group after its last whole step; None before it begins."""
        if self._group is None:
            return None
        return GroupState(
            self._group.real_cells,
            self._trainer.state(),
            self._cycle,
            tuple(self._evaluations),
        )

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
        cells = targets.group.real_cells
        state = resumed or GroupState(cells, initial_state(targets.initial), NO_CYCLE)
        self._group = None
        self._trainer = self._trainers.get(self._plan, targets.group)
        self._cycle, self._evaluations = state.cycle, list(state.evaluations)
        self._has_areas = False
        if self._plan.is_tied or self._plan.is_whole:
            self._trainer.tie(self._plan.grid, targets.group)
        self._restore(state.training, targets)
        self._group = targets.group
        done = state.training.done
        max_steps = budget.max_steps(self._config, self._batching.steps)
        while True:
            if done == 0 or self._is_evaluated(done):
                self._cycle = self._next_cycle(done, max_steps, budget)
                self._has_areas = False
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
        return Cycle(start, end, rate, self._config.area_share)

    def _train_cycle(
        self, targets: GroupTargets, done: int, end: int, deadline: float | None
    ) -> Iterator[StepReport]:
        """Do the steps that are left of the cycle, to `end` or to the deadline."""
        self._follow_clock(done, end, deadline)
        monitor, count = self._monitor(), 1
        while done < self._cycle.end:
            # Once they have begun they last, though the clock may move the end.
            self._has_areas |= done >= self._cycle.areas_from
            if self._trainer.areas != self._has_areas:
                self._deal(targets)
                monitor = self._monitor()  # another loss, to be compared with its own
            count = min(count, self._steps_left(done), monitor.steps_to_check(done))
            begun = time.monotonic()
            mse = self._trainer.run(self._cycle, done, count)
            pace = (time.monotonic() - begun) / count
            share = min(MAX_PACE_SHARE, count / PACE_STEPS)
            self._trainer.step_seconds += share * (pace - self._trainer.step_seconds)
            done += count
            if monitor.has_diverged(mse, count, done):
                done = self._go_back(targets, monitor)
            elif monitor.is_check(done):
                monitor.record_good(self._trainer.state())
            self._follow_clock(done, end, deadline)
            yield StepReport(self._cycle, done, count, mse)
            count = max(1, int(SECONDS_PER_CALL / pace))

    def _monitor(self) -> DivergenceMonitor:
        return DivergenceMonitor(self._trainer.state(), self._batching.steps, self._cycle)

    def _steps_left(self, done: int) -> int:
        """Return the steps until the end of the cycle, or until its areas begin."""
        return (self._cycle.end if self._has_areas else self._cycle.areas_from) - done

    def _go_back(self, targets: GroupTargets, monitor: DivergenceMonitor) -> int:
        """Go back to the last good state, at half the rate; return its step."""
        state = monitor.last_good_state()
        self._cycle = self._cycle._replace(learning_rate=self._cycle.learning_rate / 2.0)
        self._restore(state, targets)
        return state.done

    def _restore(self, state: TrainingState, targets: GroupTargets) -> None:
        self._trainer.restore(state, targets.group)
        self._deal(targets)

    def _deal(self, targets: GroupTargets) -> None:
        samples, seed = targets.samples, self._config.seed
        self._trainer.deal(samples, self._batching, seed, areas=self._has_areas)

    def _follow_clock(self, done: int, end: int, deadline: float | None) -> None:
        """Move the end of the cycle to what the clock allows."""
        possible = max(done, self._end_in_time(done, end, deadline))
        self._cycle = self._cycle._replace(end=possible)

    def _end_in_time(self, done: int, end: int, deadline: float | None) -> int:
        """Return the end of a cycle that the clock allows; it always allows one epoch."""
        if deadline is None:
            return end
        possible = done + int((deadline - time.monotonic()) / self._trainer.step_seconds)
        return min(end, max(self._batching.steps, done, possible))

    def release(self) -> None:
        """Give back the memory of the group's points and colors."""
        self._group = None
        self._trainer.release()

    @property
    def done(self) -> int:
        """Number of whole steps of the group so far."""
        return self._trainer.done

    def stored(self, targets: GroupTargets) -> ClassLayers:
        """Return the group's cells as they are stored, by class."""
        return stored_group(self._plan, targets.group, self._trainer.parameters())

    def psnr(self, targets: GroupTargets) -> float:
        """Return the PSNR of the group's cells as they would be stored, in dB."""
        group = targets.group
        networks = group_networks(self._plan, group, self.stored(targets))
        learned = LearnedPixels(targets, are_areas=self._config.area_share > 0.0)
        errors = ahead(lambda cell: learned.squared_error(networks, cell), range(group.count))
        return decibels(max(float(np.mean(list(errors))), MIN_MSE))
