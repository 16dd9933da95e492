"""How alike two pictures look: SSIM and MS-SSIM.

SSIM (Wang, Bovik, Sheikh and Simoncelli 2004, doi:10.1109/TIP.2003.819861) compares
means, and variances with covariances, in Gaussian windows of 11 x 11. MS-SSIM (Wang,
Simoncelli and Bovik 2003, doi:10.1109/ACSSC.2003.1292216) does so at five sizes.

Both clamp and round the pictures to the original's bit depth first, as PSNR does. Colors
are premultiplied, alpha is a channel like the others, and each channel counts the same.

Of the pictures x and y only s = x + y and d = x - y are filtered, for var x + var y is
(var s + var d) / 2, and var x + var y - 2 cov is var d: what is subtracted from 1 is small
where pictures are alike, so float32 is enough. Tiles are small, for a core's cache.
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.picture import Picture, bands, peak, quantize
from siren_cli.system.parallel import ahead

Values = NDArray[np.float32]
# A tile of a scale: its rows and its columns.
Tile = tuple[slice, slice]

RADIUS, SIGMA = 5, 1.5
# Rows or columns that a window needs besides its own.
OVERLAP = 2 * RADIUS
C1, C2 = 0.01**2, 0.03**2
# Of the scales, finest first (Wang et al. 2003, section 3.2).
EXPONENTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
# So that a window lies inside at the coarsest scale.
MS_SSIM_SIDE = (OVERLAP + 1) << (len(EXPONENTS) - 1)
TILE_ROWS, TILE_VALUES = 64, 768

_BELLS = [math.exp(-0.5 * (offset / SIGMA) ** 2) for offset in range(-RADIUS, 1)]
# From the window's edge to its center; the other half is the same.
WEIGHTS = [np.float32(bell / (2 * sum(_BELLS) - 1)) for bell in _BELLS]


class Similarity(NamedTuple):
    """How alike two pictures look; 1 is identical.

    Attributes:
        ssim: At most 1, or None where a side is under 11 pixels.
        ms_ssim: In [0, 1], the mean over channels, each with its own product over
            scales; None where a side is under 176 pixels.
    """

    ssim: float | None
    ms_ssim: float | None


class _Scale(NamedTuple):
    """Two pictures at one of the sizes that are compared.

    Attributes:
        shape: Height, width and channels.
        tile: Gives some rows and columns of their sum, less its middle, and of their
            difference, both in [-1, 1].
    """

    shape: tuple[int, int, int]
    tile: Callable[[slice, slice], tuple[Values, Values]]


def similarity(original: Picture, candidate: Picture) -> Similarity:
    """Return how alike two pictures of one size look.

    Besides the two, it takes less memory than one more.
    """
    if _side(original) < MS_SSIM_SIDE:
        return Similarity(_ssim(original, candidate), None)
    scale = _finest(original, candidate)
    contrast, whole = _terms(scale)
    first, product = float(whole.mean()), np.ones(len(whole))
    for exponent in EXPONENTS[:-1]:
        # What is negative has no such power; it is as unlike as can be.
        product *= np.maximum(contrast, 0.0) ** exponent
        scale = _halved(scale)
        contrast, whole = _terms(scale)
    product *= np.maximum(whole, 0.0) ** EXPONENTS[-1]
    return Similarity(first, float(product.mean()))


def _ssim(original: Picture, candidate: Picture) -> float | None:
    """Return the mean structural similarity, or None where a side is under 11 pixels.

    Windows lie wholly inside; variances are those of the population (divided by n).
    """
    if _side(original) <= OVERLAP:
        return None
    _, whole = _terms(_finest(original, candidate))
    return float(whole.mean())


def _side(picture: Picture) -> int:
    return min(picture.facts.height, picture.facts.width)


def _finest(original: Picture, candidate: Picture) -> _Scale:
    depth = original.facts.bit_depth
    middle = np.float32(peak(depth))
    step = 1 / middle

    def stored(picture: Picture, *tile: slice) -> Values:
        values: Values = quantize(picture.pixels[tile], depth).astype(np.float32)
        return values

    def tile(rows: slice, columns: slice) -> tuple[Values, Values]:
        first, second = (stored(each, rows, columns) for each in (original, candidate))
        return (first + second - middle) * step, (first - second) * step

    return _Scale(original.pixels.shape, tile)


def _halved(scale: _Scale) -> _Scale:
    """Return means of 2 x 2; an odd side's last row or column is doubled before."""
    height, width, channels = scale.shape
    rows, columns = (height + 1) // 2, (width + 1) // 2
    halves = np.empty((2, rows, columns, channels), np.float32)

    def fill(band: slice) -> None:
        whole = slice(2 * band.start, 2 * band.stop)
        for half, values in zip(halves, scale.tile(whole, slice(None)), strict=True):
            half[band] = _mean_of_four(values)

    for _ in ahead(fill, bands(rows, columns)):
        pass
    return _Scale((rows, columns, channels), lambda *tile: (halves[0][tile], halves[1][tile]))


