"""The fit: from pixels to weights.

Cells that are not tied are independent, so a picture is a stream of groups of cells (`mosaic`),
each trained from its first epoch to its last. Their weights are rounded as they will be
stored, and at the end the picture is drawn from them, part by part, and measured.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
import tensorflow as tf

from siren_cli.pictures.picture import PictureFacts
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.checkpoint import GroupState
from siren_cli.planning.crew import Crew
from siren_cli.planning.estimate import affordable
from siren_cli.planning.finished_cells import FinishedCells
from siren_cli.planning.fit_psnr import measured
from siren_cli.planning.going_on import resumed, with_less_memory
from siren_cli.planning.groups import Group, remaining_groups
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.progress import Progress, ProgressClock
from siren_cli.planning.schedule import Budget, BudgetAllocator
from siren_cli.representation.representation import Representation
from siren_cli.resources import Resources
from siren_cli.system.machine import available_bytes
from siren_cli.training.devices import (
    block_size,
    device_names,
    make_strategy,
    plan_for_devices,
)
from siren_cli.training.group import GroupTrainer
from siren_cli.training.mosaic import Mosaic, Training
from siren_cli.training.trainer_cache import TrainerCache
from siren_cli.training.turn import turn

Ending = Literal["epochs", "time", "target"]

# Pixels that a slow machine draws and measures in a second, after the last step of a fit.
EVALUATED_PIXELS_PER_SECOND = 4e6
# Time that a slow machine takes to save a fit, in seconds.
SAVING_SECONDS = 0.3
# The budget of a fit that only its own epochs end.
NO_BUDGET = Budget()


@dataclass(frozen=True)
class Fit:
    """A finished fit.

    Attributes:
        representation: The picture's weights, rounded as they are stored.
        seconds: From the first step to the end of the evaluation; imports and
            compilation are apart.
        devices: The replicas' devices, such as ["CPU:0"].
        stopped: The limit that ended it: the epochs, the time, or the target, reached.
    """

    representation: Representation
    seconds: float
    devices: list[str]
    stopped: Ending


class Trained(NamedTuple):
    """The cells of a fit after their training.

    Attributes:
        plan: The plan, as it was followed.
        finished: The finished cells.
        clock: The time since the first step.
    """

    plan: FitPlan
    finished: FinishedCells
    clock: ProgressClock


class Fitter:
    """Overfits mosaics of SIRENs to one picture after the other.

    TensorFlow is started once. The training step of a network is compiled once, too, and
    anew only for other cells, other batches, or blocks of another size.

    Args:
        resources: Devices. Their number changes the result of the single network of the
            paper alone, whose points they share. With a goal in decibels the size of
            groups changes it, too: each group has a goal of its own.

    Raises:
        ResourceError: A device that was asked for is not there.
    """

    def __init__(self, resources: Resources) -> None:
        self._strategy = make_strategy(resources)
        self._trainers = TrainerCache(self._strategy)

    @property
    def compilations(self) -> int:
        """Number of steps of blocks that were compiled so far."""
        return self._trainers.compilations

    @property
    def devices(self) -> list[str]:
        """The names of the devices, such as ["CPU:0"]."""
        return device_names(self._strategy)

    @turn.taken()
    def fit(
        self,
        source: PixelSource,
        plan: FitPlan,
        report: Callable[[Progress], None],
        budget: Budget = NO_BUDGET,
        crew: Crew | None = None,
    ) -> Fit:
        """Overfit a mosaic to a picture, in as large groups as memory allows.

        One thread of a process fits at a time, and others wait for it.

        Args:
            source: The picture.
            plan: Its plan.
            report: Called with the progress a few times a second.
            budget: The limits that end the fit besides the epochs of the plan.
            crew: Who takes part, and where checkpoints are saved; None is this host alone,
                without checkpoints.

        Raises:
            DivergedError: The fit diverges at any rate.
            ResourceError: There is too little memory for it, or the process was forked.
            UsageError: It was called by the `report` of another fit.
        """
        trained = self._trained(source, plan, report, budget, crew or Crew())
        representation = measured(source, trained.plan, trained.finished.cells)
        seconds = trained.clock.seconds()
        return Fit(representation, seconds, self.devices, ending(budget, representation))

    @turn.taken()
    def train(
        self,
        source: PixelSource,
        plan: FitPlan,
        report: Callable[[Progress], None],
        budget: Budget,
        crew: Crew,
    ) -> Trained:
        """Train the cells that a crew deals to this host as `fit` does; measure nothing."""
        return self._trained(source, plan, report, budget, crew)

    def _trained(
        self,
        source: PixelSource,
        plan: FitPlan,
        report: Callable[[Progress], None],
        budget: Budget,
        crew: Crew,
    ) -> Trained:
        plan = affordable(plan_for_devices(self._strategy, plan, budget), available_bytes())
        plan, checkpoint = resumed(plan, budget, crew.file)
        finished, current = crew.finished_cells(plan.header(source), plan), checkpoint.current
        finished.resume(checkpoint)
        if crew.file:
            crew.file.is_resumed = bool(finished.groups or current)
        begun = np.zeros(0, np.int64) if current is None else current.cells
        own = crew.deal(plan, np.setdiff1d(finished.left(), begun))
        training = Training(source, report, budget, crew, finished)
        while True:
            groups = remaining_groups(
                plan.classes,
                plan.group_cells,
                block_size(self._strategy, plan),
                np.intersect1d(finished.left(), own),
                begun if current else None,
            )
            try:
                clock = self._train(training, plan, groups, current)
                break
            except (MemoryError, tf.errors.ResourceExhaustedError):
                self._trainers.clear()
                before = plan.batching
                plan, current = with_less_memory(plan, finished, crew.hosts), None
                own = np.union1d(own, begun) if plan.batching == before else finished.left()
        crew.complete(finished)
        steps = sum(done.steps for done in finished.groups) / max(1, len(finished.groups))
        plan = plan.with_epochs(max(1, round(steps / plan.batching.steps)))
        return Trained(plan, finished, clock)

    def _train(
        self,
        training: Training,
        plan: FitPlan,
        groups: Sequence[Group],
        current: GroupState | None,
    ) -> ProgressClock:
        """Train groups, the first of them from a state; return the clock of the fit."""
        for group in groups:
            self._trainers.get(plan, group)  # compiled before the clock starts
        finished = training.finished
        sizes = finished.sizes() + [group.size(plan.classes.layer_sizes) for group in groups]
        # Cells that are trained elsewhere are no work here.
        share = sum(size.cells for size in sizes) / plan.grid.cells
        clock = ProgressClock(sizes, plan.batching.steps, round(plan.facts.pixels * share))
        clock.finish_groups(len(finished.groups))
        budgets = BudgetAllocator(_without_evaluation(training.budget, plan.facts), sizes)
        for done in finished.groups:
            budgets.record(done.psnr)
        mosaic = Mosaic(training, plan, GroupTrainer(self._trainers, plan))
        mosaic.train(groups, current, budgets, clock)
        return clock


def _without_evaluation(budget: Budget, facts: PictureFacts) -> Budget:
    """Return the budget without the time that measuring and saving take at the end."""
    if budget.deadline is None:
        return budget
    seconds = SAVING_SECONDS + facts.pixels / EVALUATED_PIXELS_PER_SECOND
    return replace(budget, deadline=budget.deadline - seconds)


def ending(budget: Budget, representation: Representation) -> Ending:
    """Return the limit that has ended a fit."""
    psnr, epochs = representation.header.psnr, representation.header.epochs
    if budget.psnr is not None and (psnr is None or psnr >= budget.psnr):
        return "target"
    by_time = budget.deadline is not None and (budget.epochs is None or epochs < budget.epochs)
    return "time" if by_time else "epochs"


@turn.taken()
@cache
def shared_fitter(resources: Resources) -> Fitter:
    """Return the one fitter of this process for some devices.

    It keeps its compiled training steps for later fits.

    Raises:
        ResourceError: A device that was asked for is not there, or the process was forked.
        UsageError: It was called by the `report` of a fit.
    """
    return Fitter(resources)
