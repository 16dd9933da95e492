"""Blends, the whole way, against the direct solution of the paper."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from siren_cli.metrics.psnr import decibels
from siren_cli.rendering.drawing import render
from siren_cli.representation.siren_file import load
from tests.helpers.commands import objects, siren
from tests.helpers.poisson import poisson_solution

HEIGHT, WIDTH = 56, 72
# The foreground, a disk of it, has 40x44 pixels, and its corner is here.
TOP, LEFT = 9, 15
# Cells of 24x28 pixels, so that the disk lies in nine of them.
SETTINGS = ("--set", "network.cell_size=24", "--set", "network.margin=2")


def stored(pixels: "np.ndarray") -> "np.ndarray":
    return np.uint8(np.rint(255 * np.clip(pixels, 0.0, 1.0)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a blend of ripples into a sky that differs in colors."""
    folder = tmp_path_factory.mktemp("blend")
    y, x = np.mgrid[:HEIGHT, :WIDTH] / 30.0
    sky = np.stack([0.3 + 0.1 * y, 0.4 + 0.1 * np.sin(x), 0.7 - 0.1 * x * y], axis=2)
    v, u = np.mgrid[:40, :44]
    from_middle = np.hypot(v - 19.5, u - 21.5)
    fading = 0.2 * np.exp(-np.square(from_middle / 9.0))
    ripples = (fading * np.sin(np.hypot(v - 12, u - 20) / 1.5))[..., None] + [0.7, 0.5, 0.2]
    disk = from_middle < 17
    for name, pixels in {"sky": sky, "ripples": ripples, "mask": disk}.items():
        Image.fromarray(stored(pixels)).save(folder / f"{name}.png")
    arguments = ("--mask", "mask.png", "--at", f"{LEFT},{TOP}", "--epochs", "300", *SETTINGS)
    run = siren(folder, "blend", "sky.png", "ripples.png", *arguments, "--json")
    (result,) = objects(run)
    assert run.code == 0
    assert result["psnr_outside_db"] > 40.0
    assert round(load(folder / "sky-blend.siren").header.psnr, 4) == result["psnr_outside_db"]
    return folder


def pictures(folder: Path) -> tuple["np.ndarray", "np.ndarray"]:
    """Return the direct solution and the region."""
    background, foreground = np.zeros((2, HEIGHT, WIDTH, 3))
    region = np.zeros((HEIGHT, WIDTH), bool)
    own = slice(TOP, TOP + 40), slice(LEFT, LEFT + 44)
    background[:] = np.asarray(Image.open(folder / "sky.png")) / 255
    foreground[own] = np.asarray(Image.open(folder / "ripples.png")) / 255
    region[own] = np.asarray(Image.open(folder / "mask.png")) > 0
    return poisson_solution(background, foreground, region), region


@pytest.mark.slow
def test_a_blend_is_the_solution_of_the_paper(folder):
    direct, region = pictures(folder)
    drawn = render(load(folder / "sky-blend.siren"), HEIGHT, WIDTH).pixels
    inside = decibels(np.square(drawn - direct)[region].mean())
    assert inside > 38.0


@pytest.mark.slow
@pytest.mark.parametrize("factor", [2, 4])
def test_neither_the_rim_nor_the_borders_of_cells_show(folder, factor):
    """Enlarged, a step across them is about as large as those beside."""
    _, region = pictures(folder)
    fit = load(folder / "sky-blend.siren")
    drawn = render(fit, factor * HEIGHT, factor * WIDTH).pixels
    enlarged = np.kron(region, np.ones((factor, factor), bool)).astype(bool)
    for axis, cells in ((0, fit.header.grid.y), (1, fit.header.grid.x)):
        steps = np.abs(np.diff(drawn, axis=axis)).mean(axis=2)
        rim = np.diff(enlarged, axis=axis)
        beside_rim = [steps[np.roll(rim, k * factor, axis)].mean() for k in (-3, -2, 2, 3)]
        assert steps[rim].mean() < 1.25 * np.mean(beside_rim)
        borders = factor * cells.cell_size * np.arange(1, cells.cells) - 1
        beside = [np.take(steps, borders + k * factor, axis) for k in (-4, -3, 3, 4)]
        assert np.take(steps, borders, axis).mean() < 1.25 * np.mean(beside)
