"""How good and how small: PSNR and bits per pixel."""

import math

import numpy as np

from siren_cli.image import PEAK, Picture, quantize


def psnr(original: Picture, candidate: Picture) -> float | None:
    """Return the peak signal-to-noise ratio in dB, or None for a perfect match.

    Both are clamped and rounded to 8 bits first, as files store them; the mean
    square runs over the whole picture and all channels, alpha included, with
    colors premultiplied; the peak is 1.
    """
    first = quantize(original.pixels).astype(np.int32)
    second = quantize(candidate.pixels).astype(np.int32)
    mse = float(np.square(first - second).mean()) / PEAK**2
    return decibels(mse) if mse > 0.0 else None


def decibels(mse: float) -> float:
    """Return 10 log10(1 / mse): the PSNR of a mean squared error at peak 1."""
    return 10.0 * math.log10(1.0 / mse)


def bits_per_pixel(file_bytes: int, width: int, height: int) -> float:
    """Return the bits of the whole file per pixel of the picture."""
    return 8.0 * file_bytes / (width * height)
