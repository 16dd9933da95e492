"""How good and how small: PSNR and bits per pixel."""

import math

import numpy as np

from siren_cli.pictures.picture import Picture, peak, quantize

# Of a large picture only so much is compared at once.
BAND_ROWS = 64


def psnr(original: Picture, candidate: Picture) -> float | None:
    """Return the peak signal-to-noise ratio in dB, or None for a perfect match.

    Both are clamped and rounded to the original's bit depth first, as files store
    them; the mean square runs over the whole picture and all channels, alpha included, with
    colors premultiplied; the peak is 1.
    """
    total, depth = 0, original.facts.bit_depth
    for top in range(0, original.facts.height, BAND_ROWS):
        band = slice(top, top + BAND_ROWS)
        first, second = (quantize(each.pixels[band], depth) for each in (original, candidate))
        difference = first.astype(np.int64) - second
        total += int(np.square(difference).sum())
    mse = total / original.pixels.size / peak(depth) ** 2
    return decibels(mse) if total else None


def decibels(mse: float) -> float:
    """Return 10 log10(1 / mse): the PSNR of a mean squared error at peak 1."""
    return 10.0 * math.log10(1.0 / mse)


def mean_square(psnr: float) -> float:
    """Return the mean squared error, at peak 1, that has this PSNR in dB."""
    return float(10.0 ** (-psnr / 10.0))


def bits_per_pixel(file_bytes: int, width: int, height: int) -> float:
    """Return the bits of the whole file per pixel of the picture."""
    return 8.0 * file_bytes / (width * height)
