"""The curves of PSNR over seconds, drawn as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.curves import Point, mean, value_at
from benchmarks.plan import BUDGETS, PRESETS
from benchmarks.summary import Curves

# Number of points of a drawn mean curve.
SAMPLES = 60
# Presets are solid and blue; peers are dashed, in other colors.
COLORS = {
    "fast": "#7fb3e6",
    "balanced": "#1f6fc4",
    "detailed": "#0b3a73",
    "siren-pytorch": "#a0a0a0",
    "pytorch": "#6f6f6f",
    "pytorch-tuned": "#c25e00",
    "keras": "#5f8f3e",
}
# Least distance of two labels, as a share of the axis.
LABEL_GAP = 0.045


def draw(found: Curves, path: Path) -> None:
    """Draw the mean PSNR over the pictures, over log seconds, with a line for each system."""
    lines = {system: mean_curve(list(each.values())) for system, each in found.items()}
    lines = {system: points for system, points in lines.items() if points}
    if not lines:
        return
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for system, points in lines.items():
        style = "-" if system in PRESETS else "--"
        axes.plot(*zip(*points, strict=True), style, color=COLORS.get(system), lw=2)
    _dress(axes, max(seconds for points in lines.values() for seconds, _ in points))
    _label(axes, lines)
    figure.savefig(path, dpi=150)


def mean_curve(curves: Sequence[Sequence[Point]]) -> list[Point]:
    """Return the mean curve, at the seconds at which all pictures have a value."""
    seconds = [second for points in curves for second, _ in points]
    marks = np.geomspace(min(seconds), max(seconds), SAMPLES)
    means = [(float(at), mean([value_at(points, at) for points in curves])) for at in marks]
    return [Point(at, value) for at, value in means if value is not None]


def spread(values: Sequence[float], gap: float) -> list[float]:
    """Return the values in the same order, moved up until no two are closer than `gap`."""
    moved = list(values)
    lowest = float("-inf")
    for index in sorted(range(len(values)), key=lambda index: values[index]):
        moved[index] = lowest = max(values[index], lowest + gap)
    return moved


def _dress(axes: Any, longest: float) -> None:
    axes.set_xscale("log")
    ticks = [budget for budget in BUDGETS if budget <= longest]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("seconds of training")
    axes.set_ylabel("PSNR (dB)")
    axes.grid(color="#e6e6e6")
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _label(axes: Any, lines: dict[str, list[Point]]) -> None:
    """Write each system's name at the right, at the height of its line's end."""
    low, high = axes.get_ylim()
    right = axes.get_xlim()[1]
    heights = spread([points[-1][1] for points in lines.values()], LABEL_GAP * (high - low))
    for (system, points), height in zip(lines.items(), heights, strict=True):
        axes.annotate(
            system,
            xy=points[-1],
            xytext=(right * 1.05, height),
            color=COLORS.get(system),
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": "#cccccc", "shrinkA": 0, "shrinkB": 2},
        )
