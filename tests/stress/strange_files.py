"""Strange .siren files that are accepted are drawn, or refused in a sentence."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from siren_cli.commands.render import render
from siren_cli.commands.render_options import RenderOptions
from siren_cli.errors import SirenError
from siren_cli.model.activations import Array
from siren_cli.model.layers import Layer
from siren_cli.output.options import OutputOptions
from siren_cli.rendering.view import Quantity
from siren_cli.representation import siren_file
from siren_cli.representation.representation import MosaicRepresentation
from tests.helpers.representations import with_layers
from tests.stress.damaged_files import edited_siren_file, representations
from tests.stress.random_choices import happens, one_of
from tests.stress.session import Session, StressTest, demand

SUFFIXES = (".png", ".tif", ".webp", ".npy")
# Longest side of a drawing and of its region, in pixels, whatever size a file claims.
MAX_SIDE = 6


def strange_files(session: Session, max_rounds: int) -> int:
    """Draw sealed files with extreme weights, half of them with other headers."""
    path, done = session.folder / "a.siren", 0
    sources = representations()
    for number in session.rounds(max_rounds):
        extreme = _with_extreme_weights(session.generator, sources[number % len(sources)])
        content = siren_file.encode(extreme)
        if happens(session.generator):
            content = edited_siren_file(session.generator, content)
        path.write_bytes(content)
        _draw(session.generator, path)
        done += 1
    return done


def _with_extreme_weights(
    generator: np.random.Generator, source: MosaicRepresentation
) -> MosaicRepresentation:
    layers = tuple(
        tuple(
            Layer(**{name: _with_extremes(generator, a) for name, a in layer.arrays().items()})
            for layer in own
        )
        for own in source.layers
    )
    return with_layers(source, layers)


def _with_extremes(generator: np.random.Generator, array: Array) -> Array:
    """Return the array, or a copy with the least or largest values of its type."""
    if happens(generator):
        return array
    limits: Any = np.iinfo if array.dtype.kind == "i" else np.finfo
    values = (limits(array.dtype).min, 0, 1, limits(array.dtype).max)
    changed = array.copy()
    places = generator.random(array.shape) < generator.random()
    changed[places] = np.array(one_of(generator, values), array.dtype)
    return changed


def _draw(generator: np.random.Generator, path: Path) -> None:
    output = path.with_name("a" + one_of(generator, SUFFIXES))
    options = _random_options(generator, output)
    try:
        # A warning would be a line on the terminal that siren did not write.
        with warnings.catch_warnings(action="error"):
            render(path, options, OutputOptions(quiet=True))
    except SirenError as error:
        demand(str(error).isprintable(), f"{path}: said {str(error)!r}")
        demand(not output.exists(), f"{path}: refused, and {output} is there")
    else:
        output.unlink()


def _random_options(generator: np.random.Generator, output: Path) -> RenderOptions:
    width, height, columns, rows = generator.integers(1, MAX_SIDE + 1, 4).tolist()
    x, y = generator.integers(-2, 5), generator.uniform(-1, 4)
    what = one_of(generator, list(Quantity))
    raw = output.suffix == ".npy" and happens(generator)
    return RenderOptions(
        size=f"{width}x{height}",
        region=f"{x},{y:.3f},{columns},{rows}",
        stretch=True,
        extrapolate=happens(generator, 0.75),
        what=what,
        linear_light=what == Quantity.IMAGE and not raw and happens(generator),
        depth=one_of(generator, (None, 8, 16)),
        raw=raw,
        output=output,
    )


TESTS = {"strange files": StressTest(strange_files, 100_000)}
