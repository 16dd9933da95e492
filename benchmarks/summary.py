"""The numbers that a reader compares, computed from the measurements."""

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence

from benchmarks.curves import Point, mean, seconds_to, value_at
from benchmarks.plan import BUDGETS, PSNR_GOALS, Row

# The points of the curve of each system and picture: points = curves[system][picture].
Curves = dict[str, dict[str, list[Point]]]

OURS = "balanced"
PEER = "pytorch-tuned"
# Time at which our PSNR is compared with the final PSNR of the peer.
OUR_SECONDS = 10.0


def of_kind(rows: Sequence[Row], kind: str) -> list[Row]:
    """Return the rows of one kind."""
    return [row for row in rows if row["kind"] == kind]


def curves(rows: Sequence[Row]) -> Curves:
    """Return the points of the quality section by system and picture."""
    found: Curves = defaultdict(lambda: defaultdict(list))
    for row in of_kind(rows, "fit"):
        if row["psnr"] is not None:
            point = Point(row["seconds"], row["psnr"])
            found[row["system"]][row["picture"]].append(point)
    return {system: dict(pictures) for system, pictures in found.items()}


def psnr_over_seconds(found: Curves) -> list[Row]:
    """Return the mean PSNR of each system at each budget, over all its pictures."""
    return _means(found, value_at, {f"{seconds:g} s": seconds for seconds in BUDGETS})


def seconds_over_psnr(found: Curves) -> list[Row]:
    """Return the mean seconds of each system to each goal that all pictures reach."""
    return _means(found, seconds_to, {f"{goal:g} dB": goal for goal in PSNR_GOALS})


def _means(
    found: Curves,
    read: Callable[[list[Point], float], float | None],
    places: dict[str, float],
) -> list[Row]:
    return [
        {
            "system": system,
            **{
                name: mean([read(points, place) for points in pictures.values()])
                for name, place in places.items()
            },
        }
        for system, pictures in found.items()
    ]


def per_picture(found: Curves) -> list[Row]:
    """Return the PSNR at each budget and the seconds to each goal, of every curve."""
    return [
        {
            "system": system,
            "picture": picture,
            "psnr_at": {f"{at:g}": value_at(points, at) for at in BUDGETS},
            "seconds_to": {f"{goal:g}": seconds_to(points, goal) for goal in PSNR_GOALS},
        }
        for system, pictures in found.items()
        for picture, points in pictures.items()
    ]


def against_peer(found: Curves) -> Row | None:
    """Return how our default compares with the tuned peer at its longest budget.

    A ratio is that of our seconds to the seconds of the peer, at the PSNR of the
    peer. If we do not reach that PSNR, the ratio is infinite, and null in the result.
    """
    ours, theirs = found.get(OURS, {}), found.get(PEER, {})
    pictures = [picture for picture in theirs if picture in ours]
    if not pictures:
        return None
    ratios: list[float] = []
    gains: list[float] = []
    for picture in pictures:
        seconds, psnr = max(theirs[picture])
        needed = seconds_to(ours[picture], psnr)
        ratios.append(math.inf if needed is None else needed / seconds)
        ours_then = value_at(ours[picture], OUR_SECONDS)
        gains += [] if ours_then is None else [ours_then - psnr]
    return {
        "pictures": len(pictures),
        "median_ratio": _finite(statistics.median(ratios)),
        "worst_ratio": _finite(max(ratios)),
        "least_gain_db": min(gains) if len(gains) == len(pictures) else None,
    }


def enlargements(rows: Sequence[Row]) -> list[Row]:
    """Return the mean PSNR between the pixels, and its difference to bicubic."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for row in of_kind(rows, "half"):
        found[row["system"]][row["picture"]] = row["psnr"]
    bicubic = found.get("bicubic", {})
    result = []
    for system, values in found.items():
        over = [value - bicubic[picture] for picture, value in values.items()]
        result.append(
            {
                "system": system,
                "psnr": mean(list(values.values())),
                "over_bicubic": mean(over),
                "worst_over_bicubic": min(over),
            }
        )
    return result


def summarized(sections: dict[str, list[Row]]) -> Row:
    """Return all results that are computed from the measurements."""
    rows = sections.get("quality", [])
    found = curves(rows)
    return {
        "psnr_over_seconds": psnr_over_seconds(found),
        "seconds_over_psnr": seconds_over_psnr(found),
        "per_picture": per_picture(found),
        "against_peer": against_peer(found),
        "enlargements": enlargements(rows),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
