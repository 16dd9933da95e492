"""Values of any range as pixels in [0, 1], and back: floating point and large integers.

A fit is as exact as its range is narrow, so light of 1:100,000 is mapped by a curve that is
linear near zero and logarithmic beyond (the inverse hyperbolic sine; Lupton, Gunn and Szalay
1999, arXiv:astro-ph/9903081, section 2). The curve is chosen from the values and stored.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import PictureError

Curve = Literal["linear", "asinh"]
Scene = Literal["light", "numbers"]
CURVES, SCENES = get_args(Curve), get_args(Scene)

# Alpha below this is none, where colors are divided by it.
LEAST_ALPHA = 1e-6
# The largest number of single precision.
MAX_FLOAT32 = float(np.finfo(np.float32).max)
# Numbers whose largest magnitude is this many times the median are mapped by the curve.
WIDE_RANGE = 32.0
# The curve bends where values are the median by this.
MEDIAN_TO_KNEE = 16.0
# The knee is at least the largest magnitude by this, for float32 has 24 bits.
PEAK_TO_LEAST_KNEE = 2.0**40


@dataclass(frozen=True)
class ValueMapping:
    """How values of a picture become pixels in [0, 1].

    Attributes:
        curve: `linear`, or `asinh`, which is logarithmic for large values.
        low: The value of pixel 0.
        high: The value of pixel 1.
        knee: Where asinh turns from linear to logarithmic; 1 for `linear`.
        scene: `light`, which is shown by an exposure, or any `numbers`, which are shown by
            their range.
    """

    curve: Curve
    low: float
    high: float
    knee: float = 1.0
    scene: Scene = "numbers"

    @property
    def is_light(self) -> bool:
        """Whether values are amounts of light."""
        return self.scene == "light"

    @property
    def straight(self) -> "ValueMapping":
        """The linear mapping of the same range: means of its pixels are means of values."""
        return replace(self, curve="linear", knee=1.0)

    def pixels(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Return values as pixels, clipped to [0, 1]."""
        start, stop = self.ends
        bent = self._bent(np.asarray(values, np.float64))
        pixels: NDArray[np.float32] = ((bent - start) / (stop - start)).astype(np.float32)
        np.clip(pixels, 0.0, 1.0, out=pixels)
        return pixels

    def values(self, pixels: NDArray[Any]) -> NDArray[np.float32]:
        """Return pixels, clipped to [0, 1], as values."""
        start, stop = self.ends
        bent = np.clip(pixels, 0.0, 1.0).astype(np.float64) * (stop - start) + start
        values = self.knee * np.sinh(bent) if self.curve == "asinh" else bent
        clipped: NDArray[np.float32] = np.clip(values, self.low, self.high).astype(np.float32)
        return clipped

    def slopes(self, pixels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the first and the second derivative of the values by the pixels."""
        start, stop = self.ends
        width = stop - start
        pixels = np.asarray(pixels, np.float64)
        if self.curve == "linear":
            return np.full_like(pixels, width), np.zeros_like(pixels)
        bent = pixels * width + start
        return self.knee * width * np.cosh(bent), self.knee * width**2 * np.sinh(bent)

    def shown(self, values: NDArray[Any], exposure: float = 0.0) -> NDArray[np.float32]:
        """Return values as amounts in [0, 1] of what a file of 8 or 16 bits can hold.

        Args:
            values: Values, as of `values`.
            exposure: Stops: each doubles the amounts.
        """
        amounts = np.asarray(values, np.float64)
        if not self.is_light:
            amounts = (amounts - self.low) / (self.high - self.low)
        shown: NDArray[np.float32] = np.clip(amounts * 2.0**exposure, 0, 1).astype(np.float32)
        return shown

    @property
    def ends(self) -> tuple[float, float]:
        """What the curve makes of the lowest and of the highest value."""
        if self.curve == "linear":
            return self.low, self.high
        return math.asinh(self.low / self.knee), math.asinh(self.high / self.knee)

    def _bent(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.arcsinh(values / self.knee) if self.curve == "asinh" else values


# Floating-point values as most programs hold pictures.
UNIT_RANGE = ValueMapping("linear", 0.0, 1.0)


def remapped(
    pixels: NDArray[np.float32], own: ValueMapping, other: ValueMapping
) -> NDArray[np.float32]:
    """Return premultiplied pixels of one mapping as those of the same values by another.

    Args:
        pixels: Array of shape (height, width, 1 to 4).
        own: What they mean.
        other: What the result means.
    """
    if own == other:
        return pixels
    colors = pixels.shape[2] - (pixels.shape[2] in (2, 4))
    alpha = np.maximum(pixels[..., colors:], LEAST_ALPHA) if colors < pixels.shape[2] else 1.0
    result = pixels.copy()
    result[..., :colors] = other.pixels(own.values(pixels[..., :colors] / alpha)) * alpha
    return result


def chosen(values: NDArray[Any], scene: Scene) -> ValueMapping:
    """Return the mapping for some values, chosen from them.

    Light is mapped by asinh, for eyes see ratios. Numbers in [0, 1] stay as they are, others
    are mapped from their lowest to their highest, by asinh if the range is wide.

    Args:
        values: Values of a picture without its alpha, of any shape.
        scene: What they are.

    Raises:
        PictureError: Some are not finite.
    """
    low, high = float(values.min()), float(values.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        count = np.count_nonzero(~np.isfinite(values))
        raise PictureError(
            f"{count} of its values are not finite; replace them first, as by np.nan_to_num"
        )
    if max(-low, high) > MAX_FLOAT32:
        raise PictureError("some of its values are beyond those of single precision")
    if scene == "numbers" and 0.0 <= low <= high <= 1.0:
        return UNIT_RANGE
    if low == high:  # flat: all pixels are 0
        # Where there is no room above, it is from below, and all pixels are 1.
        span = max(1.0, abs(low))
        ends = (low, low + span) if low + span <= MAX_FLOAT32 else (low - span, low)
        return ValueMapping("linear", *ends, scene=scene)
    magnitudes = np.abs(values[values != 0]).astype(np.float64)
    peak, median = float(magnitudes.max()), float(np.median(magnitudes))
    if scene == "numbers" and peak <= WIDE_RANGE * median:
        return ValueMapping("linear", low, high)
    knee = max(median / MEDIAN_TO_KNEE, peak / PEAK_TO_LEAST_KNEE)
    return ValueMapping("asinh", low, high, knee, scene)
