"""The fit: from pixels to weights.

Cells are independent, so a picture is a stream of groups of cells, each trained
from its first epoch to its last by the same `Trainer`. At the end the weights
are rounded as they will be stored, and the whole picture is rendered from them
and measured.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from siren_cli.batching import make_batching
from siren_cli.config import Config
from siren_cli.coordinates import Grid, grid_points, make_grid, window_axes
from siren_cli.dataset import window_colors
from siren_cli.distribution import device_names, make_strategy
from siren_cli.errors import DivergedError
from siren_cli.header import new_header
from siren_cli.layers import Layer, finite, rounded
from siren_cli.learning import Learner, Window
from siren_cli.metrics import psnr
from siren_cli.network import Network, Parameters
from siren_cli.pictures.picture import Picture, PictureFacts, Pixels
from siren_cli.progress import Clock, Progress
from siren_cli.rendering import render
from siren_cli.representation import Representation
from siren_cli.resources import Resources
from siren_cli.schedule import Budget, Shares
from siren_cli.training import MIN_PART_CELLS, Trainer

Stopped = Literal["epochs", "time", "target"]

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
    """Overfit a mosaic of SIRENs to a picture.

    Args:
        picture: What to fit.
        config: Network and schedule.
        resources: Devices and memory. Only the number of devices changes the result,
            but with a goal in decibels the size of groups does, too: each has its own.
        report: Is told about the progress, a few times a second.
        budget: What ends the fit besides the epochs of `config`.

    Raises:
        ResourceError: A device that was asked for is not there.
        DivergedError: The loss is no longer finite.
    """
    facts = picture.facts
    grid = make_grid(facts.height, facts.width, config.network.cell_size, config.network.margin)
    network = Network(config.network, facts.channels)
    y, x = window_axes(grid)
    coordinates = grid_points(y, x)
    strategy = make_strategy(resources)
    batching = make_batching(
        len(coordinates),
        config.fit.batch_points,
        config.fit.min_steps,
        strategy.num_replicas_in_sync,
    )
    group = _even_group(grid.cells, resources.group)
    trainer = Trainer(strategy, network, config.fit, batching, group)
    step_seconds = trainer.compile(coordinates)
    learner = Learner(trainer, network, config.fit, batching.steps, step_seconds)
    groups = _groups(grid.cells, group)
    clock = Clock(len(groups), batching.steps, facts.width * facts.height)
    shares = Shares(_without_evaluation(budget, facts), len(groups))
    parameters, steps = [], 0
    for own in groups:
        # All of one size, for another shape would be compiled anew: where cells are
        # too few, they are taken again.
        cells = np.resize(own, trainer.cells)
        window = Window(
            y, x, window_colors(picture.pixels, grid, cells), len(own), facts.bit_depth
        )
        initial = _initial_parameters(network, grid, cells, window.colors, config.fit.seed)
        trainer.start(initial, coordinates, window.colors)
        for step in learner.learn(window, shares.next()):
            report(clock.progress(step))
        if budget.psnr is not None:
            shares.reached(learner.psnr(window))
        steps += clock.next_group()
        parameters.append(trainer.parameters()[: len(own)])
    epochs = max(1, round(steps / len(groups) / batching.steps))
    layers = rounded(network.folded(np.concatenate(parameters)), config.fit.dtype)
    effective = replace(config, fit=config.fit.lasting(epochs))
    representation = _measured(picture, grid, effective, layers)
    stopped = _stopped(budget, representation.header.psnr, epochs)
    return Fit(representation, clock.seconds(), device_names(strategy), stopped)


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


def _groups(cells: int, size: int) -> list[NDArray[np.int64]]:
    return [np.arange(start, min(start + size, cells)) for start in range(0, cells, size)]


def _initial_parameters(
    network: Network, grid: Grid, cells: NDArray[np.int64], colors: Pixels, seed: int
) -> Parameters:
    # A function of seed and place alone, so that grouping changes nothing.
    # The single network of the paper starts as the paper says.
    mosaic = network.config.cell_size > 0
    means = colors.mean(axis=0, dtype=np.float64) if mosaic else [None] * len(cells)
    seeds = [(seed, *grid.place(int(cell))) for cell in cells]
    return np.stack(
        [network.initial(*arguments) for arguments in zip(seeds, means, strict=True)]
    )


def _measured(
    picture: Picture, grid: Grid, config: Config, layers: tuple[Layer, ...]
) -> Representation:
    """Return the representation, with the PSNR of the weights as they are stored."""
    if not finite(layers):
        raise DivergedError(f"the weights outgrew {config.fit.dtype}; try --dtype float32")
    header = new_header(picture, grid, config)
    unmeasured = Representation(header, layers, picture.icc_profile)
    rendered = render(unmeasured, picture.facts.height, picture.facts.width)
    return replace(unmeasured, header=replace(header, psnr=psnr(picture, rendered)))
