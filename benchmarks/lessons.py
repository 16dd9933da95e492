"""What fits of other lessons take, and how good they are."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from skimage.restoration import inpaint_biharmonic

from benchmarks import lesson_steps
from benchmarks.command import run_siren
from benchmarks.fits import LessonFit, learned
from benchmarks.lesson_pictures import MASKS, cameraman, noisy
from benchmarks.pictures import Resampling, even, halved, resized, tiled
from benchmarks.plan import Plan, Row
from siren_cli.config import Config
from siren_cli.metrics.psnr import decibels, psnr
from siren_cli.model.grid import make_grid
from siren_cli.pictures.formats import WRITTEN
from siren_cli.pictures.masks import Mask
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Picture, quantize
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.pictures.writing.writer import picture_file
from siren_cli.presets import load_preset
from siren_cli.rendering.drawing import render
from siren_cli.resources import Resources
from siren_cli.training.fitter import Fitter

PRESET = "balanced"
# Settings of the derivatives that are taught alone or beside values, by name.
DERIVATIVES: dict[str, dict[str, Any]] = {
    "gradient": {"by": "gradient"},
    "gradient, sobel": {"by": "gradient", "differences": "sobel"},
    "laplacian": {"by": "laplacian"},
    "value+gradient": {"by": "value+gradient"},
}
# Weights of the squared Laplacian between the pixels.
SMOOTH_WEIGHTS = (0.0, 0.001, 0.01, 0.1, 1.0)
# Standard deviations of noise, of pixels in [0, 1].
DEVIATIONS = (0.05, 0.1)
# Rows and columns of photographs in a picture whose cells are tied, after one at half size.
TILINGS = ((1, 1), (2, 2))
# Epochs of these fits, of which a few say what a whole fit takes.
SIZE_EPOCHS = 4


def measure(plan: Plan) -> Iterator[Row]:
    """Yield the rows of time, derivatives, holes, noise and sizes."""
    pictures = {path.name: even(read_picture(path)) for path in plan.pictures}
    halves = {name: halved(picture) for name, picture in pictures.items()}
    first = next(iter(halves))
    yield from lesson_steps.measure(halves[first], plan.seconds)
    fitter = Fitter(Resources())
    yield from _derivatives({"cameraman": cameraman(), **halves}, fitter)
    yield from _holes({"cameraman": cameraman(), first: halves[first]}, fitter)
    for name, picture in pictures.items():
        for row in _smoothing(picture, halves[name], fitter):
            yield {"picture": name, **row}
    yield from _sizes(list(pictures.values()), plan.largest)


def _config(**supervision: Any) -> Config:
    return load_preset(PRESET).updated({"supervision": supervision})


def _derivatives(pictures: Mapping[str, Picture], fitter: Fitter) -> Iterator[Row]:
    for name, picture in pictures.items():
        for lesson, settings in {"value": {}, **DERIVATIVES}.items():
            done = learned(picture, _config(**settings), fitter)
            yield {
                "kind": "derivative",
                "picture": name,
                "lesson": lesson,
                "psnr": done.representation.header.psnr,
                "gradient_psnr": done.quality.gradient_psnr,
                "laplacian_psnr": done.quality.laplacian_psnr,
                "seconds": done.seconds,
            }


def _holes(pictures: Mapping[str, Picture], fitter: Fitter) -> Iterator[Row]:
    for name, picture in pictures.items():
        for mask, make in MASKS.items():
            known = make(picture.facts.height, picture.facts.width)
            done = learned(picture, _config(), fitter, known)
            yield {
                "kind": "holes",
                "picture": name,
                "mask": mask,
                "known": float(known.mean()),
                "psnr_inside": done.quality.psnr_inside,
                "psnr_outside": done.quality.psnr_outside,
                "biharmonic": biharmonic(picture, known),
                "seconds": done.seconds,
            }


def biharmonic(picture: Picture, known: Mask) -> float:
    """Return the PSNR in holes that scikit-image has filled by the biharmonic equation."""
    seen = np.where(known[..., None], picture.pixels, np.float32(0.0))
    filled = inpaint_biharmonic(seen, ~known, channel_axis=-1).astype(np.float32)
    drawn = quantize(filled, LOW_BIT_DEPTH) / (2**LOW_BIT_DEPTH - 1)
    error = np.square(drawn - picture.pixels, dtype=np.float64)
    return decibels(float(error[~known].mean()))


def _smoothing(original: Picture, half: Picture, fitter: Fitter) -> Iterator[Row]:
    """Yield rows of half-size fits with and without noise, by the weight of smoothness."""
    height, width, _ = original.pixels.shape
    for deviation in (0.0, *DEVIATIONS):
        taught = noisy(half, deviation) if deviation else half
        enlarged = resized(taught, height, width, Resampling.BICUBIC)
        common = {
            "kind": "smooth",
            "deviation": deviation,
            "taught": psnr(half, taught) if deviation else None,
            "bicubic": psnr(original, enlarged),
        }
        for weight in SMOOTH_WEIGHTS:
            done = learned(taught, _config(smooth=weight), fitter)
            yield {**common, "weight": weight, **_drawn(done, original, half)}


def _drawn(done: LessonFit, original: Picture, half: Picture) -> Row:
    """Return how close a half-size fit is to the clean picture, at half and at full size."""
    drawn = [
        render(done.representation, picture.facts.height, picture.facts.width)
        for picture in (half, original)
    ]
    return {
        "psnr": psnr(half, drawn[0]),
        "enlarged": psnr(original, drawn[1]),
        "seconds": done.seconds,
    }


def _sizes(pictures: list[Picture], largest: float) -> Iterator[Row]:
    """Yield a row for each size and lesson, of whole commands with a few epochs."""
    sizes = [halved(pictures[0]), *(tiled(pictures, *tiling) for tiling in TILINGS)]
    network = load_preset(PRESET).network
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tiled.png"
        for picture in sizes:
            size = picture.facts.height, picture.facts.width
            if picture.facts.pixels > largest * 1e6:
                continue
            path.write_bytes(picture_file(picture.source(), WRITTEN["png"], LOW_BIT_DEPTH))
            for lesson in ("value", "gradient"):
                flags = ("--preset", PRESET, "--supervise", lesson, "--epochs", SIZE_EPOCHS)
                command, result = run_siren("fit", path, *flags, "-f")
                yield {
                    "kind": "size",
                    "height": size[0],
                    "width": size[1],
                    "lesson": lesson,
                    "cells": make_grid(*size, network.cell_size, network.margin).cells,
                    "fit_seconds": result["fit_seconds"],
                    "wall_seconds": command.seconds,
                    "peak_bytes": command.peak_bytes,
                }
