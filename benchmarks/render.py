"""The time of drawing, compared with that of its arithmetic alone."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.command import run_siren
from benchmarks.plan import Plan, Row
from siren_cli.model.cell_classes import CellClasses
from siren_cli.model.grid import Axis
from siren_cli.pictures.picture import Pixels
from siren_cli.rendering.drawing import render
from siren_cli.rendering.evaluate import POINTS_PER_CALL
from siren_cli.representation.representation import MosaicRepresentation, as_mosaic
from siren_cli.representation.siren_file import load
from siren_cli.system.machine import cpu_cores

PRESETS = ("balanced", "detailed")
SIZES = ((768, 512), (3840, 2160), (7680, 4320))
ROUNDS = 3
# Number of calls of each thread over which a part of the arithmetic is timed.
CALLS = 300


def measure(plan: Plan) -> Iterator[Row]:
    """Yield a row for each preset and size, drawn from a short fit."""
    picture = plan.pictures[0]
    with tempfile.TemporaryDirectory() as folder:
        for preset in PRESETS:
            file = Path(folder) / f"{preset}.siren"
            run_siren("fit", picture.resolve(), "--preset", preset, "--epochs", 1, "-o", file)
            for width, height in SIZES:
                if width * height <= plan.largest * 1e6:
                    row = {"kind": "render", "preset": preset, "width": width, "height": height}
                    yield {**row, **_drawn(file, width, height)}


def _drawn(file: Path, width: int, height: int) -> Row:
    representation = as_mosaic(load(file))
    grid = representation.header.grid
    points = _reached(grid.y, height) * _reached(grid.x, width)
    rounds = [_round(representation, width, height) for _ in range(ROUNDS)]
    seconds = statistics.median(drawn for drawn, _ in rounds)
    parts = {
        name: points * statistics.median(part[name] for _, part in rounds)
        for name in rounds[0][1]
    }
    shares = [points * sum(part.values()) / drawn for drawn, part in rounds]
    return {
        "seconds": seconds,
        "mpx_per_second": width * height / seconds / 1e6,
        "parts": parts,
        "share": statistics.median(shares),
        "command_seconds": _command_seconds(file, width, height),
    }


def _round(
    representation: MosaicRepresentation, width: int, height: int
) -> tuple[float, dict[str, float]]:
    """Return the seconds of a drawing, and those of each part of its arithmetic per point."""
    start = time.perf_counter()
    render(representation, height, width)
    seconds = time.perf_counter() - start
    return seconds, _seconds_per_point(representation.header.classes)


def _seconds_per_point(classes: CellClasses) -> dict[str, float]:
    """Return the seconds of each part of the arithmetic, averaged over cells."""
    shares = np.array(classes.counts) / len(classes.of_cells)
    seconds = [_seconds_of_class(sizes) for sizes in classes.layer_sizes]
    return {
        name: float(np.dot(shares, [each[name] for each in seconds])) for name in seconds[0]
    }


def _seconds_of_class(sizes: tuple[int, ...]) -> dict[str, float]:
    # The first layer is left out: on a grid it is a few sines for each row and column.
    hidden = list(pairwise(sizes))[1:]
    widths = [fan_out for _, fan_out in hidden]
    return {
        "products": sum(_time(fan_in, _product(fan_in, out)) for fan_in, out in hidden),
        "sines": sum(_time(width, _sine) for width in widths[:-1]),
        "biases": sum(_time(width, _bias(width)) for width in widths),
    }


def _product(fan_in: int, fan_out: int) -> Callable[[Pixels], object]:
    weight = _random(fan_in, fan_out)
    return lambda features: features @ weight


def _sine(phase: Pixels) -> object:
    return np.sin(phase, out=phase)


def _bias(width: int) -> Callable[[Pixels], object]:
    bias = _random(1, width)
    return lambda features: np.add(features, bias, out=features)


def _time(width: int, work: Callable[[Pixels], object]) -> float:
    """Return the seconds per point of `work` on features of a width, on all threads."""
    threads = cpu_cores()

    def repeat(features: Pixels) -> None:
        for _ in range(CALLS):
            work(features)

    with ThreadPoolExecutor(threads) as pool:
        features = [_random(POINTS_PER_CALL, width) for _ in range(threads)]
        start = time.perf_counter()
        list(pool.map(repeat, features))
        seconds = time.perf_counter() - start
    return seconds / (threads * CALLS * POINTS_PER_CALL)


def _random(rows: int, columns: int) -> Pixels:
    return np.random.default_rng(0).standard_normal((rows, columns), np.float32)


def _reached(axis: Axis, count: int) -> float:
    """Return how many samples all cells draw along an axis; margins are drawn twice."""
    learned = [axis.learned_pixels(cell) for cell in range(axis.cells)]
    pixels = sum(min(stop, axis.length) - max(start, 0) for start, stop in learned)
    return pixels * count / axis.length


def _command_seconds(file: Path, width: int, height: int) -> float:
    output = file.with_suffix(".png")
    arguments = ("render", file, "--size", f"{width}x{height}", "--stretch", "-f", "-o", output)
    return run_siren(*arguments)[0].seconds
