"""How colors relate to light: the curve of sRGB, and the weights of gray."""

from collections.abc import Callable

import numpy as np

from siren_cli.pictures.picture import PictureFacts, Pixels, unpremultiplied

# Weights of red, green and blue in gray (ITU-R BT.601), as Pillow and most tools have them.
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def to_light(pixels: Pixels, facts: PictureFacts) -> Pixels:
    """Return stored values, taken to be sRGB, as amounts of light."""
    return _mapped(pixels, facts, _decoded)


def from_light(pixels: Pixels, facts: PictureFacts) -> Pixels:
    """Return amounts of light as stored values of sRGB."""
    return _mapped(pixels, facts, _encoded)


def _mapped(pixels: Pixels, facts: PictureFacts, curve: Callable[[Pixels], Pixels]) -> Pixels:
    """Return pixels whose colors, but not their alpha, went through a curve."""
    if not facts.has_alpha:
        return curve(pixels)
    plain, alpha = unpremultiplied(pixels, facts.bit_depth), pixels[..., -1:]
    colors = curve(np.clip(plain[..., :-1], 0.0, 1.0))
    return np.concatenate([colors * alpha, alpha], axis=-1)


def _decoded(stored: Pixels) -> Pixels:
    """Return values in [0, 1] by the transfer curve of sRGB (IEC 61966-2-1)."""
    curved = ((stored + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
    return np.where(stored <= np.float32(0.04045), stored / np.float32(12.92), curved)


def _encoded(light: Pixels) -> Pixels:
    """Return values in [0, 1] by the inverse of that curve."""
    curved = np.float32(1.055) * light ** np.float32(1 / 2.4) - np.float32(0.055)
    return np.where(light <= np.float32(0.0031308), light * np.float32(12.92), curved)
