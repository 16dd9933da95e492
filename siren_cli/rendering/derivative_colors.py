"""How derivatives are shown in colors and grays."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.color import LUMA
from siren_cli.pictures.picture import Pixels
from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN

# Derivatives have no largest value: this share of them is within what is shown.
SHOWN_SHARE = 0.99


def gray(jets: NDArray[Any]) -> NDArray[Any]:
    """Return the jets of the gray of colors; alpha is left out.

    Args:
        jets: Array of shape (..., channels, 4).
    """
    if jets.shape[-2] < len(LUMA):
        return jets[..., 0, :]
    shade: NDArray[Any] = np.einsum("...cj,c->...j", jets[..., : len(LUMA), :], LUMA)
    return shade


def steepness(jets: NDArray[Any]) -> NDArray[Any]:
    """Return the size of the gradients of gray jets, shape (..., 4)."""
    size: NDArray[Any] = np.hypot(jets[..., DX], jets[..., DY])
    return size


def brightest(derived: NDArray[Any]) -> float:
    """Return the size of derivatives that is shown brightest; larger ones are few."""
    return float(np.quantile(np.abs(derived), SHOWN_SHARE)) or 1.0


def gradient_colors(jets: NDArray[Any], scale: float) -> Pixels:
    """Return gradients in colors: their direction is the hue, their size the brightness.

    To the right is red, down is yellow-green, to the left cyan, up violet.

    Args:
        jets: Gray jets, shape (rows, columns, 4).
        scale: The size that is shown brightest.
    """
    angle = np.arctan2(jets[..., DY], jets[..., DX])[..., None]
    thirds = np.arange(3) * (2.0 * math.pi / 3.0)
    size = np.minimum(steepness(jets) / scale, 1.0)[..., None]
    colors: Pixels = (size * (0.5 + 0.5 * np.cos(angle - thirds))).astype(np.float32)
    return colors


def laplacian_grays(jets: NDArray[Any], scale: float) -> Pixels:
    """Return Laplacians in gray: the middle is none, black and white are -scale and scale."""
    shade = 0.5 + 0.5 * jets[..., LAPLACIAN, None] / scale
    return np.clip(shade, 0.0, 1.0).astype(np.float32)
