"""The tables of `compact`: means over pictures, and bits per pixel at a PSNR."""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from benchmarks.curves import mean
from benchmarks.plan import Row
from benchmarks.summary import of_kind
from benchmarks.table import titled

# The PSNRs at which codecs are compared, in dB.
PSNRS = (30.0, 35.0, 40.0)


def compact(rows: Sequence[Row]) -> str:
    """Return the tables of the section, from its rows."""
    fits, halves = of_kind(rows, "compact"), of_kind(rows, "compact half")
    shown = [
        {key: row[key] for key in ("picture", "own_psnr", "bpp", "psnr", "bicubic")}
        for row in halves
    ]
    return "\n\n".join(
        [
            titled("Compact: means of all pictures", means(fits)),
            titled("Compact: bits per pixel at a PSNR", at_psnrs(fits)),
            titled("Compact: twice the size of a half-size fit (dB)", shown),
        ]
    )


def means(rows: Sequence[Row]) -> list[Row]:
    """Return the means of all pictures at each quality."""
    return [
        {
            "quality": quality,
            "dB": _mean(group, "psnr"),
            **{name: _bits_text(_mean(group, name)) for name in ("bpp", "webp", "avif")},
            "fit s": _mean(group, "fit_seconds"),
            "render s": _mean(group, "render_seconds"),
            "peak MB": _mean(group, "peak_bytes") / 1e6,
        }
        for quality, group in _grouped(rows, "quality")
    ]


def at_psnrs(rows: Sequence[Row]) -> list[Row]:
    """Return bits per pixel at each PSNR that the fits enclose.

    "at one quality" reads the means of all pictures; "each at it" reads every picture at the
    PSNR and takes the mean then, which needs more bits. Codecs are read as the latter.
    """
    together = [
        (_mean(group, "psnr"), _mean(group, "bpp")) for _, group in _grouped(rows, "quality")
    ]
    alone = [group for _, group in _grouped(rows, "picture")]
    return [
        {
            "dB": f"{goal:g}",
            "at one quality": _bits_text(bits_at(together, goal)),
            "each at it": _bits_text(_mean_at(alone, "bpp", goal)),
            **{name: _bits_text(_mean_at(alone, name, goal)) for name in ("webp", "avif")},
        }
        for goal in PSNRS
    ]


def _mean_at(pictures: Sequence[Sequence[Row]], name: str, goal: float) -> float | None:
    curves = [[(row["psnr"], row[name]) for row in rows] for rows in pictures]
    return mean([bits_at(points, goal) for points in curves])


def bits_at(points: Sequence[tuple[float, float]], goal: float) -> float | None:
    """Return the bits per pixel at a PSNR, log-linear between points (dB, bpp).

    The first and the last line go on for 2 dB, and the result is None beyond.
    """
    ordered = sorted(points)
    for number, ((low, few), (high, many)) in enumerate(pairwise(ordered)):
        from_below = low - (2.0 if number == 0 else 0.0)
        to_above = high + (2.0 if number == len(ordered) - 2 else 0.0)
        if from_below <= goal <= to_above:
            share = (goal - low) / (high - low)
            return math.exp(math.log(few) + share * math.log(many / few))
    return None


def _mean(rows: Sequence[Row], name: str) -> float:
    return float(sum(row[name] for row in rows) / len(rows))


def _bits_text(bits: float | None) -> str | None:
    return None if bits is None else f"{bits:.3f}"


def _grouped(rows: Sequence[Row], key: str) -> Iterator[tuple[object, list[Row]]]:
    ordered = sorted(rows, key=lambda row: row[key])
    for value, group in groupby(ordered, key=lambda row: row[key]):
        yield value, list(group)
