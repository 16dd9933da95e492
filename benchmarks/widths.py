"""The errors of cells by the width of their networks, and how well they are predicted.

It prints the constants of `planning.difficulty`, fitted anew to the cells of the pictures,
and what widths by cell gain over equal networks of the same bytes.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.fits import fitted
from benchmarks.plan import Plan, Row
from siren_cli.config import Config
from siren_cli.model.layers import parameter_count
from siren_cli.pictures.picture import Picture
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.planning.difficulty import (
    COSINE_PARAMETERS,
    LEAST_ENERGY,
    energies_left,
)
from siren_cli.planning.plan import RATE_FEATURES, plan_fit
from siren_cli.presets import load_preset
from siren_cli.rendering.drawing import render
from siren_cli.resources import Resources
from siren_cli.training.fitter import Fitter

PRESET = "balanced"
# Widths of the networks that are fitted to every cell.
WIDTHS = (12, 16, 24, 32, 44, 56, 72)
# Epochs of these fits, whose pixels are points.
EPOCHS = 40


class Errors(NamedTuple):
    """The cells of a picture at a width.

    Attributes:
        parameters: Parameters of the network of a cell.
        energies: Mean energy of a value that the cosines leave, shape (cells,).
        measured: Mean squared error of each cell, shape (cells,).
    """

    parameters: int
    energies: NDArray[np.float64]
    measured: NDArray[np.float64]


def measure(plan: Plan) -> Iterator[Row]:
    """Yield a row for each picture and width, one for the fitted constants, and the gains."""
    fitter, found = Fitter(Resources()), []
    for path in plan.pictures:
        picture = read_picture(path)
        for width in WIDTHS:
            done = fitted(picture, _equal(width), fitter)
            psnr = done.representation.header.psnr
            yield {"kind": "width", "picture": path.name, "width": width, "psnr": psnr}
            drawn = render(done.representation, picture.facts.height, picture.facts.width)
            found.append(_errors(picture, drawn, width))
    yield {"kind": "constants", **_constants(found)}
    for path in plan.pictures:
        picture = read_picture(path)
        for widths in ("equal", "by_cell"):
            config = load_preset(PRESET).updated({"network": {"widths": widths}})
            done = fitted(picture, config, fitter)
            psnr = done.representation.header.psnr
            yield {"kind": "gain", "picture": path.name, "widths": widths, "psnr": psnr}


def _equal(width: int) -> Config:
    config = load_preset(PRESET)
    usual = config.network.hidden_features
    rate = config.fit.learning_rate * math.exp((usual - width) / RATE_FEATURES)
    fit = replace(config.fit, learning_rate=rate, epochs=EPOCHS, area_share=0.0)
    return Config(replace(config.network, hidden_features=width, widths="equal"), fit)


def _errors(picture: Picture, drawn: Picture, width: int) -> Errors:
    plan = plan_fit(picture.facts, _equal(width), Resources())
    parameters = parameter_count(plan.sizes_of_width(width))
    counts = np.array([round(parameters / COSINE_PARAMETERS)])
    energies, measured = [], []
    for cell in range(plan.grid.cells):
        row, column = plan.grid.row_and_column(cell)
        core = plan.grid.y.core(row), plan.grid.x.core(column)
        pixels = picture.pixels[core]
        energies.append(energies_left(pixels, counts)[0] / pixels.size)
        measured.append(np.square(pixels - drawn.pixels[core], dtype=np.float64).mean())
    return Errors(parameters, np.array(energies), np.array(measured))


def _constants(found: list[Errors]) -> Row:
    """Return the powers and the factor that predict the logarithms of errors best."""
    energies = np.log(np.concatenate([each.energies for each in found]) + LEAST_ENERGY)
    parameters = np.log(
        np.repeat(*np.transpose([(e.parameters, len(e.measured)) for e in found]))
    )
    measured = np.log(np.concatenate([each.measured for each in found]) + LEAST_ENERGY)
    inputs = np.stack([energies, parameters, np.ones_like(energies)], axis=1)
    powers, *_ = np.linalg.lstsq(inputs, measured, rcond=None)
    rest = measured - inputs @ powers
    return {
        "energy_power": float(powers[0]),
        "parameters_power": float(powers[1]),
        "error_factor": float(np.exp(powers[2])),
        "rms_db": float(10.0 / math.log(10.0) * rest.std()),
    }
