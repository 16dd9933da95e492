"""How light is averaged, and how derivatives are shown."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.picture import PictureFacts, Pixels, unpremultiplied
from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN

# What Pillow calls the gray of a color (ITU-R BT.601).
GRAY = np.array([0.299, 0.587, 0.114], np.float32)
# Derivatives have no largest value: this share of them is within what is shown.
SHOWN_SHARE = 0.99


def gray(jets: NDArray[Any]) -> NDArray[Any]:
    """Return the jets of the gray of colors; alpha is left out.

    Args:
        jets: Array of shape (..., channels, 4).
    """
    if jets.shape[-2] < len(GRAY):
        return jets[..., 0, :]
    shade: NDArray[Any] = np.einsum("...cj,c->...j", jets[..., : len(GRAY), :], GRAY)
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


def to_light(pixels: Pixels, facts: PictureFacts) -> Pixels:
    """Return stored values, taken to be sRGB, as amounts of light."""
    return _mapped(pixels, facts, _decoded)


def from_light(pixels: Pixels, facts: PictureFacts) -> Pixels:
    """Return amounts of light as stored values."""
    return _mapped(pixels, facts, _encoded)


def _mapped(pixels: Pixels, facts: PictureFacts, curve: Callable[[Pixels], Pixels]) -> Pixels:
    """Return pixels whose colors, but not their alpha, went through a curve."""
    if not facts.has_alpha:
        return curve(pixels)
    plain, alpha = unpremultiplied(pixels, facts.bit_depth), pixels[..., -1:]
    colors = curve(np.clip(plain[..., :-1], 0.0, 1.0))
    return np.concatenate([colors * alpha, alpha], axis=-1)


# The curve of sRGB (IEC 61966-2-1).
def _decoded(stored: Pixels) -> Pixels:
    curved = ((stored + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
    return np.where(stored <= np.float32(0.04045), stored / np.float32(12.92), curved)


def _encoded(light: Pixels) -> Pixels:
    curved = np.float32(1.055) * light ** np.float32(1 / 2.4) - np.float32(0.055)
    return np.where(light <= np.float32(0.0031308), light * np.float32(12.92), curved)
