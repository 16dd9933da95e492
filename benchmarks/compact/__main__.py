"""Fit pictures at several rates and count their bits: `python -m benchmarks.compact --help`."""

import argparse
import json
import os
from pathlib import Path

from benchmarks.command import ENVIRONMENT
from benchmarks.compact.means import at_qualities, means
from benchmarks.compact.settings import Settings
from benchmarks.pictures import halved
from benchmarks.plan import Row, default_pictures
from benchmarks.table import table
from siren_cli.pictures.reading.reader import read_picture

# Weights of the rate that reach about 30 and 35 dB on photographs.
RATE_WEIGHTS = (7e-3, 8e-4)
# Above this weight a file is so small that narrow networks pay.
NARROW_WEIGHT = 2e-3
NARROW, WIDE = 16, 24


def main() -> None:
    """Fit what the command line names; append a JSON line for each fit and print tables."""
    arguments = _parser().parse_args()
    os.environ.update(ENVIRONMENT)
    rows = []
    for weight in arguments.rate_weights:
        for path in arguments.pictures or default_pictures():
            row = _measured(path, weight, arguments)
            rows.append(row)
            with arguments.output.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            print(json.dumps(row), flush=True)
    print(table(means(rows)))
    print(table(at_qualities(rows)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks.compact", description=__doc__)
    parser.add_argument("pictures", nargs="*", type=Path, metavar="PICTURE")
    parser.add_argument("--rate-weights", nargs="+", type=float, default=RATE_WEIGHTS)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument(
        "--half",
        action="store_true",
        help="fit the half-size pictures, and measure them at twice their size",
    )
    parser.add_argument("--output", type=Path, default=Path("compact.jsonl"))
    return parser


def _measured(path: Path, rate_weight: float, arguments: argparse.Namespace) -> Row:
    # TensorFlow reads its environment when it is loaded.
    from benchmarks.compact.measuring import fitted, measured
    from siren_cli.training.devices import one_core_per_operation

    one_core_per_operation()
    original = read_picture(path)
    picture = halved(original) if arguments.half else original
    width = NARROW if rate_weight > NARROW_WEIGHT else WIDE
    settings = Settings(rate_weight, arguments.steps, width, width)
    fit = fitted(picture, settings)
    row = {"picture": path.name, "rate_weight": rate_weight, "steps": arguments.steps}
    return {**row, **measured(picture, fit, original if arguments.half else None)}


if __name__ == "__main__":
    main()
