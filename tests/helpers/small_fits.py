"""Fits that take a second: a small configuration and smooth pictures."""

import numpy as np

from siren_cli.config import Config, FitConfig, NetworkConfig
from siren_cli.pictures.picture import Picture, PictureFacts
from siren_cli.planning.progress import Progress
from tests.helpers.representations import COLORS

SMALL = Config(
    NetworkConfig(cell_size=16, hidden_features=16, hidden_layers=1, first_omega_0=15.0),
    FitConfig(epochs=60, batch_points=64, learning_rate=3e-3),
)


def smooth_picture(height: int, width: int, channels: int = 3) -> Picture:
    """Return a picture of long waves, which a small network learns well."""
    y, x = np.mgrid[:height, :width] / 10
    waves = [0.5 + 0.4 * np.sin((1 + c / 2) * x + c) * np.cos(y) for c in range(channels)]
    pixels = np.rint(np.stack(waves, axis=-1) * 255).astype(np.float32) / 255
    return Picture(pixels, PictureFacts(width, height, COLORS[channels]))


def quiet(progress: Progress) -> None:
    """Ignore the progress of a fit."""
