"""The seconds and bytes that a fit will take, estimated before TensorFlow is loaded.

The time is measured on the matrix products of one training step, in NumPy on every
core for a fraction of a second. The memory is the sum of the arrays that a fit holds.
Both were set against real fits (`make bench` shows the real ones) and are right to
about a third on CPUs; on GPUs both are too high.
"""

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from siren_cli.errors import ResourceError
from siren_cli.model.layers import multiplications, parameter_count
from siren_cli.planning.groups import CPU_BLOCK_FEATURES, MIN_BLOCK_CELLS, BlockSize
from siren_cli.planning.plan import FitPlan
from siren_cli.representation.stored_cells import KEPT_BYTES, least_kept_rows
from siren_cli.system.machine import cpu_cores

# Time for which the products are measured, in seconds.
PROBE_SECONDS = 0.3
# Number of cells that one product is measured on.
PROBE_CELLS = 8
# Time of a compiled training step over that of the products alone: 0.6 to 0.95 for the
# presets, measured.
STEP_RATIO = 0.72
# Time that a group of cells takes besides its steps, in seconds.
SECONDS_PER_GROUP = 0.1
# Memory of the program with TensorFlow, a compiled step, and their threads, in bytes.
PROGRAM_BYTES = 750 << 20
# Size of a float32, in bytes.
FLOAT_BYTES = 4
# A batch of fewer points is not halved any more, for it is not what fills the memory.
LEAST_BATCH_POINTS = 1024
# Arrays of the pixels that are in memory: as they are stored, and as pixels. For a picture in
# bands they are those of a band, and of the rows that a row of cells learns.
PICTURE_COPIES = 2
# Arrays of the colors that a group learns, in the order of cells and in that of batches.
TARGET_COPIES = 3
# Arrays of a group's parameters: they, their gradients, Adam's two moments, temporaries.
PARAMETER_COPIES = 6
# Arrays of the values of each layer at a batch, and of their gradients.
LAYER_COPIES = 4
# Times that a step of the whole picture goes through the layers, over those of other steps:
# forward, and again with its way back.
WHOLE_PASSES = 4 / 3
# Arrays of what all cells say of their Laplacians, in the order of parts and of the picture,
# and of its derivatives.
READING_COPIES = 8
# Memory that a plan takes for a cell besides, in bytes: the predicted errors of seven widths,
# the cell's number in its group, and where its network begins.
CELL_BYTES = 230


def fit_seconds(plan: FitPlan) -> float:
    """Return about the seconds that a fit takes on this machine, from its first step on."""
    batching, classes = plan.batching, plan.classes
    # Derivatives go through the layers as values do.
    arrays = plan.teaching.jet_arrays
    points = arrays * batching.batch_points * batching.steps * plan.config.fit.epochs
    groups = math.ceil(plan.grid.cells / plan.group_cells)
    # The class with most features is measured; others take time by their products.
    widest = max(classes.layer_sizes, key=sum)
    seconds = points * _probed_seconds_per_point(widest, batching.batch_points)
    work = sum(
        count * multiplications(sizes)
        for count, sizes in zip(classes.counts, classes.layer_sizes, strict=True)
    )
    share = work / multiplications(widest)
    if plan.is_whole:
        share = WHOLE_PASSES * share + _cosine_work(plan) / multiplications(widest)
    return STEP_RATIO * seconds * share + SECONDS_PER_GROUP * groups


def memory_bytes(plan: FitPlan) -> int:
    """Return about the most memory that the process of a fit holds, in bytes.

    The networks of a fit of several groups are in a file, but for a few rows of cells. A fit
    that is written to a stream has them in memory, which is not counted.
    """
    batching, channels, grid = plan.batching, plan.facts.channels, plan.grid
    group = min(grid.cells, plan.group_cells)
    widest = max(plan.classes.layer_sizes, key=sum)
    # The blocks of a step of the whole picture give their memory back one after the other.
    block = BlockSize(group, CPU_BLOCK_FEATURES).most(widest[1])
    at_once = min(group, cpu_cores() * block) if plan.is_whole else group
    # Cells wait until a group of their class is whole, and rows of cells are read as wholes.
    waiting = min(grid.cells, plan.group_cells * len(plan.networks) + grid.x.cells)
    kept_rows = least_kept_rows() * grid.x.cells * parameter_count(widest)
    teaching, lesson_bytes = plan.teaching, plan.lesson.bytes if plan.lesson else 0
    targets = len(teaching.orders) * channels
    floats = (
        PICTURE_COPIES * _pixels_in_memory(plan) * channels
        + waiting * batching.points * targets
        + TARGET_COPIES * group * batching.points * targets
        + PARAMETER_COPIES * group * parameter_count(widest)
        + LAYER_COPIES * teaching.jet_arrays * at_once * batching.batch_points * sum(widest)
        + (READING_COPIES * group * batching.points * channels if plan.is_whole else 0)
        + min(plan.classes.parameters, max(KEPT_BYTES, kept_rows))
    )
    return PROGRAM_BYTES + lesson_bytes + FLOAT_BYTES * floats + CELL_BYTES * grid.cells


