"""How good and how small: PSNR, the largest error and bits per pixel."""

import math
from typing import Any

import numpy as np

from siren_cli.pictures.bands import bands
from siren_cli.pictures.picture import Picture, PictureFacts, Pixels, peak, quantize


def psnr(original: Picture, candidate: Picture) -> float | None:
    """Return the peak signal-to-noise ratio in dB, or None for a perfect match.

    Both are clamped and rounded to the original's bit depth first, as files store them.
    The mean square runs over all pixels and channels, alpha included, with colors
    premultiplied; the peak is 1.
    """
    depth = original.facts.bit_depth
    total = sum(
        squared_error(original.pixels[band], candidate.pixels[band], depth)
        for band in bands(original.facts.height, original.facts.width)
    )
    return psnr_of(total, original.facts)


def squared_error(original: Pixels, candidate: Pixels, bit_depth: int) -> int:
    """Return the sum of the squared differences of pixels, as stored values of a depth."""
    return int(np.square(_difference(original, candidate, bit_depth)).sum())


def psnr_of(total: int, facts: PictureFacts) -> float | None:
    """Return the PSNR in dB of a sum of squared errors over a picture; None is a match."""
    mse = total / (facts.pixels * facts.channels) / peak(facts.bit_depth) ** 2
    return decibels(mse) if total else None


def largest_error(original: Picture, candidate: Picture) -> int:
    """Return the largest difference of two stored values, from 0 to 255 or 65535.

    Values are compared as by `psnr`: at the original's bit depth, colors premultiplied.
    """
    depth = original.facts.bit_depth
    return max(
        int(np.abs(_difference(original.pixels[band], candidate.pixels[band], depth)).max())
        for band in bands(original.facts.height, original.facts.width)
    )


def _difference(original: Pixels, candidate: Pixels, bit_depth: int) -> Any:
    """Return the differences of stored values, as int64."""
    first, second = (quantize(each, bit_depth) for each in (original, candidate))
    return first.astype(np.int64) - second


def decibels(mse: float) -> float:
    """Return 10 log10(1 / mse): the PSNR of a mean squared error at peak 1."""
    return 10.0 * math.log10(1.0 / mse)


def mean_square(psnr: float) -> float:
    """Return the mean squared error, at peak 1, that has this PSNR in dB."""
    return float(10.0 ** (-psnr / 10.0))


def bits_per_pixel(file_bytes: int, width: int, height: int) -> float:
    """Return the bits of the whole file per pixel of the picture."""
    return 8.0 * file_bytes / (width * height)
