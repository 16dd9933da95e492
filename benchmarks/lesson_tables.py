"""The tables of `lessons`."""

from collections.abc import Sequence

from benchmarks.curves import mean
from benchmarks.plan import Row
from benchmarks.summary import of_kind
from benchmarks.table import titled


def lessons(rows: Sequence[Row]) -> str:
    """Return the tables of the section, from its rows."""
    return "\n\n".join(
        [
            titled("Lessons: one training step", steps(of_kind(rows, "step"))),
            titled("Lessons: from derivatives", derivatives(of_kind(rows, "derivative"))),
            titled("Lessons: holes", holes(of_kind(rows, "holes"))),
            titled("Lessons: smoothness, mean over pictures", smooth(of_kind(rows, "smooth"))),
            titled("Lessons: tied cells by size", sizes(of_kind(rows, "size"))),
        ]
    )


def steps(rows: Sequence[Row]) -> list[Row]:
    """Return the time of a step and of an epoch of each lesson."""
    return [
        {
            "lesson": row["lesson"],
            "cells": row["cells"],
            "ms per step": row["step_ms"],
            "s per epoch": row["epoch_seconds"],
            "times values": row["ratio"],
        }
        for row in rows
    ]


def derivatives(rows: Sequence[Row]) -> list[Row]:
    """Return the quality of each lesson that is about derivatives."""
    return [
        {
            "picture": row["picture"],
            "lesson": row["lesson"],
            "dB": row["psnr"],
            "gradient dB": row["gradient_psnr"],
            "Laplacian dB": row["laplacian_psnr"],
            "fit s": row["seconds"],
        }
        for row in rows
    ]


def holes(rows: Sequence[Row]) -> list[Row]:
    """Return the quality in holes, beside that of the biharmonic equation."""
    return [
        {
            "picture": row["picture"],
            "mask": row["mask"],
            "known %": 100 * row["known"],
            "in holes dB": row["psnr_inside"],
            "biharmonic dB": row["biharmonic"],
            "over it": row["psnr_inside"] - row["biharmonic"],
            "outside dB": row["psnr_outside"],
            "fit s": row["seconds"],
        }
        for row in rows
    ]


def smooth(rows: Sequence[Row]) -> list[Row]:
    """Return the means of all pictures for each noise and weight."""
    groups: dict[tuple[float, float], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["deviation"], row["weight"]), []).append(row)
    return [
        {
            "noise": f"{deviation:g}",
            "weight": f"{weight:g}",
            "what was taught": mean([row["taught"] for row in group]),
            "dB": mean([row["psnr"] for row in group]),
            "at twice the size": mean([row["enlarged"] for row in group]),
            "bicubic": mean([row["bicubic"] for row in group]),
        }
        for (deviation, weight), group in sorted(groups.items())
    ]


def sizes(rows: Sequence[Row]) -> list[Row]:
    """Return seconds and memory of whole commands by size and lesson."""
    return [
        {
            "Mpx": row["width"] * row["height"] / 1e6,
            "lesson": row["lesson"],
            "cells": row["cells"],
            "fit s": row["fit_seconds"],
            "command s": row["wall_seconds"],
            "peak MB": row["peak_bytes"] / 1e6,
        }
        for row in rows
    ]
