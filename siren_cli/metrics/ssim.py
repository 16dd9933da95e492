"""How alike two pictures look: SSIM and MS-SSIM.

SSIM (Wang, Bovik, Sheikh and Simoncelli 2004, doi:10.1109/TIP.2003.819861) compares the
means, variances and covariances of two pictures in Gaussian windows of 11 x 11 pixels.
MS-SSIM (Wang, Simoncelli and Bovik 2003, doi:10.1109/ACSSC.2003.1292216) does so at five
scales, each of which has half the sides of the one before.

Both pictures are clamped and rounded to the original's bit depth first, as PSNR does. Colors
are premultiplied, alpha is a channel like the others, and each channel counts the same.

Only the sum s = x + y and the difference d = x - y of the pictures x and y are filtered, for
var x + var y is (var s + var d) / 2, and var x + var y - 2 cov is var d. Each term is then 1
minus a fraction that is small where the pictures are alike, so float32 is exact enough.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.bands import bands, filled
from siren_cli.pictures.picture import Picture, peak, quantize
from siren_cli.system.parallel import ahead

Values = NDArray[np.float32]
Sums = NDArray[np.float64]

# Pixels from the center of a window to its edge.
RADIUS = 5
# Standard deviation of the Gaussian window, in pixels.
SIGMA = 1.5
# Rows, or columns, of a window besides the one of its center.
OVERLAP = 2 * RADIUS
# The constant that keeps the luminance term stable in the dark, for values in [0, 1].
C1 = np.float32(0.01**2)
# The constant that keeps the contrast term stable where a picture is flat.
C2 = np.float32(0.03**2)
# Exponents of the five scales, the finest first (Wang et al. 2003, section 3.2).
EXPONENTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
# Shortest side, in pixels, of a picture that holds a window at the coarsest scale.
MS_SSIM_SIDE = (OVERLAP + 1) << (len(EXPONENTS) - 1)
# Rows of windows in a tile, which is filtered at once and fits into the cache of a core.
TILE_ROWS = 32
# Columns of windows in a tile.
TILE_COLUMNS = 1024

_BELL = [math.exp(-0.5 * (offset / SIGMA) ** 2) for offset in range(-RADIUS, 1)]
# Weights from the edge of a window to its center; the other half mirrors them.
WEIGHTS = [np.float32(height / (2.0 * sum(_BELL) - 1.0)) for height in _BELL]


class Similarity(NamedTuple):
    """How alike two pictures look; 1 is identical.

    Attributes:
        ssim: At most 1, the mean over windows that lie wholly inside, with variances
            divided by n; None where a side is under 11 pixels.
        ms_ssim: In [0, 1], the mean over channels, each with its own product over
            scales; None where a side is under 176 pixels.
    """

    ssim: float | None
    ms_ssim: float | None


class _Terms(NamedTuple):
    """Two terms per channel, averaged over all windows, of shape (channels,).

    Attributes:
        contrast: The contrast and structure term.
        ssim: The same times the luminance term.
    """

    contrast: Sums
    ssim: Sums


def similarity(original: Picture, candidate: Picture) -> Similarity:
    """Return how alike two pictures of one size look.

    Besides the two pictures it takes about as much memory as one and a half of them.
    """
    height, width, channels = original.pixels.shape
    if min(height, width) <= OVERLAP:
        return Similarity(None, None)
    depth = original.facts.bit_depth
    first, second = _stored(original, depth), _stored(candidate, depth)
    terms = _terms(first, second, peak(depth))
    ssim = float(terms.ssim.mean())
    if min(height, width) < MS_SSIM_SIDE:
        return Similarity(ssim, None)
    product = np.ones(channels)
    for exponent in EXPONENTS[:-1]:
        # A negative mean has no such power; it counts as no likeness at all.
        product *= np.maximum(terms.contrast, 0.0) ** exponent
        first, second = _halved(first), _halved(second)
        terms = _terms(first, second, peak(depth))
    product *= np.maximum(terms.ssim, 0.0) ** EXPONENTS[-1]
    return Similarity(ssim, float(product.mean()))


def _stored(picture: Picture, depth: int) -> Any:
    """Return the values that a file of that depth stores, as uint8 or uint16."""
    height, width, _ = picture.pixels.shape
    parts = ahead(lambda rows: quantize(picture.pixels[rows], depth), bands(height, width))
    return np.concatenate(list(parts))


def _halved(values: Any) -> Values:
    """Return means of 2 x 2 values; the last row or column of an odd side counts twice."""
    height, width, channels = values.shape
    rows, columns = (height + 1) // 2, (width + 1) // 2
    return filled(
        np.empty((rows, columns, channels), np.float32),
        lambda band: _means_of_four(values[2 * band.start : 2 * band.stop]),
    )


def _means_of_four(values: Any) -> Values:
    height, width, _ = values.shape
    missing = ((0, height % 2), (0, width % 2), (0, 0))
    even = np.pad(values, missing, "edge").astype(np.float32)
    rows = even[::2] + even[1::2]
    means: Values = (rows[:, ::2] + rows[:, 1::2]) * np.float32(0.25)
    return means


def _terms(first: Any, second: Any, largest: int) -> _Terms:
    """Return the terms of two arrays of stored values, of shape (height, width, channels)."""
    height, width, channels = first.shape

    def sums(tile: tuple[slice, slice]) -> Sums:
        return _sums(first[tile].astype(np.float32), second[tile].astype(np.float32), largest)

    total = np.zeros((2, channels))
    for each in ahead(sums, _tiles(height, width)):
        total += each
    contrast, ssim = total / ((height - OVERLAP) * (width - OVERLAP))
    return _Terms(contrast, ssim)


def _tiles(height: int, width: int) -> Iterator[tuple[slice, slice]]:
    """Yield rows and columns that overlap, so that each window lies in just one tile."""
    for top in range(0, height - OVERLAP, TILE_ROWS):
        for left in range(0, width - OVERLAP, TILE_COLUMNS):
            yield (
                slice(top, top + TILE_ROWS + OVERLAP),
                slice(left, left + TILE_COLUMNS + OVERLAP),
            )


def _sums(first: Values, second: Values, largest: int) -> Sums:
    """Return the sums of both terms over the windows of a tile, of shape (2, channels)."""
    unit = np.float32(1.0 / largest)
    # The sum is shifted by 1 to lie in [-1, 1], where float32 is finer than up to 2.
    sum_mean, sum_variance = _moments((first + second - np.float32(largest)) * unit)
    mean, variance = _moments((first - second) * unit)
    contrast = _one_less(variance, sum_variance, C2)
    ssim = contrast * _one_less(np.square(mean), np.square(sum_mean + np.float32(1.0)), C1)
    # Rows are summed first, for NumPy is slow where the last axis, of channels, is short.
    down = [term.sum(axis=0, dtype=np.float64) for term in (contrast, ssim)]
    return np.stack([columns.sum(axis=0) for columns in down])


def _one_less(of_difference: Values, of_sum: Values, constant: np.float32) -> Values:
    """Return 1 - d / ((s + d) / 2 + constant), for d of the difference and s of the sum."""
    whole = of_sum + of_difference
    whole *= np.float32(0.5)
    whole += constant
    np.divide(of_difference, whole, out=whole)
    np.subtract(np.float32(1.0), whole, out=whole)
    return whole


def _moments(values: Values) -> tuple[Values, Values]:
    """Return the mean and the variance of each window inside a tile."""
    mean = _blurred(values)
    return mean, _blurred(np.square(values)) - np.square(mean)


def _blurred(values: Values) -> Values:
    """Return weighted means over windows, along the rows and then along the columns."""
    for axis in (0, 1):
        count = values.shape[axis] - OVERLAP
        parts = [_part(values, axis, start, count) for start in range(OVERLAP + 1)]
        mean = parts[RADIUS] * WEIGHTS[RADIUS]
        pair = np.empty_like(mean)
        for start in range(RADIUS):
            np.add(parts[start], parts[OVERLAP - start], out=pair)
            pair *= WEIGHTS[start]
            mean += pair
        values = mean
    return values


def _part(values: Values, axis: int, start: int, count: int) -> Values:
    return values[start : start + count] if axis == 0 else values[:, start : start + count]
