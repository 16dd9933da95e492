"""Fit pictures at several rates and count their bits: `python -m benchmarks.compact --help`."""

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np

from benchmarks.command import ENVIRONMENT
from benchmarks.compact.means import at_qualities, means
from benchmarks.pictures import Resampling, halved, resized, with_pixels
from benchmarks.plan import Row, default_pictures
from benchmarks.table import table
from siren_cli.metrics.psnr import psnr
from siren_cli.pictures.picture import Picture
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
    from benchmarks.compact import counting, networks, stream
    from benchmarks.compact.objective import Objective
    from benchmarks.compact.settings import Settings
    from benchmarks.compact.training import Trainer
    from siren_cli.training.devices import one_core_per_operation

    one_core_per_operation()
    original = read_picture(path)
    picture = halved(original) if arguments.half else original
    objective = Objective(picture.pixels)
    width = NARROW if rate_weight > NARROW_WEIGHT else WIDE
    trainer = Trainer(objective, Settings(rate_weight, arguments.steps, width, width))
    start = time.perf_counter()
    trainer.fit()
    seconds = time.perf_counter() - start
    latents, exact = trainer.latents(), trainer.matrices
    _, levels = objective.hard(latents, exact)
    rounded = counting.rounded_networks(objective, latents, exact, trainer.sizes, rate_weight)
    _, estimated = objective.hard(latents, rounded.matrices)

    context = rounded.matrices[networks.CONTEXT]
    whole = latents.astype(np.int64)
    streams = stream.encode(objective.pyramid, whole, context, objective.tile)
    start = time.perf_counter()
    decoded = stream.decode(objective.pyramid, streams, context, objective.tile)
    decoding_seconds = time.perf_counter() - start
    if not np.array_equal(decoded, whole):
        raise RuntimeError(f"{path.name}: the streams hold other latents")
    latent_bits = 8 * sum(map(len, streams))

    def quality(matrices: list[networks.Matrix], of: Picture) -> float | None:
        height, width, _ = of.pixels.shape
        return psnr(of, with_pixels(of, objective.drawn(latents, matrices, height, width)))

    row = {
        "picture": path.name,
        "rate_weight": rate_weight,
        "steps": arguments.steps,
        "seconds": seconds,
        "psnr": quality(rounded.matrices, picture),
        "exact_psnr": quality(exact, picture),
        "bpp": (counting.HEADER_BITS + rounded.bits + latent_bits) / objective.pixels,
        "latent_bpp": latent_bits / objective.pixels,
        "estimated_latent_bpp": float(estimated.numpy().sum()) / objective.pixels,
        "exact_latent_bpp": float(levels.numpy().sum()) / objective.pixels,
        "network_bytes": rounded.bits / 8,
        "decoding_seconds": decoding_seconds,
    }
    if arguments.half:
        height, width, _ = original.pixels.shape
        enlarged = resized(picture, height, width, Resampling.BICUBIC)
        row |= {
            "between": quality(rounded.matrices, original),
            "bicubic": psnr(original, enlarged),
        }
    return row


if __name__ == "__main__":
    main()
