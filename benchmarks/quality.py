"""PSNR over time of our presets and their peers, picture by picture.

The learning rate of a fit ends at zero, so a fit gives one honest point: its end. For
a curve over seconds each budget is a fit of its own, planned for that budget. The
published recipes have a constant rate, so one run gives all points of their curve.
"""

import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks import halves, peers
from benchmarks.command import run_siren
from benchmarks.curves import SLACK
from benchmarks.fits import fitted
from benchmarks.plan import EXAMPLE, PRESETS, Plan, Row, budgets
from siren_cli.metrics.psnr import bits_per_pixel
from siren_cli.pictures.picture import Picture
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.presets import load_preset
from siren_cli.representation.siren_file import encode
from siren_cli.training.fitter import Fit

# Epochs of the fit that measures the pace of a preset.
WARMUP_EPOCHS = 2
# Most fits for one budget; another one is made if a fit ends much too early.
MAX_TRIES = 3
# Number of runs of the whole command, of which the median counts.
COMMAND_RUNS = 3


def measure(plan: Plan) -> Iterator[Row]:
    """Yield the points of all curves, then the enlargements and the whole commands."""
    rates = list(peers.try_rates(EXAMPLE, plan.seconds))
    yield from rates
    rate = peers.best_rate(rates)
    for path in plan.pictures:
        picture = read_picture(path)
        for preset in PRESETS:
            for row in _preset_rows(picture, preset, plan):
                yield {"picture": path.name, "system": preset, **row}
        for row in peers.rows(path, plan.seconds, rate):
            yield {"picture": path.name, **row}
        if plan.half:
            for row in halves.rows(picture):
                yield {"picture": path.name, **row}
    yield from _command_rows(plan.pictures[0])


def _preset_rows(picture: Picture, preset: str, plan: Plan) -> Iterator[Row]:
    config = load_preset(preset)

    def lasting(epochs: int) -> Fit:
        return fitted(picture, replace(config, fit=config.fit.lasting(epochs)))

    pace = lasting(WARMUP_EPOCHS).seconds / WARMUP_EPOCHS
    for budget in budgets(plan.seconds):
        for _ in range(MAX_TRIES):
            epochs = max(1, int(budget / pace))
            done = lasting(epochs)
            yield {"kind": "fit", "budget": budget, "epochs": epochs, **_quality(done)}
            # A longer fit measures the pace better: its evaluation is a smaller share.
            pace = done.seconds / epochs
            if done.seconds > budget / SLACK:
                break
    epochs = config.fit.epochs
    yield {"kind": "preset", "epochs": epochs, **_quality(fitted(picture, config))}


def _quality(done: Fit) -> Row:
    header = done.representation.header
    size = len(encode(done.representation))
    return {
        "seconds": done.seconds,
        "psnr": header.psnr,
        "bpp": bits_per_pixel(size, header.facts.width, header.facts.height),
    }


def _command_rows(path: Path) -> Iterator[Row]:
    """Yield the seconds of the whole command, with its start and its saving."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out.siren"
        for preset in PRESETS:
            arguments = ("fit", path.resolve(), "--preset", preset, "-f", "-o", output)
            runs = [run_siren(*arguments)[0].seconds for _ in range(COMMAND_RUNS)]
            seconds = statistics.median(runs)
            yield {
                "kind": "command",
                "picture": path.name,
                "system": preset,
                "seconds": seconds,
            }
