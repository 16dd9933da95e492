"""Curves: how encoded values in [0, 1] relate to light in [0, 1]."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]

# Largest magnitude of a parameter. Beyond it a curve is nonsense, and might overflow float32.
MAX_PARAMETER = 16.0
# A curve's light rises by at least this from the lowest value to the highest.
LEAST_RISE = 0.5
# A measured curve may fall below a lower value's light by this.
MOST_FALL = 0.002
# Light of neighbors in a table that differ differs by more.
LEAST_STEP = np.float32(1e-12)
# Samples of a curve that is tested, or stored as a table: interpolation between those of PQ
# is off by 0.004 % of the light at most, but for near black.
SAMPLES = 1024
# Parameters of each function type, by its number (ICC.1:2022, table 68).
PARAMETER_COUNTS = (1, 3, 4, 5, 7)


@dataclass(frozen=True)
class Parametric:
    """A power of values, and a straight line below a threshold (ICC.1:2022, section 10.18).

    Light is (a x + b)^gamma + e from the value d on, and c x + f below it. The letters are
    those of function type 4, of which the other types are special cases.
    """

    gamma: float
    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 0.0
    f: float = 0.0

    def to_light(self, values: Values) -> Values:
        """Return encoded values in [0, 1] as light in [0, 1]."""
        light = values * np.float32(self.a)
        light += np.float32(self.b)
        np.maximum(light, 0.0, out=light)
        np.power(light, np.float32(self.gamma), out=light)
        light += np.float32(self.e)
        if self.d > 0.0:
            line = values * np.float32(self.c) + np.float32(self.f)
            np.copyto(light, line, where=values < np.float32(self.d))
        return np.clip(light, 0.0, 1.0, out=light)

    def from_light(self, light: Values) -> Values:
        """Return light in [0, 1] as encoded values in [0, 1]; the darkest light is 0."""
        values = light - np.float32(self.e)
        np.maximum(values, 0.0, out=values)
        np.power(values, np.float32(1.0 / self.gamma), out=values)
        values -= np.float32(self.b)
        values *= np.float32(1.0 / self.a)
        if self.d > 0.0:
            slope = np.float32(1.0 / self.c if self.c else 0.0)
            line = (light - np.float32(self.f)) * slope
            np.copyto(values, line, where=light <= np.float32(self.c * self.d + self.f))
        return np.clip(values, 0.0, 1.0, out=values)

    @property
    def parameters(self) -> tuple[float, ...]:
        """All parameters, in the order of function type 4."""
        return self.gamma, self.a, self.b, self.c, self.d, self.e, self.f


@dataclass(frozen=True, eq=False)
class Table:
    """A curve by its light at values of equal distance, linear between them.

    Attributes:
        light: Light in [0, 1] at the values from 0 to 1, shape (at least 2,).
    """

    light: Values

    def to_light(self, values: Values) -> Values:
        """Return encoded values in [0, 1] as light in [0, 1]."""
        places = np.linspace(0.0, 1.0, len(self.light))
        return np.interp(values, places, self.light).astype(np.float32)

    def from_light(self, light: Values) -> Values:
        """Return light in [0, 1] as encoded values in [0, 1].

        Of several values with the same light the lowest is taken, but of those with the
        most light the highest: black and white stay black and white.
        """
        levels = self._levels
        upper = np.clip(np.searchsorted(levels, light), 1, len(levels) - 1)
        low = levels[upper - 1]
        share = np.clip((light - low) / np.maximum(levels[upper] - low, LEAST_STEP), 0.0, 1.0)
        values = (upper - 1 + share) / (len(levels) - 1)
        return np.where(light >= levels[-1], 1.0, values).astype(np.float32)

    @cached_property
    def _levels(self) -> Values:
        """The light without what falls in measured tables."""
        return np.maximum.accumulate(self.light)


Curve = Parametric | Table


def is_usable(curve: Curve) -> bool:
    """Return whether a curve rises from dark to light, so that it has an inverse."""
    if isinstance(curve, Parametric) and not _is_bounded(curve):
        return False
    light = curve.to_light(np.linspace(0.0, 1.0, SAMPLES, dtype=np.float32))
    fall = np.maximum.accumulate(light) - light
    return bool(light[-1] - light[0] >= LEAST_RISE and fall.max() <= MOST_FALL)


def _is_bounded(curve: Parametric) -> bool:
    is_small = all(abs(parameter) <= MAX_PARAMETER for parameter in curve.parameters)
    return is_small and curve.gamma >= 1.0 / MAX_PARAMETER and curve.a > 0.0 <= curve.c


def parametric(function_type: int, parameters: Sequence[float]) -> Parametric | None:
    """Return the curve of a function type, or None where there is no such curve.

    Args:
        function_type: Its number, 0 to 4 (ICC.1:2022, table 68).
        parameters: As many as the type has, in its order.
    """
    if function_type not in (1, 2):
        return Parametric(*parameters)
    gamma, a, b, *lowest = parameters
    floor = lowest[0] if lowest else 0.0
    return Parametric(gamma, a, b, d=-b / a, e=floor, f=floor) if a else None


def power(gamma: float) -> Parametric:
    """Return the curve light = value^gamma."""
    return Parametric(gamma)


def _camera(gamma: float, alpha: float, beta: float, slope: float) -> Parametric:
    """Return the inverse of a camera's curve: alpha L^(1/gamma) - alpha + 1, or slope L.

    Args:
        gamma: The exponent.
        alpha: The factor.
        beta: Light below which the curve is straight.
        slope: Its slope there.
    """
    return Parametric(gamma, 1 / alpha, 1 - 1 / alpha, 1 / slope, slope * beta)


def _pq() -> Table:
    """Return light by its share of 10,000 cd/m2 (SMPTE ST 2084:2014, equation 4.1)."""
    m1, m2 = 2610 / 16384, 2523 / 32
    c1, c2, c3 = 3424 / 4096, 2413 / 128, 2392 / 128
    root = np.linspace(0.0, 1.0, SAMPLES) ** (1 / m2)
    share = np.maximum(root - c1, 0.0) / (c2 - c3 * root)
    return Table((share ** (1 / m1)).astype(np.float32))


def _hlg() -> Table:
    """Return a scene's light, the brightest of which is 1 (ARIB STD-B67:2015, section 2)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    values = np.linspace(0.0, 1.0, SAMPLES)
    # The published constants make 1.0000001 of 1.
    is_root = values <= 0.5  # noqa: PLR2004
    light = np.where(is_root, values**2 / 3, (np.exp((values - c) / a) + b) / 12)
    return Table((light / light[-1]).astype(np.float32))


# IEC 61966-2-1.
SRGB_CURVE = Parametric(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
# ITU-R BT.709-6, item 1.2, with the digits of ITU-T H.273, at which both parts meet.
BT_709 = _camera(1 / 0.45, 1.09929682680944, 0.018053968510807, 4.5)
# ITU-T H.273, table 3, value 7.
SMPTE_240M = _camera(1 / 0.45, 1.1115721957735072, 0.022821585529445, 4.0)
LINEAR = power(1.0)
PQ = _pq()
HLG = _hlg()
