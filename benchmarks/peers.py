"""The same picture in other people's programs, each in a process of its own.

`python -m benchmarks.peers NAME PICTURE SECONDS` trains one and prints the
points of its curve as one JSON line. Seconds are those of training alone:
imports, a first step (it compiles) and evaluations are apart, as in ours.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.command import run_python
from benchmarks.curves import Point
from benchmarks.pictures import with_pixels
from benchmarks.plan import Row, budgets
from siren_cli.metrics.psnr import psnr
from siren_cli.model.grid import grid_points, learned_coordinates, make_grid
from siren_cli.pictures.picture import Picture, Pixels
from siren_cli.pictures.reader import read_picture

TUNED = "pytorch-tuned"
# What each needs beside our own packages.
MODULES = {
    "siren-pytorch": "siren_pytorch",
    "pytorch": "torch",
    TUNED: "torch",
    "keras": "keras",
}
PUBLISHED_RATE = 1e-4
RATES = (5e-4, 1e-3, 2e-3)
RATE_SECONDS = 20.0


class Peer(NamedTuple):
    """A program that trains, its first step behind it.

    Attributes:
        step: Trains a little, told which share of the time is gone.
        values: Returns the whole picture's values in [-1, 1], (points, channels).
    """

    step: Callable[[float], None]
    values: Callable[[], Pixels]


def rows(path: Path, seconds: float, rate: float | None) -> Iterator[Row]:
    """Yield the points of every peer's curve; `rate` is the tuned one's."""
    for name in _present():
        if name == TUNED:
            # Its rate ends at zero with its time, so each budget is a run.
            runs = [(budget, rate) for budget in budgets(seconds)]
        else:
            runs = [(seconds, None)]
        for budget, own_rate in runs:
            for spent, value in _points(name, path, budget, own_rate):
                yield {"kind": "fit", "system": name, "seconds": spent, "psnr": value}


def try_rates(path: Path, seconds: float) -> Iterator[Row]:
    """Yield what each rate reaches: the choice is made once, on a picture apart."""
    if TUNED in _present():
        for rate in RATES:
            _, value = _points(TUNED, path, min(RATE_SECONDS, seconds), rate)[-1]
            yield {"kind": "rate", "system": TUNED, "rate": rate, "psnr": value}


def best_rate(tried: Sequence[Row]) -> float | None:
    """Return the rate of the best row of `try_rates`, or None if there are none."""
    best = max(tried, key=lambda row: row["psnr"], default=None)
    return float(best["rate"]) if best else None


def train(name: str, picture: Picture, seconds: float, rate: float) -> list[Point]:
    """Train a peer for `seconds` and return its points on the way."""
    facts = picture.facts
    coordinates = grid_points(*learned_coordinates(make_grid(facts.height, facts.width, 0, 0)))
    colors = picture.pixels.reshape(-1, facts.channels) * 2 - 1
    peer = _build(name, coordinates, colors, rate)
    marks = [seconds] if name == TUNED else budgets(seconds)
    points, spent = [], 0.0
    for mark in marks:
        if spent < mark:
            spent = _train_until(peer, spent, mark, seconds)
            points.append((spent, _psnr(picture, peer.values())))
    return points


def _train_until(peer: Peer, spent: float, mark: float, seconds: float) -> float:
    start = time.perf_counter() - spent
    while (now := time.perf_counter() - start) < mark:
        peer.step(now / seconds)
    return now


def _psnr(picture: Picture, values: Pixels) -> float:
    pixels: Pixels = (values.reshape(picture.pixels.shape) + np.float32(1)) / np.float32(2)
    value = psnr(picture, with_pixels(picture, pixels))
    return float("inf") if value is None else value


def _build(name: str, coordinates: Pixels, colors: Pixels, rate: float) -> Peer:
    # Each import takes seconds and memory that the other does not need.
    if name == "keras":
        from benchmarks import keras_peer

        return keras_peer.build(coordinates, colors, rate)
    from benchmarks import torch_peer

    network = torch_peer.published if name == "siren-pytorch" else torch_peer.plain
    return torch_peer.build(network, coordinates, colors, rate, cosine=name == TUNED)


def _points(name: str, path: Path, seconds: float, rate: float | None) -> list[Point]:
    arguments = ("-m", "benchmarks.peers", name, str(path.resolve()), str(seconds))
    chosen = ("--rate", str(rate)) if rate else ()
    return [
        (spent, value) for spent, value in json.loads(run_python(*arguments, *chosen).output)
    ]


def _present() -> list[str]:
    return [name for name, module in MODULES.items() if find_spec(module)]


def main() -> None:
    """Train the peer that the command line names and print its points."""
    parser = argparse.ArgumentParser(description="Train one peer on one picture.")
    parser.add_argument("name", choices=MODULES)
    parser.add_argument("picture", type=Path)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--rate", type=float, default=PUBLISHED_RATE)
    told = parser.parse_args()
    print(json.dumps(train(told.name, read_picture(told.picture), told.seconds, told.rate)))


if __name__ == "__main__":
    main()
