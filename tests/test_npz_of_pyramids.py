"""The exported arrays of a pyramid, read by the formula of their README alone."""

import io
import math
import zipfile
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pytest
from numpy.typing import NDArray

from siren_cli.config import Resources
from siren_cli.errors import UsageError
from siren_cli.exporting import kinds, npz
from siren_cli.exporting.kinds import KINDS, Export
from siren_cli.model.pyramid.networks import matrix_shapes
from siren_cli.model.pyramid.splines import places, slope_spline, spline
from siren_cli.planning.planned import plan_of
from siren_cli.presets import load_preset
from siren_cli.representation.header import PyramidHeader
from siren_cli.representation.representation import Representation
from tests.helpers.small_fits import smooth_picture

POINTS = ((0.5, 0.5), (9.3, 21.75), (0.0, 25.0), (17.0, 3.9))


@dataclass(frozen=True, kw_only=True)
class Pyramid(Representation):
    """A pyramid whose weights are in memory, as floats."""

    header: PyramidHeader
    weights: dict[str, NDArray[Any]]

    def check(self) -> None:
        """There is nothing to check."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the weights."""
        return self.weights

    def in_memory(self) -> Self:
        """Return itself."""
        return self


@pytest.fixture(scope="module")
def pyramid() -> Pyramid:
    plan = plan_of(smooth_picture(17, 25), load_preset("compact"), Resources())
    header = plan.header(smooth_picture(17, 25))
    assert isinstance(header, PyramidHeader)
    rng = np.random.default_rng(5)
    latents = [rng.integers(-9, 10, grid[1:]).astype(np.float32) for grid in header.shape.grids]
    matrices = [
        rng.normal(0, 0.3, shape).astype(np.float32) for shape in matrix_shapes(header.sizes)
    ]
    names = [
        f"{network}.{number}" for network in ("synthesis", "context") for number in range(3)
    ]
    weights = dict(zip(names, matrices, strict=True))
    weights |= {f"latents.{level}": each for level, each in enumerate(latents)}
    return Pyramid(header=header, weights=weights)


@pytest.fixture(scope="module")
def exported(pyramid: Pyramid) -> dict[str, NDArray[Any]]:
    content = KINDS["npz"].content(Export("a", pyramid))
    with np.load(io.BytesIO(content)) as file:
        return {name: file[name] for name in file.files if name != npz.README}


def in_the_words_of_the_readme(arrays: dict[str, NDArray[Any]], y: float, x: float) -> Any:
    features: list[float] = []
    for level in range(7):
        p, q = y / arrays["spacing"][level] - 1 / 2, x / arrays["spacing"][level] - 1 / 2

        def v(p: float, q: float, level: int = level) -> float:
            z, gain = arrays[f"latents.{level}"], arrays["gain"][level]
            return sum(
                z[_nearest(i, len(z)), _nearest(j, len(z[0]))] / gain * _b(p - i) * _b(q - j)
                for i in range(math.floor(p) - 1, math.floor(p) + 3)
                for j in range(math.floor(q) - 1, math.floor(q) + 3)
            )

        along_y, along_x = v(p + 1, q) - v(p - 1, q), v(p, q + 1) - v(p, q - 1)
        features += [v(p, q), along_y / 2, along_x / 2]
    f = np.array(features)
    h = np.sin(arrays["synthesis.0"] @ np.array([*f, 1]))
    h = np.sin(arrays["synthesis.1"] @ np.array([*h, 1]))
    return arrays["synthesis.2"] @ np.array([*h, *f, 1]) + 1 / 2


def _nearest(number: int, count: int) -> int:
    return min(max(number, 0), count - 1)


def _b(d: float) -> float:
    d = abs(d)
    if d < 1:
        return 2 / 3 - d**2 + d**3 / 2
    return (2 - d) ** 3 / 6 if d < 2 else 0.0


def by_the_model(pyramid: Pyramid, y: float, x: float) -> Any:
    """Return the color by the splines of `model`, on grids with repeated borders."""
    features: list[float] = []
    for level, grid in enumerate(pyramid.header.shape.grids):
        wide = np.pad(pyramid.weights[f"latents.{level}"], 40, mode="edge") / grid.gain
        distances = [
            places(np.array([at]), grid.spacing)[0] - (np.arange(count) - 40.0)
            for at, count in zip((y, x), wide.shape, strict=True)
        ]
        values, slopes = ([kind(each) for each in distances] for kind in (spline, slope_spline))
        pairs = ((values[0], values[1]), (slopes[0], values[1]), (values[0], slopes[1]))
        features += [down @ wide @ across for down, across in pairs]
    first, second, last = (pyramid.weights[f"synthesis.{number}"] for number in range(3))
    hidden = np.sin(second @ np.append(np.sin(first @ np.append(features, 1)), 1))
    return last @ np.concatenate([hidden, features, [1]]) + 0.5


@pytest.mark.parametrize(("y", "x"), POINTS)
def test_the_formula_of_the_readme_is_the_function(
    pyramid: Pyramid, exported: dict[str, Any], y: float, x: float
):
    found = in_the_words_of_the_readme(exported, y, x)
    assert found == pytest.approx(by_the_model(pyramid, y, x), abs=1e-6)


def test_latents_are_whole_numbers_and_the_rest_is_float32(exported: dict[str, Any]):
    for name, array in exported.items():
        if name.startswith("latents."):
            assert array.dtype == np.int16
        if name.startswith(("synthesis.", "context.")) or name == "gain":
            assert array.dtype == np.float32
    assert exported["latents.2"].shape == (5, 7)


def test_the_readme_names_every_array(pyramid: Pyramid):
    archive = zipfile.ZipFile(io.BytesIO(npz.content(pyramid)))
    text = archive.read("README.txt").decode()
    names = {name.removesuffix(".npy").split(".")[0] for name in archive.namelist()}
    assert all(f"\n  {name}" in text for name in names - {"README"})


@pytest.mark.parametrize("kind", ["html", "onnx"])
def test_other_kinds_say_which_can_hold_it(pyramid: Pyramid, kind: str):
    with pytest.raises(UsageError, match=f"which npz can hold, not {kind}"):
        kinds.check_holds(kind, pyramid.header)
    kinds.check_holds("npz", pyramid.header)