def _cosine_work(plan: FitPlan) -> float:
    """Return multiplications of networks that take as long as those with cosines.

    These are done along both axes, there and back. Those of networks are counted once, and done
    three times for each array of a jet.
    """
    sides = plan.grid.y.whole_length + plan.grid.x.whole_length
    done = 2 * sides * plan.facts.channels * plan.grid.cells
    return done / (3 * plan.teaching.jet_arrays)


def _pixels_in_memory(plan: FitPlan) -> int:
    """Return about the most pixels of the picture that are in memory at a time."""
    first, last = plan.grid.y.learned_pixels(0)
    learned = (last - first) * plan.facts.width
    is_whole = plan.held_pixels >= plan.facts.pixels
    return plan.facts.pixels if is_whole else plan.held_pixels + learned


def affordable(plan: FitPlan, bytes_left: int | None) -> FitPlan:
    """Return the plan, changed until its memory is there.

    Args:
        plan: The plan as it is wanted.
        bytes_left: Memory that is left, in bytes; None if nothing says so.

    Raises:
        ResourceError: Even the fewest cells with the smallest batches take more.
    """
    while bytes_left is not None and (needed := memory_bytes(plan)) > bytes_left:
        smaller = smaller_plan(plan)
        if smaller is None:
            raise ResourceError(
                f"about {needed / 1e9:.1f} GB of memory are needed, and "
                f"{bytes_left / 1e9:.1f} GB are left (--max-side shrinks the picture)"
            )
        plan = smaller
    return plan


def smaller_plan(plan: FitPlan) -> FitPlan | None:
    """Return a plan that takes less memory, or None if there is none.

    Half as many cells at once change nothing but the time. Where the cells are the
    fewest already, the batches are halved, which is another fit. Cells of a lesson may have to
    be trained together.
    """
    if plan.is_together:
        return None
    cells = min(plan.group_cells, plan.grid.cells)
    if cells > MIN_BLOCK_CELLS:
        return plan.with_group_cells(max(MIN_BLOCK_CELLS, cells // 2))
    points = plan.batching.batch_points // 2
    if points < LEAST_BATCH_POINTS:
        return None
    return plan.with_group_cells(cells).with_batch_points(points)


def _probed_seconds_per_point(layer_sizes: tuple[int, ...], batch_points: int) -> float:
    """Return the seconds that one point of one cell takes in a training step."""
    run = _products(layer_sizes, batch_points)
    cores = cpu_cores()
    with ThreadPoolExecutor(cores) as threads:
        list(threads.map(lambda _: run(), range(cores)))  # the first call warms up
        rounds, start = 0, time.perf_counter()
        while time.perf_counter() - start < PROBE_SECONDS:
            list(threads.map(lambda _: run(), range(cores)))
            rounds += 1
        seconds = time.perf_counter() - start
    return seconds / (rounds * cores * PROBE_CELLS * batch_points)


def _products(layer_sizes: tuple[int, ...], batch_points: int) -> Callable[[], None]:
    """Return a function that does the matrix products of one step of some cells."""
    generator = np.random.default_rng(0)
    layers = [
        tuple(
            generator.standard_normal((PROBE_CELLS, *shape), np.float32)
            for shape in ((batch_points, fan_in), (fan_in, fan_out), (batch_points, fan_out))
        )
        for fan_in, fan_out in pairwise(layer_sizes)
    ]

    def run() -> None:
        for inputs, weight, gradient in layers:
            np.matmul(inputs, weight)
            np.matmul(np.swapaxes(inputs, 1, 2), gradient)
            np.matmul(gradient, np.swapaxes(weight, 1, 2))

    return run
