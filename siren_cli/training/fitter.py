"""The fit: from pixels to weights.

Cells are independent, so a picture is a stream of groups of cells (`mosaic`), each
trained from its first epoch to its last by the same `Trainer`, which the next
picture uses, too. Their weights are rounded as they will be stored, and at the end
the whole picture is rendered from them and measured.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import tensorflow as tf

from siren_cli.config import Config, FitConfig, Resources, StoredType
from siren_cli.errors import DivergedError, RepresentationError, ResourceError
from siren_cli.metrics.psnr import psnr
from siren_cli.model.grid import Grid, grid_for, learned_coordinates
from siren_cli.model.layers import Layer, finite, joined
from siren_cli.pictures.picture import Picture, PictureFacts
from siren_cli.planning.batching import MIN_PART_CELLS, Batching, make_batching
from siren_cli.planning.checkpoint import Checkpoint
from siren_cli.planning.checkpoint_file import Keeper
from siren_cli.planning.estimate import affordable, smaller
from siren_cli.planning.progress import Clock, Progress
from siren_cli.planning.schedule import Budget
from siren_cli.rendering.drawing import render
from siren_cli.representation.header import new_header
from siren_cli.representation.siren_file import Representation
from siren_cli.system.machine import available_bytes
from siren_cli.training.devices import device_names, even_cells, make_strategy
from siren_cli.training.group import Learner, most_steps
from siren_cli.training.mosaic import Mosaic
from siren_cli.training.network import Network
from siren_cli.training.trainer_cache import Trainers

Stopped = Literal["epochs", "time", "target"]
Template = tuple[tuple[Layer, ...], int]

# What is to be done after the last step, on a slow machine.
EVALUATED_PER_SECOND = 4e6
SAVING_SECONDS = 0.3
NO_BUDGET = Budget()


@dataclass(frozen=True)
class Fit:
    """A finished fit.

    Attributes:
        representation: The picture's weights, rounded as they are stored.
        seconds: From the first step to the end of the evaluation; imports and
            compilation are apart.
        devices: The replicas' devices, such as ["CPU:0"].
        stopped: What ended it: the epochs, the time, or the target that was reached.
    """

    representation: Representation
    seconds: float
    devices: list[str]
    stopped: Stopped


def fit(
    picture: Picture,
    config: Config,
    resources: Resources,
    report: Callable[[Progress], None],
    budget: Budget = NO_BUDGET,
) -> Fit:
    """Overfit a mosaic of SIRENs to one picture, as `Fitter` does."""
    return Fitter(config, resources).fit(picture, report, budget)


class Fitter:
    """Overfits mosaics of SIRENs to one picture after the other.

    TensorFlow is started once; a training step is compiled once, too, and anew only
    for a picture for which filling the cells of the old one would take longer.

    Args:
        config: Network and schedule.
        resources: Devices and memory. Only the number of devices changes the result,
            but with a goal in decibels the size of groups does, too: each has its own.

    Raises:
        ResourceError: A device that was asked for is not there.
    """

    def __init__(self, config: Config, resources: Resources) -> None:
        self._config, self._most_cells = config, resources.group
        self._strategy = make_strategy(resources)
        self._trainers = Trainers(self._strategy, config.fit)

    def fit(
        self,
        picture: Picture,
        report: Callable[[Progress], None],
        budget: Budget = NO_BUDGET,
        keeper: Keeper | None = None,
    ) -> Fit:
        """Overfit a mosaic to a picture, in as large groups as memory allows.

        Args:
            picture: What to fit.
            report: Is told about the progress, a few times a second.
            budget: What ends the fit besides the epochs of the configuration.
            keeper: Keeps the fit while it is unfinished, and may know where to go on.

        Raises:
            DivergedError: It loses the picture at any rate.
            ResourceError: There is too little memory for it.
        """
        facts, most = picture.facts, self._most_cells
        grid = grid_for(facts.height, facts.width, self._config.network)
        config, most = affordable(grid, facts.channels, self._config, most, available_bytes())
        while True:
            try:
                return self._fit(picture, (grid, config, most), report, budget, keeper)
            except (MemoryError, tf.errors.ResourceExhaustedError) as error:
                self._trainers.clear()
                if keeper:
                    keeper.kept = Checkpoint()  # its groups are too large
                way = smaller(grid, config, most)
                if way is None:
                    raise ResourceError(
                        "not enough memory, not even for the smallest batches"
                    ) from error
                config, most = way

    def _fit(
        self,
        picture: Picture,
        way: tuple[Grid, Config, int],
        report: Callable[[Progress], None],
        budget: Budget,
        keeper: Keeper | None,
    ) -> Fit:
        grid, config, most = way
        facts = picture.facts
        network = Network(config.network.for_cells_of(grid.cell_pixels), facts.channels)
        batching = self._batching(grid, config.fit)
        last = most_steps(config.fit, batching.steps, budget)
        template = _template(network, config.fit.dtype)
        if keeper and not self._goes_on(keeper.kept, template, (grid.cells, last), batching):
            keeper.kept = Checkpoint()
        kept = keeper.kept if keeper else Checkpoint()
        # An unfinished fit goes on in groups of its own size, and with a goal in
        # decibels that size changes the result: it must not depend on fits before.
        size = kept.group_cells or _even_group(grid.cells, most)
        exact = kept.group_cells is not None or budget.psnr is not None
        even = even_cells(self._strategy, size)
        sizes = (size, even if exact else max(even, most))
        trainer, _, step_seconds = self._trainers.take(network, batching, grid.cells, sizes)
        learner = Learner(trainer, config.fit, batching, step_seconds)
        clock = Clock(
            math.ceil(grid.cells / trainer.cells), batching.steps, facts.width * facts.height
        )
        mosaic = Mosaic(picture, grid, learner, _without_evaluation(budget, facts))
        groups = mosaic.learn(clock, report, keeper)
        steps = sum(group.steps for group in groups) / len(groups)
        epochs = max(1, round(steps / batching.steps))
        layers = joined([group.layers for group in groups])
        effective = replace(config, fit=config.fit.lasting(epochs))
        representation = _measured(picture, grid, effective, layers)
        stopped = _stopped(budget, representation.header.psnr, epochs)
        return Fit(representation, clock.seconds(), device_names(self._strategy), stopped)

    @property
    def compilations(self) -> int:
        """How many training steps were compiled so far."""
        return self._trainers.compilations

    def _batching(self, grid: Grid, fit: FitConfig) -> Batching:
        y, x = learned_coordinates(grid)
        replicas = self._strategy.num_replicas_in_sync
        return make_batching(len(y) * len(x), fit.batch_points, fit.min_steps, replicas)

    def _goes_on(
        self, kept: Checkpoint, template: Template, most: tuple[int, int], batching: Batching
    ) -> bool:
        """Return whether a trainer can go on with what was kept.

        Args:
            kept: What was kept.
            template: The layers of a cell, and its number of parameters.
            most: Cells of the picture, and steps of a group at most.
            batching: How a cell's points are dealt into batches.
        """
        size = kept.group_cells
        if size is None:
            return True
        even = kept.finished(most[0]) or even_cells(self._strategy, size) == size
        return kept.epoch_steps == batching.steps and kept.fits(*template, *most) and even


def _template(network: Network, dtype: StoredType) -> Template:
    """Return the layers of a cell as they are stored, and its number of parameters."""
    count = sum(network.sizes())
    return network.stored(np.zeros((1, count), np.float32), dtype), count


def _without_evaluation(budget: Budget, facts: PictureFacts) -> Budget:
    if budget.deadline is None:
        return budget
    seconds = SAVING_SECONDS + facts.width * facts.height / EVALUATED_PER_SECOND
    return replace(budget, deadline=budget.deadline - seconds)


def _stopped(budget: Budget, psnr: float | None, epochs: int) -> Stopped:
    if budget.psnr is not None and (psnr is None or psnr >= budget.psnr):
        return "target"
    by_time = budget.deadline is not None and (budget.epochs is None or epochs < budget.epochs)
    return "time" if by_time else "epochs"


def _even_group(cells: int, most: int) -> int:
    return math.ceil(cells / math.ceil(cells / max(most, MIN_PART_CELLS)))


def _measured(
    picture: Picture, grid: Grid, config: Config, layers: tuple[Layer, ...]
) -> Representation:
    """Return the representation, with the PSNR of the weights as they are stored."""
    if not finite(layers):
        raise DivergedError(f"the weights outgrew {config.fit.dtype}; try --dtype float32")
    header = new_header(picture, grid, config)
    unmeasured = Representation(header, layers, picture.icc_profile)
    try:
        rendered = render(unmeasured, picture.facts.height, picture.facts.width)
    except RepresentationError as error:
        raise DivergedError(f"{error}; try a lower fit.learning_rate (--set)") from error
    return replace(unmeasured, header=replace(header, psnr=psnr(picture, rendered)))
