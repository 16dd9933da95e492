"""Activations: their best constants and learning rates, and what sines are worth.

What is chosen is chosen on other photographs than what is measured at the end, all
with the preset balanced, as it is.
"""

import statistics
from collections.abc import Iterator, Sequence
from itertools import product
from typing import get_args

import numpy as np
import skimage.data

from benchmarks.pictures import with_pixels
from benchmarks.plan import EXAMPLE, Plan, Row
from siren_cli.config import Config, Resources
from siren_cli.errors import DivergedError
from siren_cli.function_names import STORED_NAMES, ActivationName
from siren_cli.model import activations
from siren_cli.model.activations import ACTIVATIONS
from siren_cli.model.encoding import ENCODINGS
from siren_cli.pictures.picture import Picture
from siren_cli.pictures.reader import read_picture
from siren_cli.presets import load_preset
from siren_cli.training.fitter import Fitter

PRESET = "balanced"
# Stored names of what is measured: every activation, and relu with an encoding, which was
# made for it.
NAMES = (*get_args(ActivationName), "relu-pe")
# Learning rates over that of sines.
RATES = (1 / 3, 0.8, 1.0, 3.0, 5.0, 10.0, 20.0, 40.0, 80.0)
# Values of each activation's constants; those that are chosen are in `siren_cli`.
CONSTANTS: dict[str, dict[str, tuple[float, ...]]] = {
    "gauss": {"GAUSS_SIGMA": (0.05, 0.1, 0.2)},
    "wire": {"WIRE_OMEGA": (5.0, 10.0, 20.0), "WIRE_SCALE": (1.0, 3.0, 10.0)},
    "finer": {"FINER_OMEGA": (20.0, 30.0, 40.0), "FINER_BIAS": (0.1, 0.3, 1.0, 3.0)},
}
# Rows and columns of the photographs that choose: their middle, at their own scale.
ROWS, COLUMNS = 192, 256


def measure(plan: Plan) -> Iterator[Row]:
    """Yield a row for each activation's constants and rates, then for each picture."""
    choosing = [_middle(picture) for picture in _photographs()]
    for name in NAMES:
        yield from sweep(name, choosing)
    pictures = [read_picture(path) for path in plan.pictures]
    for name in NAMES:
        yield {"kind": "result", "activation": name, **_fitted(_config(name), pictures)}


def sweep(name: str, pictures: Sequence[Picture]) -> Iterator[Row]:
    """Yield the mean dB of an activation at its constants' values and at all rates."""
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
    fitter = Fitter(config, Resources())
    try:
        fits = [fitter.fit(picture, lambda _: None) for picture in pictures]
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
    top, left = (height - ROWS) // 2, (width - COLUMNS) // 2
    return with_pixels(picture, picture.pixels[top : top + ROWS, left : left + COLUMNS])
