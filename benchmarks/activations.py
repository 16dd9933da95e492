"""The best constants and learning rate of each activation, and its quality with them.

Constants and rates are chosen on other photographs than those that are measured at
the end. All fits use the preset `balanced`.
"""

import statistics
from collections.abc import Iterator, Sequence
from itertools import product
from typing import get_args

import numpy as np
import skimage.data

from benchmarks.fits import fitted
from benchmarks.pictures import with_pixels
from benchmarks.plan import EXAMPLE, Plan, Row
from siren_cli.config import Config
from siren_cli.errors import DivergedError
from siren_cli.function_names import STORED_NAMES, ActivationName
from siren_cli.model import activations
from siren_cli.model.activations import ACTIVATIONS
from siren_cli.model.encoding import ENCODINGS
from siren_cli.pictures.picture import Picture
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.presets import load_preset
from siren_cli.resources import Resources
from siren_cli.training.fitter import Fitter

PRESET = "balanced"
# Stored names of the networks to measure: every activation, and relu with the encoding
# that was made for it.
NAMES = (*get_args(ActivationName), "relu-pe")
# Learning rates to try, as multiples of the rate of sines.
RATES = (1 / 3, 0.8, 1.0, 3.0, 5.0, 10.0, 20.0, 40.0, 80.0)
# Values to try for the constants of each activation; `siren_cli` has the chosen ones.
CONSTANTS: dict[str, dict[str, tuple[float, ...]]] = {
    "gauss": {"GAUSS_SIGMA": (0.05, 0.1, 0.2)},
    "wire": {"WIRE_OMEGA": (5.0, 10.0, 20.0), "WIRE_SCALE": (1.0, 3.0, 10.0)},
    "finer": {"FINER_OMEGA": (20.0, 30.0, 40.0), "FINER_BIAS": (0.1, 0.3, 1.0, 3.0)},
}
# Only the middle of the choosing photographs is fitted, at its own scale.
MIDDLE_HEIGHT = 192
MIDDLE_WIDTH = 256


def measure(plan: Plan) -> Iterator[Row]:
    """Yield a row for each activation's constants and rates, then for each picture."""
    choosing = [_middle(picture) for picture in _photographs()]
    for name in NAMES:
        yield from sweep(name, choosing)
    pictures = [read_picture(path) for path in plan.pictures]
    for name in NAMES:
        yield {"kind": "result", "activation": name, **_fitted(_config(name), pictures)}


def sweep(name: str, pictures: Sequence[Picture]) -> Iterator[Row]:
    """Yield the mean PSNR of an activation for all values of its constants and all rates."""
    chosen, (activation, encoding) = CONSTANTS.get(name, {}), STORED_NAMES[name]
    own_rate = ACTIVATIONS[activation].rate_factor * ENCODINGS[encoding].rate_factor
    kept = {constant: getattr(activations, constant) for constant in chosen}
    try:
        for values in product(*chosen.values()):
            constants = dict(zip(chosen, values, strict=True))
            vars(activations).update(constants)
            for rate in RATES:
                config = _config(name, rate / own_rate)
                row = {"kind": "rate", "activation": name, "constants": constants}
                yield {**row, "rate": rate, **_fitted(config, pictures)}
    finally:
        vars(activations).update(kept)


def _config(name: str, factor: float = 1.0) -> Config:
    config = load_preset(PRESET)
    rate = factor * config.fit.learning_rate
    return config.updated({"network": {"activation": name}, "fit": {"learning_rate": rate}})


def _fitted(config: Config, pictures: Sequence[Picture]) -> Row:
    # The constants are compiled into the training step, so each has a fitter of its own.
    fitter = Fitter(Resources())
    try:
        fits = [fitted(picture, config, fitter) for picture in pictures]
    except DivergedError:
        return {"psnr": None, "psnr_of_each": [], "seconds": None}
    found = [fit.representation.header.psnr or float("inf") for fit in fits]
    seconds = sum(fit.seconds for fit in fits)
    return {"psnr": statistics.mean(found), "psnr_of_each": found, "seconds": seconds}


def _photographs() -> Iterator[Picture]:
    example = read_picture(EXAMPLE)
    yield example
    for pixels in (skimage.data.astronaut(), skimage.data.chelsea()):
        yield with_pixels(example, pixels.astype(np.float32) / np.float32(255))


def _middle(picture: Picture) -> Picture:
    height, width, _ = picture.pixels.shape
    top, left = (height - MIDDLE_HEIGHT) // 2, (width - MIDDLE_WIDTH) // 2
    rows, columns = slice(top, top + MIDDLE_HEIGHT), slice(left, left + MIDDLE_WIDTH)
    return with_pixels(picture, picture.pixels[rows, columns])
