"""The fit: from pixels to weights.

Cells are independent, so a picture is a stream of groups of cells, each trained
from its first epoch to its last by the same `Trainer`. At the end the weights
are rounded as they will be stored, and the whole picture is rendered from them
and measured.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from siren_cli.config import Config
from siren_cli.coordinates import Grid, make_grid, window_coordinates
from siren_cli.dataset import make_batching, window_colors
from siren_cli.distribution import device_names, make_strategy
from siren_cli.errors import DivergedError
from siren_cli.header import new_header
from siren_cli.image import Picture, Pixels
from siren_cli.layers import Layer, finite, rounded
from siren_cli.metrics import decibels, psnr
from siren_cli.network import Network, Parameters
from siren_cli.rendering import render
from siren_cli.representation import Representation
from siren_cli.resources import Resources
from siren_cli.training import MIN_PART_CELLS, Trainer

# Ctrl-C and the bar are served between compiled calls.
SECONDS_PER_CALL = 0.2


@dataclass(frozen=True)
class Progress:
    """How far a fit is.

    Attributes:
        epoch: Epochs done, averaged over all cells.
        epochs: Epochs in all.
        psnr: Estimate from the loss of the last steps, in dB.
        pixels_per_second: Pixels trained on per second.
        seconds_left: Expected until the end; None until there is some experience.
    """

    epoch: float
    epochs: int
    psnr: float
    pixels_per_second: float
    seconds_left: float | None


@dataclass(frozen=True)
class Fit:
    """A finished fit.

    Attributes:
        representation: The picture's weights, rounded as they are stored.
        seconds: From the first step to the end of the evaluation; imports and
            compilation are apart.
        devices: The replicas' devices, such as ["CPU:0"].
    """

    representation: Representation
    seconds: float
    devices: list[str]


def fit(
    picture: Picture,
    config: Config,
    resources: Resources,
    report: Callable[[Progress], None],
) -> Fit:
    """Overfit a mosaic of SIRENs to a picture.

    Args:
        picture: What to fit.
        config: Network and schedule.
        resources: Devices and memory; only their number changes the result.
        report: Is told about the progress, a few times a second.

    Raises:
        ResourceError: A device that was asked for is not there.
        DivergedError: The loss is no longer finite.
    """
    facts = picture.facts
    grid = make_grid(facts.height, facts.width, config.network.cell_size, config.network.margin)
    network = Network(config.network, facts.channels)
    coordinates = window_coordinates(grid)
    strategy = make_strategy(resources)
    trainer = Trainer(
        strategy,
        network,
        config.fit,
        make_batching(len(coordinates), config.fit.batch_points, config.fit.min_steps),
        _even_group(grid.cells, resources.group),
    )
    trainer.compile(coordinates)
    steps = math.ceil(grid.cells / trainer.cells) * trainer.steps
    clock = _Clock(config.fit.epochs, steps, facts.width * facts.height)
    parameters = []
    for cells in _groups(grid.cells, trainer.cells):
        colors = window_colors(picture.pixels, grid, cells)
        initial = _initial_parameters(network, grid, cells, colors, config.fit.seed)
        trainer.start(initial, coordinates, colors)
        for done, mse in _train(trainer):
            report(clock.progress(done, mse))
        parameters.append(trainer.parameters())
    # The last group may repeat cells to be as large as the others.
    layers = rounded(network.folded(np.concatenate(parameters)[: grid.cells]), config.fit.dtype)
    representation = _measured(picture, grid, config, layers)
    return Fit(representation, clock.seconds(), device_names(strategy))


class _Clock:
    """Turns steps done into `Progress`."""

    def __init__(self, epochs: int, steps: int, pixels: int) -> None:
        self._epochs, self._steps, self._pixels = epochs, steps, pixels
        self._start = time.perf_counter()
        self._done = 0

    def seconds(self) -> float:
        return time.perf_counter() - self._start

    def progress(self, steps: int, mse: float) -> Progress:
        first = self._done == 0  # it is one step, and slow
        self._done += steps
        share, seconds = self._done / self._steps, self.seconds()
        return Progress(
            epoch=self._epochs * share,
            epochs=self._epochs,
            # Values span [-1, 1], a range of 2, where PSNR's peak is 1.
            psnr=decibels(max(mse, 1e-20) / 4.0),
            pixels_per_second=self._pixels * self._epochs * share / seconds,
            seconds_left=None if first else seconds * (1.0 / share - 1.0),
        )


def _even_group(cells: int, most: int) -> int:
    return math.ceil(cells / math.ceil(cells / max(most, MIN_PART_CELLS)))


def _groups(cells: int, size: int) -> list[NDArray[np.int64]]:
    # All of one size, for another shape would be compiled anew: the last group
    # is filled up with its own cells again.
    starts = range(0, cells, size)
    return [np.resize(np.arange(start, min(start + size, cells)), size) for start in starts]


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


def _train(trainer: Trainer) -> Iterator[tuple[int, float]]:
    """Run all steps of a group; yield how many were done, and their loss."""
    done, count = 0, 1
    while done < trainer.steps:
        count = min(count, trainer.steps - done)
        start = time.perf_counter()
        mse = trainer.run(done, count)
        if not math.isfinite(mse):
            raise DivergedError(
                f"the loss is {mse} after {done} steps; try a lower fit.learning_rate"
            )
        done += count
        yield count, mse
        count = max(1, int(count * SECONDS_PER_CALL / (time.perf_counter() - start)))


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
