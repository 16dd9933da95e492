"""The same picture in programs of other people, each in a process of its own.

`python -m benchmarks.peers NAME PICTURE SECONDS` trains a peer and prints the points
of its curve as one JSON line. Its seconds are those of training alone, without
imports, the first step (which compiles) and evaluations, as in our own fits.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.command import run_python
from benchmarks.curves import Point
from benchmarks.peer import Peer
from benchmarks.pictures import with_pixels
from benchmarks.plan import Row, budgets
from siren_cli.metrics.psnr import psnr
from siren_cli.model.grid import grid_points, learned_coordinates, make_grid
from siren_cli.pictures.picture import Picture, Pixels
from siren_cli.pictures.reading.reader import read_picture

TUNED = "pytorch-tuned"
# The package that each peer needs beside those of siren.
MODULES = {
    "siren-pytorch": "siren_pytorch",
    "pytorch": "torch",
    TUNED: "torch",
    "keras": "keras",
}
# Learning rate of the published recipes.
PUBLISHED_RATE = 1e-4
# Learning rates that are tried for the tuned peer.
RATES = (5e-4, 1e-3, 2e-3)
# Longest training for the choice of a rate, in seconds.
RATE_SECONDS = 20.0


def rows(path: Path, seconds: float, rate: float | None) -> Iterator[Row]:
    """Yield the points of the curve of every peer.

    Args:
        path: The picture.
        seconds: Longest budget.
        rate: Learning rate of the tuned peer, or None for the published one.
    """
    for name in _present():
        if name == TUNED:
            # Its learning rate ends at zero with its time, so each budget is a run.
            runs = [(budget, rate) for budget in budgets(seconds)]
        else:
            runs = [(seconds, None)]
        for budget, own_rate in runs:
            for spent, value in _points(name, path, budget, own_rate):
                yield {"kind": "fit", "system": name, "seconds": spent, "psnr": value}


def try_rates(path: Path, seconds: float) -> Iterator[Row]:
    """Yield the PSNR of each rate; the choice is made once, on a picture of its own."""
    if TUNED in _present():
        for rate in RATES:
            _, value = _points(TUNED, path, min(RATE_SECONDS, seconds), rate)[-1]
            yield {"kind": "rate", "system": TUNED, "rate": rate, "psnr": value}


def best_rate(tried: Sequence[Row]) -> float | None:
    """Return the rate of the best row of `try_rates`, or None if there are none."""
    best = max(tried, key=lambda row: row["psnr"], default=None)
    return float(best["rate"]) if best else None


def train(name: str, picture: Picture, seconds: float, rate: float) -> list[Point]:
    """Train a peer for `seconds` and return the points of its curve."""
    facts = picture.facts
    coordinates = grid_points(*learned_coordinates(make_grid(facts.height, facts.width, 0, 0)))
    colors = picture.pixels.reshape(-1, facts.channels) * 2 - 1
    peer = _build(name, coordinates, colors, rate)
    marks = [seconds] if name == TUNED else budgets(seconds)
    points: list[Point] = []
    spent = 0.0
    for mark in marks:
        if spent < mark:
            spent = _train_until(peer, spent, mark, seconds)
            points.append(Point(spent, _psnr(picture, peer.values())))
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
    # Each import takes seconds and memory that the other peer does not need.
    if name == "keras":
        from benchmarks import keras_peer

        return keras_peer.build(coordinates, colors, rate)
    from benchmarks import torch_peer

    network = torch_peer.published if name == "siren-pytorch" else torch_peer.plain
    return torch_peer.build(network, coordinates, colors, rate, cosine=name == TUNED)


def _points(name: str, path: Path, seconds: float, rate: float | None) -> list[Point]:
    arguments = ("-m", "benchmarks.peers", name, str(path.resolve()), str(seconds))
    chosen = ("--rate", str(rate)) if rate else ()
    return [Point(*each) for each in json.loads(run_python(*arguments, *chosen).output)]


def _present() -> list[str]:
    return [name for name, module in MODULES.items() if find_spec(module)]


def main() -> None:
    """Train the peer that the command line names and print its points."""
    parser = argparse.ArgumentParser(description="Train one peer on one picture.")
    parser.add_argument("name", choices=MODULES)
    parser.add_argument("picture", type=Path)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--rate", type=float, default=PUBLISHED_RATE)
    arguments = parser.parse_args()
    print(
        json.dumps(
            train(
                arguments.name,
                read_picture(arguments.picture),
                arguments.seconds,
                arguments.rate,
            )
        )
    )


if __name__ == "__main__":
    main()
