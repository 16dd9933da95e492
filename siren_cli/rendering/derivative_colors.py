"""Derivatives as colors and grays."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.colors.light import LUMA
from siren_cli.pictures.picture import Pixels
from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN

# Derivatives have no largest value, so the brightest color is given to this quantile.
BRIGHTEST_QUANTILE = 0.99


def gray(jets: NDArray[Any]) -> NDArray[Any]:
    """Return the derivatives of the luma of colors; alpha is left out.

    Args:
        jets: Array of shape (..., channels, 4).
    """
    if jets.shape[-2] < len(LUMA):
        return jets[..., 0, :]
    shade: NDArray[Any] = np.einsum("...cj,c->...j", jets[..., : len(LUMA), :], LUMA)
    return shade


def steepness(jets: NDArray[Any]) -> NDArray[Any]:
    """Return the length of the gradients of gray jets, which have shape (..., 4)."""
    length: NDArray[Any] = np.hypot(jets[..., DX], jets[..., DY])
    return length


def brightest(derived: NDArray[Any]) -> float:
    """Return the absolute value that is shown brightest; a hundredth is larger."""
    return float(np.quantile(np.abs(derived), BRIGHTEST_QUANTILE)) or 1.0


def gradient_colors(jets: NDArray[Any], scale: float) -> Pixels:
    """Return gradients in colors: the hue is their direction, the brightness their length.

    Red points right, yellow-green down, cyan left, and violet up.

    Args:
        jets: Gray jets, shape (rows, columns, 4).
        scale: The length that is shown brightest.
    """
    angle = np.arctan2(jets[..., DY], jets[..., DX])[..., None]
    thirds = np.arange(3) * (2.0 * math.pi / 3.0)
    brightness = np.minimum(steepness(jets) / scale, 1.0)[..., None]
    colors: Pixels = (brightness * (0.5 + 0.5 * np.cos(angle - thirds))).astype(np.float32)
    return colors


def laplacian_grays(jets: NDArray[Any], scale: float) -> Pixels:
    """Return Laplacians in gray: middle gray is 0, black is -scale, white is scale."""
    shade = 0.5 + 0.5 * jets[..., LAPLACIAN, None] / scale
    return np.clip(shade, 0.0, 1.0).astype(np.float32)
