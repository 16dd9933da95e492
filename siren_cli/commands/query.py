"""`siren query` without the command line: values and derivatives at points."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from siren_cli.errors import UsageError
from siren_cli.model.grid import WHOLE
from siren_cli.output.json_results import Result, head
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Picture, Pixels, colored
from siren_cli.pictures.stored_values import stored
from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN, VALUE, Jet
from siren_cli.rendering.function import PictureFunction
from siren_cli.rendering.geometry import Point, Size, size_of
from siren_cli.rendering.own_units import in_own_units
from siren_cli.representation import siren_file
from siren_cli.representation.representation import Representation

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
        representation = opened.read()
        pixels = PictureFunction(representation).pixel_jets(x, y, extrapolate=True)
    jets = in_own_units(pixels, facts)
    hexes = _hexes(pixels[VALUE], representation)
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


def _hexes(pixels: Pixels, representation: Representation) -> list[str]:
    """Return pixels, shape (points, channels), as colors of 8 bits such as #ff8000."""
    facts = replace(representation.header.facts, width=len(pixels), height=1)
    row = Picture(pixels[None], facts, representation.icc_profile).source()
    values = stored(row, LOW_BIT_DEPTH, exposure=0.0, as_light=False).block(WHOLE, WHOLE)[0]
    if facts.color.startswith("L"):
        values = colored(values)
    return [f"#{color.tobytes().hex()}" for color in values]