def _mean_of_four(values: Values) -> Values:
    height, width, _ = values.shape
    even = np.pad(values, ((0, height % 2), (0, width % 2), (0, 0)), "edge")
    rows = even[::2] + even[1::2]
    mean: Values = (rows[:, ::2] + rows[:, 1::2]) * np.float32(0.25)
    return mean


def _terms(scale: _Scale) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the means over all windows, per channel.

    Returns:
        Those of the contrast and structure term, and of it times the luminance term,
        which is SSIM; both of shape (channels,).
    """
    height, width, channels = scale.shape
    windows = (height - OVERLAP) * (width - OVERLAP)
    sums = np.zeros((2, channels))
    for each in ahead(lambda tile: _sums(*scale.tile(*tile)), _tiles(scale.shape)):
        sums += each
    contrast, whole = sums / windows
    return contrast, whole


def _tiles(shape: tuple[int, int, int]) -> Iterator[Tile]:
    """Yield parts that overlap, so that each window lies in just one of them."""
    height, width, channels = shape
    step = max(1, TILE_VALUES // channels)
    for top in range(0, height - OVERLAP, TILE_ROWS):
        for left in range(0, width - OVERLAP, step):
            yield (
                slice(top, min(top + TILE_ROWS + OVERLAP, height)),
                slice(left, min(left + step + OVERLAP, width)),
            )


def _sums(total: Values, difference: Values) -> NDArray[np.float64]:
    """Return the sums of both terms over a tile's windows, of shape (2, channels)."""
    _, columns, channels = total.shape
    mean, spread = _moments(total)
    error, noise = _moments(difference)
    contrast = _one_less(noise, (spread + noise) * np.float32(0.5) + np.float32(C2))
    mean += np.float32(1.0)  # the sum's middle
    mean *= mean
    error *= error
    luminance = _one_less(error, (mean + error) * np.float32(0.5) + np.float32(C1))
    luminance *= contrast
    return np.stack([_windows(each, columns, channels) for each in (contrast, luminance)])


def _one_less(part: Values, whole: Values) -> Values:
    np.divide(part, whole, out=whole)
    return np.subtract(np.float32(1.0), whole, out=whole)


def _moments(values: Values) -> tuple[Values, Values]:
    """Return each window's mean and variance, a row of windows after the other.

    As `values` are one line in memory, a window a row or column further is so many values
    further. Between the rows there are windows of two rows' ends: see `_windows`.
    """
    row, column = values.shape[1] * values.shape[2], values.shape[2]
    line = values.reshape(-1)
    mean = _weighted(_weighted(line, row), column)
    variance = _weighted(_weighted(line * line, row), column)
    variance -= mean * mean
    return mean, variance


def _weighted(line: Values, step: int) -> Values:
    """Return the weighted means of 11 values that are `step` from each other."""
    length = line.size - OVERLAP * step
    mean = line[RADIUS * step :][:length] * WEIGHTS[RADIUS]
    pair = np.empty_like(mean)
    for place in range(RADIUS):
        left, right = place * step, (OVERLAP - place) * step
        np.add(line[left:][:length], line[right:][:length], out=pair)
        pair *= WEIGHTS[place]
        mean += pair
    return mean


def _windows(line: Values, columns: int, channels: int) -> NDArray[np.float64]:
    """Return the sum over the windows that lie inside, of shape (channels,)."""
    row, beyond = columns * channels, OVERLAP * channels
    rows = np.append(line, np.zeros(beyond, np.float32)).reshape(-1, row)
    inside = rows.sum(axis=0, dtype=np.float64)[: row - beyond]
    sums: NDArray[np.float64] = inside.reshape(-1, channels).sum(axis=0)
    return sums
