"""The time of a training step by what is taught, compared with that of values."""

import statistics
from collections.abc import Iterator
from typing import Any

from benchmarks.engine import ROUND_SECONDS, Engine, start
from benchmarks.plan import Row
from benchmarks.turns import Work, interleaved
from siren_cli.lesson_settings import for_lesson
from siren_cli.pictures.picture import Picture
from siren_cli.planning.masked_picture import masked_picture
from siren_cli.presets import load_preset

PRESET = "balanced"
# The lesson that the others are compared with.
VALUE = "value"
# The table [supervision] of each lesson.
LESSONS: dict[str, dict[str, Any]] = {
    VALUE: {},
    "gradient": {"by": "gradient"},
    "laplacian": {"by": "laplacian"},
    "value+gradient": {"by": "value+gradient"},
    "smooth": {"smooth": 0.01},
    "mask": {"keep_pixels": 0.1},
}


def measure(picture: Picture, seconds: float) -> Iterator[Row]:
    """Yield a row for each lesson; they take turns, and none is compiled meanwhile.

    Args:
        picture: The picture.
        seconds: Longest budget of a fit, of which a tenth at most is that of a turn.
    """
    engines = {name: _engine(picture, settings) for name, settings in LESSONS.items()}
    works: dict[str, Work] = {name: engine.step for name, engine in engines.items()}
    measured = interleaved(works, min(ROUND_SECONDS, seconds / 10))
    for name, engine in engines.items():
        yield {"kind": "step", "lesson": name, **_row(engine, measured[name], measured[VALUE])}


def _engine(picture: Picture, supervision: dict[str, Any]) -> Engine:
    config = for_lesson(load_preset(PRESET).updated({"supervision": supervision}), ())
    parts = masked_picture(picture, config)
    if not isinstance(parts.seen, Picture):
        raise TypeError("a picture in memory stays there")
    return start(parts.seen, config, parts.known)


def _row(engine: Engine, own: list[float], of_values: list[float]) -> Row:
    step = statistics.median(own)
    ratios = [a / b for a, b in zip(own, of_values, strict=True)]
    return {
        "cells": engine.trainer.cells,
        "step_ms": 1e3 * step,
        "epoch_seconds": step * engine.plan.batching.steps,
        "ratio": statistics.median(ratios),
    }
