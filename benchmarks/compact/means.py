"""Means over pictures, and bits per pixel at a quality."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from benchmarks.curves import mean
from benchmarks.plan import Row

# Qualities at which codecs are compared, in dB.
QUALITIES = (30.0, 35.0, 40.0)


def means(rows: Sequence[Row]) -> list[Row]:
    """Return the means of all pictures at each rate weight."""
    return [
        {
            "lambda": f"{weight:g}",
            "pictures": len(group),
            **{
                name: sum(row[name] for row in group) / len(group)
                for name, value in group[0].items()
                if isinstance(value, float) and name != "rate_weight"
            },
        }
        for weight, group in _grouped(rows, "rate_weight")
    ]


def at_qualities(rows: Sequence[Row]) -> list[Row]:
    """Return bits per pixel at each quality that the fits enclose.

    "at one lambda" reads the means of all pictures; "each at it" reads every picture at the
    quality and takes the mean then, which needs more bits. Codecs are read as the latter.
    """
    together = [(row["psnr"], row["bpp"]) for row in means(rows)]
    alone = [group for _, group in _grouped(rows, "picture")]
    return [
        {
            "dB": f"{quality:g}",
            "at one lambda": bits_at(together, quality),
            **{
                title: _mean_at(alone, name, quality)
                for title, name in [("each at it", "bpp"), ("webp", "webp"), ("avif", "avif")]
            },
        }
        for quality in QUALITIES
    ]


def _mean_at(pictures: Sequence[Sequence[Row]], name: str, quality: float) -> float | None:
    curves = [[(row["psnr"], row[name]) for row in rows] for rows in pictures]
    return mean([bits_at(points, quality) for points in curves])


def bits_at(points: Sequence[tuple[float, float]], quality: float) -> float | None:
    """Return the bits per pixel at a quality, log-linear between points (dB, bpp).

    The first and the last line go on for 2 dB, and the result is None beyond.
    """
    ordered = sorted(points)
    for number, ((low, few), (high, many)) in enumerate(pairwise(ordered)):
        from_below = low - (2.0 if number == 0 else 0.0)
        to_above = high + (2.0 if number == len(ordered) - 2 else 0.0)
        if from_below <= quality <= to_above:
            share = (quality - low) / (high - low)
            return math.exp(math.log(few) + share * math.log(many / few))
    return None


def _grouped(rows: Sequence[Row], key: str) -> Iterator[tuple[object, list[Row]]]:
    ordered = sorted(rows, key=lambda row: row[key])
    for value, group in groupby(ordered, key=lambda row: row[key]):
        yield value, list(group)
