"""What `siren query` does, without the command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from siren_cli.errors import UsageError
from siren_cli.output.json_results import Result, head
from siren_cli.pictures.picture import (
    LOW_BIT_DEPTH,
    PictureFacts,
    Pixels,
    colored,
    quantize,
    unpremultiplied,
)
from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN, VALUE, Jet
from siren_cli.rendering.drawing import derived
from siren_cli.rendering.geometry import Point, Size, size_of
from siren_cli.representation import siren_file

# Values come from float32.
DIGITS = 7


def query(
    file: Path,
    points: Sequence[Point],
    *,
    normalized: bool = False,
    gradient: bool = False,
    extrapolate: bool = False,
) -> Result:
    """Return what the function of a .siren file is at points.

    Args:
        file: The .siren file.
        points: Where.
        normalized: The points are in [-1, 1], not in pixels.
        gradient: Return how it changes there, too.
        extrapolate: Allow points beyond the picture's edges.

    Raises:
        UsageError: A point is beyond the edges.
        RepresentationError: The file cannot be read.
    """
    facts = siren_file.load_header(file).facts
    whole = size_of(facts)
    if normalized:
        points = [point.denormalized(whole) for point in points]
    for point in points:
        if not (extrapolate or point.inside(whole)):
            raise UsageError(
                f"{file}: {point.x:.12g} {point.y:.12g} is outside the picture, "
                f"which is {whole} (--extrapolate allows it)"
            )
    x, y = np.array(points, np.float64).reshape(-1, 2).T
    with siren_file.loaded(file) as function:
        found = derived(function.floats(), y, x)
    hexes = _hexes(found[VALUE], facts)
    answers = [
        _place(point, whole)
        | {"values": _numbers(found[VALUE, number]), "hex": hexes[number]}
        | (_slopes(found[:, number]) if gradient else {})
        for number, point in enumerate(points)
    ]
    return {**head("query", file, facts), "color": facts.color, "points": answers}


def _place(point: Point, whole: Size) -> dict[str, Any]:
    normalized = point.normalized(whole)
    return {
        "x": point.x,
        "y": point.y,
        "normalized": {"x": round(normalized.x, DIGITS), "y": round(normalized.y, DIGITS)},
    }


def _slopes(jet: Jet) -> dict[str, Any]:
    return {
        "gradient": {"x": _numbers(jet[DX]), "y": _numbers(jet[DY])},
        "laplacian": _numbers(jet[LAPLACIAN]),
    }


def _numbers(values: Pixels) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values]


def _hexes(values: Pixels, facts: PictureFacts) -> list[str]:
    """Return values as colors of 8 bits such as #ff8000."""
    plain = unpremultiplied(values, LOW_BIT_DEPTH) if facts.has_alpha else values
    stored = quantize(plain, LOW_BIT_DEPTH)
    if facts.color.startswith("L"):
        stored = colored(stored)
    return [f"#{color.tobytes().hex()}" for color in stored]
