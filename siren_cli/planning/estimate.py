"""What a fit will take, in seconds and bytes, before TensorFlow is loaded.

The time is that of a fit's own products, tried for a moment in NumPy, of the
network's shapes and on every core. The memory is a sum of what is known to be
held. Both were set against real fits (`make bench` shows the real ones) and are
good to about a third on CPUs; on GPUs they are too high.
"""

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import numpy as np

from siren_cli.config import Config, Resources
from siren_cli.errors import ResourceError
from siren_cli.model.grid import Grid, learned_coordinates
from siren_cli.model.layers import layer_sizes
from siren_cli.planning.batching import MIN_PART_CELLS, Batching, make_batching
from siren_cli.system.machine import cpu_cores

PROBE_SECONDS = 0.3
PROBE_CELLS = 8
# A whole compiled step against the probe: 0.6 to 0.95 for the presets, measured. And
# what every group adds to it.
STEP_RATIO = 0.72
SECONDS_PER_GROUP = 0.1
# The program with TensorFlow, a compiled step, and their threads.
PROGRAM_BYTES = 750 << 20
FLOAT_BYTES = 4
# Points of a batch that is not halved any more: it is not what fills the memory.
LEAST_BATCH = 1024
# Copies: of the picture (read, drawn, compared) and of a group's targets; of its
# parameters (with gradients and moments); of each layer's values at a batch.
PICTURE_COPIES, TARGET_COPIES, PARAMETER_COPIES, VALUE_COPIES = 4, 3, 6, 4


def fit_seconds(grid: Grid, channels: int, config: Config) -> float:
    """Return about how long a fit takes on this machine, from its first step on.

    Args:
        grid: The picture's cells.
        channels: Values at a point.
        config: Network and schedule.
    """
    batching = _batching(grid, config)
    groups = math.ceil(grid.cells / Resources().group)
    values = grid.cells * batching.size * batching.steps * config.fit.epochs
    step = _probed(_layer_sizes(grid, channels, config), batching.size)
    return STEP_RATIO * values * step + SECONDS_PER_GROUP * groups


def affordable(
    grid: Grid, channels: int, config: Config, most: int, left: int | None
) -> tuple[Config, int]:
    """Return how a picture can be fitted in the memory that is left.

    Args:
        grid: The picture's cells.
        channels: Values at a point.
        config: Network and schedule.
        most: More cells at once are not wanted.
        left: Bytes of memory that are left, or None if nobody knows.

    Returns:
        The configuration, and how many cells may be fitted at once.

    Raises:
        ResourceError: Not even the fewest of the smallest batches fit.
    """
    while left is not None and (needed := memory_bytes(grid, channels, config, most)) > left:
        way = smaller(grid, config, most)
        if way is None:
            raise ResourceError(
                f"about {needed / 1e9:.1f} GB of memory are needed, and {left / 1e9:.1f} GB "
                "are left (--max-side shrinks the picture)"
            )
        config, most = way
    return config, most


def smaller(grid: Grid, config: Config, most: int) -> tuple[Config, int] | None:
    """Return a way to fit that needs less memory, or None if there is none.

    Half as many cells at once change nothing but the time; where they are the fewest
    already, batches of half the points are another fit.
    """
    most = min(most, grid.cells)
    if most > MIN_PART_CELLS:
        return config, max(MIN_PART_CELLS, most // 2)
    points = _batching(grid, config).size // 2
    if points < LEAST_BATCH:
        return None
    return replace(config, fit=replace(config.fit, batch_points=points)), most


def memory_bytes(
    grid: Grid, channels: int, config: Config, most: int = Resources().group
) -> int:
    """Return about the most memory that the process of a fit holds.

    Args:
        grid: The picture's cells.
        channels: Values at a point.
        config: Network and schedule.
        most: Most cells that are fitted at once.
    """
    batching, sizes = _batching(grid, config), _layer_sizes(grid, channels, config)
    group = min(grid.cells, most)
    parameters = sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(sizes))
    floats = (
        PICTURE_COPIES * grid.y.length * grid.x.length * channels
        + TARGET_COPIES * group * batching.points * channels
        + PARAMETER_COPIES * group * parameters
        + VALUE_COPIES * group * batching.size * sum(sizes)
        + grid.cells * parameters
    )
    return PROGRAM_BYTES + FLOAT_BYTES * floats


def _batching(grid: Grid, config: Config) -> Batching:
    y, x = learned_coordinates(grid)
    return make_batching(len(y) * len(x), config.fit.batch_points, config.fit.min_steps)


def _layer_sizes(grid: Grid, channels: int, config: Config) -> tuple[int, ...]:
    return layer_sizes(config.network.for_cells_of(grid.cell_pixels), channels)


def _probed(sizes: tuple[int, ...], points: int) -> float:
    """Return the seconds of one point of one cell in a training step."""
    work = _probe(sizes, points)
    cores = cpu_cores()
    with ThreadPoolExecutor(cores) as threads:
        list(threads.map(lambda _: work(), range(cores)))  # warms up
        rounds, start = 0, time.perf_counter()
        while time.perf_counter() - start < PROBE_SECONDS:
            list(threads.map(lambda _: work(), range(cores)))
            rounds += 1
        seconds = time.perf_counter() - start
    return seconds / (rounds * cores * PROBE_CELLS * points)


def _probe(sizes: tuple[int, ...], points: int) -> Callable[[], None]:
    generator = np.random.default_rng(0)
    layers = [
        tuple(
            generator.standard_normal((PROBE_CELLS, *shape), np.float32)
            for shape in ((points, fan_in), (fan_in, fan_out), (points, fan_out))
        )
        for fan_in, fan_out in pairwise(sizes)
    ]

    def work() -> None:
        for inputs, weight, gradient in layers:
            np.matmul(inputs, weight)
            np.matmul(np.swapaxes(inputs, 1, 2), gradient)
            np.matmul(gradient, np.swapaxes(weight, 1, 2))

    return work
