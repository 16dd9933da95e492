"""Reading curves of PSNR over seconds between their points."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

Point = tuple[float, float]  # seconds, dB

# A run that was planned for a budget ends a little before or after it: the ends of
# a curve hold this much longer, and count this much earlier.
SLACK = 1.1


def value_at(points: Iterable[Point], seconds: float) -> float | None:
    """Return the dB at `seconds`, linear over log seconds between the points.

    None where that is well before the first point or well after the last one.
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
    """Return when the curve first reaches `psnr`, or None if it does not.

    Where the first point is better already, these are its seconds: at most so
    many were needed.
    """
    ordered = sorted(points)
    if ordered and ordered[0][1] >= psnr:
        return ordered[0][0]
    for (before, low), (after, high) in pairwise(ordered):
        if low < psnr <= high:
            return float(before * (after / before) ** ((psnr - low) / (high - low)))
    return None


def mean(values: Sequence[float | None]) -> float | None:
    """Return the mean, or None where a value is missing: means over other sets mislead."""
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present and len(present) == len(values) else None


def _share(before: float, after: float, seconds: float) -> float:
    return math.log(seconds / before) / math.log(after / before) if after > before else 1.0
