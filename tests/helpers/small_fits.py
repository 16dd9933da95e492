"""Fits that take a moment: a small configuration, smooth pictures, one shared fitter."""

from collections.abc import Callable

import numpy as np

from siren_cli.config import Config, FitConfig, NetworkConfig
from siren_cli.pictures.picture import Picture, PictureFacts, Pixels
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.crew import Crew
from siren_cli.planning.plan import FitPlan, plan_fit
from siren_cli.planning.progress import Progress
from siren_cli.planning.schedule import Budget
from siren_cli.planning.widths import plan_picture
from siren_cli.resources import Resources
from siren_cli.training.fitter import Fit, Fitter, shared_fitter
from tests.helpers.representations import COLORS

SMALL = Config(
    NetworkConfig(cell_size=16, hidden_features=16, hidden_layers=1, first_omega_0=15.0),
    FitConfig(epochs=60, batch_points=64, learning_rate=3e-3, area_share=0.0),
)
NO_BUDGET = Budget()


def picture_of(pixels: Pixels) -> Picture:
    """Return a picture of some pixels."""
    height, width, channels = pixels.shape
    return Picture(pixels, PictureFacts(width, height, COLORS[channels]))


def smooth_picture(height: int, width: int, channels: int = 3) -> Picture:
    """Return a picture of long waves, which a small network learns well."""
    y, x = np.mgrid[:height, :width] / 10
    waves = [0.5 + 0.4 * np.sin((1 + c / 2) * x + c) * np.cos(y) for c in range(channels)]
    pixels = np.rint(np.stack(waves, axis=-1) * 255).astype(np.float32) / 255
    return picture_of(pixels)


def half_noise(height: int, width: int) -> Picture:
    """Return a picture that is smooth on its left half and noise on its right one."""
    picture = smooth_picture(height, width)
    noise = np.random.default_rng(0).integers(0, 256, (height, width - width // 2, 3))
    picture.pixels[:, width // 2 :] = noise / np.float32(255)
    return picture


def ignore(progress: Progress) -> None:
    """Ignore the progress of a fit."""


def small_config(**schedule: object) -> Config:
    """Return the small configuration with another schedule."""
    return SMALL.updated({"fit": schedule})


def small_plan(picture: PixelSource, config: Config = SMALL, group_cells: int = 128) -> FitPlan:
    """Return the plan of a small fit in groups of at most `group_cells` cells.

    All cells have the same network, so that tests share compiled steps.
    """
    return plan_fit(picture.facts, config, Resources(group_cells=group_cells))


def plan_by_cell(
    picture: PixelSource, config: Config = SMALL, group_cells: int = 128
) -> FitPlan:
    """Return the same plan with widths by cell."""
    return plan_picture(picture, config, Resources(group_cells=group_cells))


def fit_small(
    picture: PixelSource,
    plan: FitPlan | None = None,
    *,
    report: Callable[[Progress], None] = ignore,
    budget: Budget = NO_BUDGET,
    file: CheckpointFile | None = None,
    fitter: Fitter | None = None,
) -> Fit:
    """Return a fit, by default as the small configuration plans it.

    Args:
        picture: The picture.
        plan: The plan of the fit.
        report: Called with the progress.
        budget: What ends the fit besides its epochs.
        file: The file of the unfinished fit.
        fitter: A fitter of its own; None is the one that all tests share, so that they
            compile a training step once.
    """
    fitter = fitter or shared_fitter(Resources())
    return fitter.fit(picture, plan or small_plan(picture), report, budget, Crew(file))
