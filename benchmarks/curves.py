"""Curves of PSNR over seconds, read between their points."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple


class Point(NamedTuple):
    """A point of a curve.

    Attributes:
        seconds: Time of training so far.
        psnr: Quality that was reached, in dB.
    """

    seconds: float
    psnr: float


# A run that was planned for a budget ends a little before or after it. So a curve is
# read beyond its first and last point, up to this ratio of seconds.
SLACK = 1.1


def value_at(points: Iterable[Point], seconds: float) -> float | None:
    """Return the PSNR at `seconds`, in dB, linear over log seconds between the points.

    The result is None well before the first point and well after the last one.
    """
    ordered = sorted(points)
    for (before, low), (after, high) in pairwise(ordered):
        if before <= seconds <= after:
            return low + (high - low) * _share(before, after, seconds)
    for end, value in ordered[:1] + ordered[-1:]:
        if end / SLACK <= seconds <= end * SLACK:
            return value
    return None


def seconds_to(points: Iterable[Point], psnr: float) -> float | None:
    """Return the seconds at which the curve first reaches `psnr`, or None if it does not.

    If the first point is better already, the result is its seconds: the curve needed
    no more than that.
    """
    ordered = sorted(points)
    if ordered and ordered[0][1] >= psnr:
        return ordered[0][0]
    for (before, low), (after, high) in pairwise(ordered):
        if low < psnr <= high:
            return float(before * (after / before) ** ((psnr - low) / (high - low)))
    return None


def mean(values: Sequence[float | None]) -> float | None:
    """Return the mean, or None if a value is missing: means over other pictures mislead."""
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present and len(present) == len(values) else None


def _share(before: float, after: float, seconds: float) -> float:
    return math.log(seconds / before) / math.log(after / before) if after > before else 1.0
