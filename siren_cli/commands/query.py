"""`siren query` without the command line: values and derivatives at points."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from siren_cli.errors import UsageError
from siren_cli.output.json_results import Result, head
from siren_cli.pictures.colors.curves import SRGB_CURVE
from siren_cli.pictures.picture import (
    LOW_BIT_DEPTH,
    PictureFacts,
    Pixels,
    colored,
    quantize,
    unpremultiplied,
)
from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN, VALUE, Jet
from siren_cli.rendering.function import PictureFunction
from siren_cli.rendering.geometry import Point, Size, size_of
from siren_cli.representation import siren_file

# Significant digits of a float32.
DIGITS = 7


def query(
    file: Path,
    points: Sequence[Point],
    *,
    normalized: bool = False,
    gradient: bool = False,
    extrapolate: bool = False,
) -> Result:
    """Return the values of a .siren file's function at points.

    Args:
        file: The .siren file.
        points: The points.
        normalized: Whether the points are in [-1, 1] instead of pixels.
        gradient: Whether derivatives are returned, too.
        extrapolate: Whether points beyond the picture's edges are allowed.

    Raises:
        UsageError: A point is beyond the edges.
        RepresentationError: The file cannot be read.
    """
    with siren_file.opened(file) as opened:
        facts = opened.header.facts
        whole = size_of(facts)
        if normalized:
            points = [point.denormalized(whole) for point in points]
        if not extrapolate:
            _check_inside(file, points, whole)
        x, y = np.array(points, np.float64).reshape(-1, 2).T
        jets = PictureFunction(opened.read()).jets(x, y, extrapolate=True)
    hexes = _hexes(jets[VALUE], facts)
    answers = [
        _place(point, whole)
        | {"values": _numbers(jets[VALUE, number]), "hex": hexes[number]}
        | (_slopes(jets[:, number]) if gradient else {})
        for number, point in enumerate(points)
    ]
    return {**head("query", file, facts), "color": facts.color, "points": answers}


def _check_inside(file: Path, points: Sequence[Point], whole: Size) -> None:
    for point in points:
        if not point.inside(whole):
            raise UsageError(
                f"{file}: {point.x:.12g} {point.y:.12g} is outside the picture, "
                f"which is {whole} (--extrapolate allows it)"
            )


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
    if facts.mapping:
        colors = facts.channels - facts.has_alpha
        amounts = facts.mapping.shown(plain[..., :colors])
        if facts.mapping.is_light:
            amounts = SRGB_CURVE.from_light(amounts)
        plain = np.concatenate([amounts, plain[..., colors:]], axis=-1)
    stored = quantize(plain, LOW_BIT_DEPTH)
    if facts.color.startswith("L"):
        stored = colored(stored)
    return [f"#{color.tobytes().hex()}" for color in stored]
