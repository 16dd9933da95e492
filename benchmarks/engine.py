"""The time of a training step, compared with that of its matrix products alone.

No step of a SIREN can do without its products; everything else (sines, biases,
optimizer, pipeline) counts as loss. By convention a layer's products are
6 x points x fan_in x fan_out operations: those of the forward pass, of the weights'
gradients and of the inputs' gradients.
"""

import math
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import tensorflow as tf

from benchmarks.plan import Plan, Row
from siren_cli.config import Config, Resources
from siren_cli.model.grid import grid_points, learned_coordinates
from siren_cli.pictures.picture import Picture
from siren_cli.pictures.reader import read_picture
from siren_cli.planning.checkpoint import initial_state
from siren_cli.planning.groups import Group, make_groups
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.schedule import Cycle
from siren_cli.planning.widths import plan_picture
from siren_cli.presets import load_preset
from siren_cli.training.dataset import NO_AREA, Samples, cell_colors
from siren_cli.training.devices import block_size, device_names, make_strategy
from siren_cli.training.mosaic import initial_parameters
from siren_cli.training.trainer_cache import TrainerCache

PRESETS = ("balanced", "detailed", "paper")
ROUNDS = 5
# About the time of one piece of work in a round.
ROUND_SECONDS = 0.6
# Learning rate of the measured steps; their time does not depend on it.
LEARNING_RATE = 1e-3

# A function that does a number of steps and returns when they are done.
Work = Callable[[int], Any]


def measure(plan: Plan) -> Iterator[Row]:
    """Yield a row for each preset, on the first picture."""
    picture = read_picture(plan.pictures[0])
    for preset in PRESETS:
        engine = _start(picture, load_preset(preset))
        works = {"step": engine.step, **_products(engine), **_pieces(engine)}
        seconds = _interleaved(works, min(ROUND_SECONDS, plan.seconds / 10))
        yield {"kind": "engine", "preset": preset, **_row(engine, seconds)}


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
        """Return the next batch of the pipeline, divided among the parts."""
        return self.trainer._divided(*next(self.trainer._iterator))

    def loss_and_gradients(self, coordinates: Any, colors: Any) -> list[Any]:
        """Return the loss and gradient of each part, as a step computes them."""
        summed = partial(self.trainer._summed_over_shares, coordinates)
        return list(map(summed, self.trainer._parts, colors))

    def apply_adam(self) -> Any:
        """Update all parameters with gradients of zero."""
        step = self.trainer._adam.step(tf.constant(1), tf.constant(LEARNING_RATE))
        for part in self.trainer._parts:
            gradient = tf.zeros_like(part.parameters)
            self.trainer._adam.apply(part, gradient, step, tf.constant(1.0))
        return tf.constant(0.0)


def _start(picture: Picture, config: Config) -> Engine:
    """Return an engine for the first group of a picture, built as `Fitter.fit` builds it."""
    strategy = make_strategy(Resources())
    plan = plan_picture(picture, config, Resources())
    plan = plan.with_replicas(strategy.num_replicas_in_sync)
    size = block_size(strategy, min(plan.group_cells, plan.grid.cells))
    group = make_groups(plan.classes, plan.group_cells, size)[0]
    trainer = TrainerCache(strategy).get(plan, group)
    colors = cell_colors(picture.pixels, plan.grid, group.cells)
    samples = Samples(grid_points(*learned_coordinates(plan.grid)), colors, NO_AREA)
    initial = initial_parameters(plan, group, colors)
    trainer.restore(initial_state(initial), samples, plan.batching)
    return Engine(trainer, strategy, plan, group)


def _interleaved(works: dict[str, Work], seconds: float) -> dict[str, list[float]]:
    """Return the seconds per step of each work, in rounds.

    The works take turns, so that a busy moment of the machine hits all of them.
    """
    counts = {name: _count_for(work, seconds) for name, work in works.items()}
    measured: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            measured[name].append(_time(work, counts[name]) / counts[name])
    return measured


