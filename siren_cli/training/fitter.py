"""The fit: from pixels to weights.

Cells are independent, so a picture is a stream of groups of cells (`mosaic`), each
trained from its first epoch to its last. Their weights are rounded as they will be
stored, and at the end the whole picture is rendered from them and measured.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import tensorflow as tf

from siren_cli.config import Resources
from siren_cli.errors import DivergedError, RepresentationError, ResourceError
from siren_cli.metrics.psnr import psnr
from siren_cli.model.layers import finite
from siren_cli.model.networks import ClassLayers, joined_classes
from siren_cli.pictures.picture import Picture, PictureFacts
from siren_cli.pictures.shown import shown
from siren_cli.planning.checkpoint import Checkpoint, FitShape, GroupShape
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.estimate import affordable, memory_bytes, smaller_plan
from siren_cli.planning.groups import Group, make_groups
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.progress import Progress, ProgressClock
from siren_cli.planning.schedule import Budget
from siren_cli.rendering.drawing import render
from siren_cli.representation.siren_file import Representation
from siren_cli.representation.stored_cells import StoredCells
from siren_cli.system.machine import available_bytes
from siren_cli.training.devices import (
    block_size,
    device_names,
    groups_at_once,
    make_strategy,
)
from siren_cli.training.group import GroupTrainer, stored_layers
from siren_cli.training.mosaic import Mosaic
from siren_cli.training.network import Parameters
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

    @turn.taken()
    def fit(
        self,
        picture: Picture,
        plan: FitPlan,
        report: Callable[[Progress], None],
        budget: Budget = NO_BUDGET,
        file: CheckpointFile | None = None,
    ) -> Fit:
        """Overfit a mosaic to a picture, in as large groups as memory allows.

        One thread of a process fits at a time, and others wait for it.

        Args:
            picture: The picture.
            plan: Its plan.
            report: Called with the progress a few times a second.
            budget: The limits that end the fit besides the epochs of the plan.
            file: Where checkpoints are saved, and the fit goes on from; or None.

        Raises:
            DivergedError: The fit diverges at any rate.
            ResourceError: There is too little memory for it, or the process was forked.
            UsageError: It was called by the `report` of another fit.
        """
        plan = self._for_devices(plan, budget)
        if file and not _has_room(file.checkpoint, plan):
            file.checkpoint = Checkpoint()
        affordable_plan: FitPlan | None = affordable(plan, available_bytes())
        while affordable_plan is not None:
            try:
                return self._fit(picture, affordable_plan, report, budget, file)
            except (MemoryError, tf.errors.ResourceExhaustedError):
                self._trainers.clear()
                if file:
                    file.checkpoint = Checkpoint()  # its groups are too large
                affordable_plan = smaller_plan(affordable_plan)
        raise ResourceError("not enough memory, not even for the smallest batches")

    def _for_devices(self, plan: FitPlan, budget: Budget) -> FitPlan:
        """Return the plan for groups that keep all devices busy."""
        plan = plan.with_replicas(self._strategy.num_replicas_in_sync)
        if budget.psnr is not None:
            return plan  # each group has a goal of its own
        return plan.with_group_cells(plan.group_cells * groups_at_once(self._strategy))

    def _fit(
        self,
        picture: Picture,
        plan: FitPlan,
        report: Callable[[Progress], None],
        budget: Budget,
        file: CheckpointFile | None,
    ) -> Fit:
        if file and not file.checkpoint.is_empty:
            # An unfinished fit goes on in groups of its own size. With a goal in decibels
            # that size changes the result.
            resumed = plan.with_group_cells(file.checkpoint.group_cells)
            if file.checkpoint.matches(self._shape(resumed, budget)):
                plan = resumed
            else:
                file.checkpoint = Checkpoint()
        groups, pixels = self._groups(plan), picture.facts.pixels
        sizes = [group.size(plan.classes.layer_sizes) for group in groups]
        for group in groups:
            self._trainers.get(plan, group)  # compiled before the clock starts
        clock = ProgressClock(sizes, plan.batching.steps, pixels)
        mosaic = Mosaic(picture, plan, groups, GroupTrainer(self._trainers, plan), file)
        finished = mosaic.train(_without_evaluation(budget, plan.facts), clock, report)
        steps = sum(group.steps for group in finished) / len(finished)
        plan = plan.with_epochs(max(1, round(steps / plan.batching.steps)))
        layers = joined_classes([group.layers for group in finished])
        representation = measured(picture, plan, layers)
        ending = _ending(budget, representation)
        return Fit(representation, clock.seconds(), device_names(self._strategy), ending)

    def _groups(self, plan: FitPlan) -> list[Group]:
        return make_groups(plan.classes, plan.group_cells, block_size(self._strategy, plan))

    def _shape(self, plan: FitPlan, budget: Budget) -> FitShape:
        sizes = plan.classes.layer_sizes
        nothing: list[list[Parameters]] = [[] for _ in sizes]
        return FitShape(
            layers=stored_layers(plan, nothing),
            groups=[
                GroupShape(tuple(group.classes(sizes).counts), group.parameters(sizes))
                for group in self._groups(plan)
            ],
            group_cells=plan.group_cells,
            epoch_steps=plan.batching.steps,
            max_steps=budget.max_steps(plan.config.fit, plan.batching.steps),
        )


def _has_room(checkpoint: Checkpoint, plan: FitPlan) -> bool:
    """Return whether a fit can go on in the groups of a checkpoint.

    Those of more devices are larger than the plan's own.
    """
    cells, left = checkpoint.group_cells, available_bytes()
    if cells <= plan.group_cells or left is None:
        return cells > 0
    return memory_bytes(plan.with_group_cells(cells)) <= left


def _without_evaluation(budget: Budget, facts: PictureFacts) -> Budget:
    """Return the budget without the time that measuring and saving take at the end."""
    if budget.deadline is None:
        return budget
    seconds = SAVING_SECONDS + facts.pixels / EVALUATED_PIXELS_PER_SECOND
    return replace(budget, deadline=budget.deadline - seconds)


def _ending(budget: Budget, representation: Representation) -> Ending:
    psnr, epochs = representation.header.psnr, representation.header.epochs
    if budget.psnr is not None and (psnr is None or psnr >= budget.psnr):
        return "target"
    by_time = budget.deadline is not None and (budget.epochs is None or epochs < budget.epochs)
    return "time" if by_time else "epochs"


def measured(picture: Picture, plan: FitPlan, layers: ClassLayers) -> Representation:
    """Return a representation with the PSNR of its weights as they are stored.

    Raises:
        DivergedError: The weights cannot be stored or drawn.
    """
    if not all(map(finite, layers)):
        raise DivergedError(f"the weights outgrew {plan.config.fit.dtype}; try --dtype float32")
    header = plan.header(picture)
    cells = StoredCells.of_layers(header, layers)
    unmeasured = Representation(header, cells, picture.icc_profile, picture.metadata)
    try:
        rendered = render(unmeasured, picture.facts.height, picture.facts.width)
    except RepresentationError as error:
        raise DivergedError(f"{error}; try a lower fit.learning_rate (--set)") from error
    shown_psnr = None
    if picture.facts.mapping and picture.facts.mapping.is_light:
        shown_psnr = psnr(shown(picture), shown(rendered))
    header = replace(header, psnr=psnr(picture, rendered), tone_mapped_psnr=shown_psnr)
    return replace(unmeasured, header=header)


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
