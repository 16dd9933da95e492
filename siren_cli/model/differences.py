"""The derivatives of a picture, taken as differences of its pixels.

Beyond its border the picture is mirrored: 2 1 0 0 1 2 ..., so that a derivative there is
half of a difference. A pixel that is NaN, as in a hole, makes each derivative NaN that needs
it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatPixels = NDArray[np.floating[Any]]


def gradients(pixels: FloatPixels, differences: str) -> FloatPixels:
    """Return the gradients of a picture, per pixel.

    Args:
        pixels: Array of shape (height, width, channels).
        differences: `central`, half the difference of both neighbors; or `sobel`, the mean
            of three of these side by side, the middle one weighed twice (Sobel and Feldman
            1968), which is their filter divided by 8.

    Returns:
        Array of shape (height, width, 2, channels): along y, along x.
    """
    framed = _framed(pixels)
    along_y, along_x = framed[2:] - framed[:-2], framed[:, 2:] - framed[:, :-2]
    if differences == "sobel":
        along_y = (along_y[:, :-2] + 2 * along_y[:, 1:-1] + along_y[:, 2:]) / 4
        along_x = (along_x[:-2] + 2 * along_x[1:-1] + along_x[2:]) / 4
    else:
        along_y, along_x = along_y[:, 1:-1], along_x[1:-1]
    return np.stack([along_y, along_x], axis=2) / 2


def laplacians(pixels: FloatPixels) -> FloatPixels:
    """Return the Laplacians of a picture, per square pixel, by the five-point stencil.

    Args:
        pixels: Array of shape (height, width, channels).

    Returns:
        Array of the same shape: the sum of the four neighbors without four times the pixel.
    """
    framed = _framed(pixels)
    beside = framed[1:-1, 2:] + framed[1:-1, :-2] + framed[2:, 1:-1] + framed[:-2, 1:-1]
    return beside - 4 * pixels


def _framed(pixels: FloatPixels) -> FloatPixels:
    """Return a picture with a frame of a pixel, in which it is mirrored."""
    framed: FloatPixels = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), mode="symmetric")
    return framed