def _count_for(work: Work, seconds: float) -> int:
    work(1)  # compiles
    work(2)
    return max(1, math.ceil(2 * seconds / _time(work, 2)))


def _time(work: Work, count: int) -> float:
    start = time.perf_counter()
    work(count)
    return time.perf_counter() - start


def _products(engine: Engine) -> dict[str, Work]:
    """Return the products of a step in two ways, at its shapes, its parts side by side."""
    with tf.device(device_names(engine.strategy)[0]):
        parts = [_operands(engine, *size) for size in engine.part_sizes]
    compiled = tf.function(_products_of_part, jit_compile=True, autograph=False)
    return {
        "graph products": _repeated(lambda: [_products_of_part(part) for part in parts]),
        "compiled products": _repeated(lambda: [compiled(part) for part in parts]),
    }


def _operands(
    engine: Engine, cells: int, layer_sizes: tuple[int, ...]
) -> list[tuple[tf.Tensor, tf.Tensor, tf.Tensor]]:
    """Return random weights, inputs and output gradients of each layer of a part."""
    points = engine.plan.batching.batch_points // engine.strategy.num_replicas_in_sync
    # A single cell has no axis of cells, for the faster kernel is the limit.
    leading = (cells,) if cells > 1 else ()
    shapes = [
        ((fan_in, fan_out), (fan_in, points), (fan_out, points))
        for fan_in, fan_out in pairwise(layer_sizes)
    ]
    generator = tf.random.Generator.from_seed(0)
    return [tuple(generator.normal(leading + shape) for shape in layer) for layer in shapes]


def _products_of_part(
    operands: list[tuple[tf.Tensor, tf.Tensor, tf.Tensor]],
) -> list[tf.Tensor]:
    # Points are the last axis, as in `Network.values`.
    results = []
    for weight, features, gradient in operands:
        results.append(tf.matmul(weight, features, transpose_a=True))
        results.append(tf.matmul(features, gradient, transpose_b=True))
        results.append(tf.matmul(weight, gradient))
    return results


def _repeated(once: Callable[[], Any]) -> Work:
    """Return a work that repeats a function inside one compiled call."""

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def loop(count: tf.Tensor) -> Any:
        # The results are carried along, because TensorFlow removes results that are
        # never read. Passes follow one another, as steps must.
        first = tf.nest.flatten(once())
        _, *last = tf.while_loop(
            lambda done, *_: done < count,
            lambda done, *_: (done + 1, *tf.nest.flatten(once())),
            (tf.constant(1), *first),
            parallel_iterations=1,
        )
        return [tf.reduce_sum(result) for result in last]

    def work(count: int) -> None:
        for result in loop(tf.constant(count)):
            result.numpy()

    return work


def _pieces(engine: Engine) -> dict[str, Work]:
    """Return the pieces of a step, each alone."""
    batch = engine.next_batch()
    run = engine.strategy.run

    def once(piece: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: _local(engine, piece())

    return {
        "pipeline": _repeated(once(engine.next_batch)),
        "loss and gradient": _repeated(once(partial(run, engine.loss_and_gradients, batch))),
        "adam": _repeated(once(partial(run, engine.apply_adam))),
    }


def _local(engine: Engine, results: Any) -> list[tf.Tensor]:
    flat = tf.nest.flatten(results)
    return [part for each in flat for part in engine.strategy.experimental_local_results(each)]


def _row(engine: Engine, seconds: dict[str, list[float]]) -> Row:
    limit = min(
        ("graph products", "compiled products"),
        key=lambda name: statistics.median(seconds[name]),
    )
    step = statistics.median(seconds["step"])
    points = engine.trainer.cells * engine.plan.batching.batch_points
    work = engine.group.size(engine.plan.classes.layer_sizes).work
    flop = 6.0 * engine.plan.batching.batch_points * work
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
