"""The time of a training step, compared with that of its matrix products alone.

No step of a SIREN can do without its products; everything else (sines, biases,
optimizer, pipeline) counts as loss, as does a library that is slower than another here
(`products`).
"""

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import tensorflow as tf

from benchmarks.plan import Plan, Row
from benchmarks.products import operations, products
from benchmarks.turns import Work, interleaved, repeated
from siren_cli.config import Config
from siren_cli.model.grid import grid_points, learned_coordinates
from siren_cli.pictures.masks import Mask
from siren_cli.pictures.picture import Picture
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.planning.checkpoint import initial_state
from siren_cli.planning.groups import Group, make_groups
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.planned import taught
from siren_cli.planning.schedule import Cycle
from siren_cli.planning.widths import plan_picture
from siren_cli.presets import load_preset
from siren_cli.resources import Resources
from siren_cli.training.cell_colors import CellColors
from siren_cli.training.cell_lessons import CellLessons
from siren_cli.training.dataset import NO_AREA, Samples
from siren_cli.training.devices import block_size, device_names, make_strategy
from siren_cli.training.mosaic import initial_parameters
from siren_cli.training.trainer_cache import TrainerCache

PRESETS = ("balanced", "detailed", "paper")
# About the time of one piece of work in a round.
ROUND_SECONDS = 0.6
# Learning rate of the measured steps; their time does not depend on it.
LEARNING_RATE = 1e-3


def measure(plan: Plan) -> Iterator[Row]:
    """Yield a row for each preset, on the first picture."""
    picture = read_picture(plan.pictures[0])
    for preset in PRESETS:
        engine = start(picture, load_preset(preset))
        limits = _products(engine)
        works = {"step": engine.step, **limits, **_pieces(engine)}
        seconds = interleaved(works, min(ROUND_SECONDS, plan.seconds / 10))
        limit = min(limits, key=lambda name: statistics.median(seconds[name]))
        yield {"kind": "engine", "preset": preset, **_row(engine, seconds, limit)}


@dataclass(frozen=True)
class Engine:
    """A trainer in the middle of a fit, and its inner pieces; no other class knows them.

    Attributes:
        trainer: The trainer that fits use, on its real pipeline.
        strategy: The devices of the trainer.
        plan: The plan of the fit.
        group: The cells that are trained.
    """

    trainer: Any
    strategy: Any
    plan: FitPlan
    group: Group

    @property
    def part_sizes(self) -> list[tuple[int, tuple[int, ...]]]:
        """The cells and the widths of the layers of each part of the group."""
        sizes = self.plan.classes.layer_sizes
        return [(len(block.cells), sizes[block.number]) for block in self.group.blocks]

    def step(self, count: int) -> None:
        """Do a number of training steps."""
        # The numbers of the steps decide only their learning rate.
        self.trainer.run(Cycle(0, count, LEARNING_RATE), 0, count)

    def next_batch(self) -> Any:
        """Return the next batch of the pipeline."""
        return next(self.trainer._iterator)

    def losses_and_gradients(self, coordinates: Any, colors: Any) -> Any:
        """Return the losses and gradient of each part, as a step of cells alone has them."""
        return self.trainer._losses.of_batch(coordinates, colors, None)

    def apply_adam(self) -> Any:
        """Update all parameters with gradients of zero."""
        step = self.trainer._adam.step(tf.constant(1), tf.constant(LEARNING_RATE))
        for part in self.trainer._parts.parts:
            gradient = tf.zeros_like(part.parameters)
            self.trainer._adam.apply(part, gradient, step, tf.constant(1.0))
        return tf.constant(0.0)


def start(picture: Picture, config: Config, known: Mask | None = None) -> Engine:
    """Return an engine for the first group of a picture, built as `Fitter.fit` builds it.

    Args:
        picture: The picture, its holes painted over.
        config: The settings.
        known: The pixels that are taught, shape (height, width); None is all of them.
    """
    strategy = make_strategy(Resources())
    plan = taught(plan_picture(picture, config, Resources()), picture, known)
    plan = plan.with_replicas(strategy.num_replicas_in_sync)
    group = make_groups(plan.classes, plan.group_cells, block_size(strategy, plan))[0]
    trainer = TrainerCache(strategy).get(plan, group)
    lesson, grid = plan.lesson, plan.taught_grid
    targets = CellLessons(lesson, grid) if lesson else CellColors(picture, grid, group.cells)
    colors = targets.take(group.cells)
    samples = Samples(grid_points(*learned_coordinates(grid)), colors, NO_AREA)
    if plan.is_tied:
        trainer.tie(plan.grid, group)
    trainer.restore(initial_state(initial_parameters(plan, group, colors)), group)
    trainer.deal(samples, plan.batching, seed=0, areas=False)
    return Engine(trainer, strategy, plan, group)


def _products(engine: Engine) -> dict[str, Work]:
    """Return the products of a step at its shapes, by each library."""
    points = engine.plan.batching.batch_points // engine.plan.point_replicas
    return products(engine.part_sizes, points, device_names(engine.strategy)[0])


def _pieces(engine: Engine) -> dict[str, Work]:
    """Return the pieces of a step, each alone."""
    batch = engine.next_batch()
    run = engine.strategy.run

    def once(piece: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: _local(engine, piece())

    return {
        "pipeline": repeated(once(engine.next_batch)),
        "loss and gradient": repeated(once(partial(run, engine.losses_and_gradients, batch))),
        "adam": repeated(once(partial(run, engine.apply_adam))),
    }


def _local(engine: Engine, results: Any) -> list[tf.Tensor]:
    flat = tf.nest.flatten(results)
    return [part for each in flat for part in engine.strategy.experimental_local_results(each)]


def _row(engine: Engine, seconds: dict[str, list[float]], limit: str) -> Row:
    step = statistics.median(seconds["step"])
    points = engine.trainer.cells * engine.plan.batching.batch_points
    flop = operations(engine.part_sizes, engine.plan.batching.batch_points)
    ratios = [a / b for a, b in zip(seconds[limit], seconds["step"], strict=True)]
    return {
        "cells": engine.trainer.cells,
        "parts": len(engine.part_sizes),
        "points": engine.plan.batching.batch_points,
        "widths": [each.hidden_features for each in engine.plan.networks],
        "step_ms": 1e3 * step,
        "step_gflops": flop / step / 1e9,
        "limit": limit,
        "limit_gflops": flop / statistics.median(seconds[limit]) / 1e9,
        "share": statistics.median(ratios),
        "pixel_steps_per_second": points / step,
        "ms": {name: 1e3 * statistics.median(each) for name, each in seconds.items()},
    }
