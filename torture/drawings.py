"""Strange .siren files that are accepted: they are drawn, or refused in a sentence."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from siren_cli.commands.render import render
from siren_cli.commands.render_options import RenderOptions
from siren_cli.errors import SirenError
from siren_cli.model.activations import Array
from siren_cli.model.layers import Layer
from siren_cli.output.options import OutputOptions
from siren_cli.rendering.drawing import WHATS
from siren_cli.representation import siren_file
from siren_cli.representation.siren_file import Representation
from torture.mutations import edited_header, representations
from torture.session import Session, Trial, demand

SUFFIXES = (".png", ".tif", ".webp", ".npy")
# Whatever size a file claims to have: a part of it, at a few pixels.
MOST_SIDE = 6


def strange_files(session: Session, most: int) -> int:
    """Draw files with extreme weights, and with other headers, that are sealed as ours."""
    path, done = session.folder / "a.siren", 0
    sources = representations()
    for number in session.rounds(most):
        source = sources[number % len(sources)]
        content = siren_file.encode(_extreme(session.generator, source))
        if session.generator.random() < 0.5:  # noqa: PLR2004
            content = edited_header(session.generator, content)
        path.write_bytes(content)
        _draw(session.generator, path)
        done += 1
    return done


def _extreme(generator: np.random.Generator, source: Representation) -> Representation:
    """Return a representation some weights of which are as large or small as they can be."""
    layers = [
        Layer(**{name: _with_extremes(generator, a) for name, a in layer.arrays().items()})
        for layer in source.layers
    ]
    return replace(source, layers=tuple(layers))


def _with_extremes(generator: np.random.Generator, array: Array) -> Array:
    if generator.random() < 0.5:  # noqa: PLR2004
        return array
    limits: Any = np.iinfo if array.dtype.kind == "i" else np.finfo
    least, most = limits(array.dtype).min, limits(array.dtype).max
    changed = array.copy()
    places = generator.random(array.shape) < generator.random()
    changed[places] = np.array([least, 0, 1, most], array.dtype)[int(generator.integers(4))]
    return changed


def _draw(generator: np.random.Generator, path: Path) -> None:
    output = path.with_name("a" + str(generator.choice(SUFFIXES)))
    sides = [int(side) for side in generator.integers(1, MOST_SIDE + 1, 4)]
    x, y = generator.integers(-2, 5), generator.uniform(-1, 4)
    what = str(generator.choice(WHATS))
    raw = output.suffix == ".npy" and bool(generator.integers(2))
    options = RenderOptions(
        size=f"{sides[0]}x{sides[1]}",
        region=f"{x},{y:.3f},{sides[2]},{sides[3]}",
        stretch=True,
        extrapolate=bool(generator.integers(4)),
        what=what,
        linear_light=what == WHATS[0] and not raw and bool(generator.integers(2)),
        depth=(None, 8, 16)[int(generator.integers(3))],
        raw=raw,
        output=output,
    )
    try:
        # On a terminal they would be lines that are not ours.
        with warnings.catch_warnings(action="error"):
            render(path, options, OutputOptions(quiet=True))
    except SirenError as error:
        demand(str(error).isprintable(), f"{path}: said {str(error)!r}")
        demand(not output.exists(), f"{path}: refused, and {output} is there")
    else:
        output.unlink()


TESTS = {"strange files": Trial(strange_files, 100_000)}
