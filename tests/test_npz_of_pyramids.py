"""The exported arrays of a pyramid, read by the formula of their README alone."""

import io
import math
import zipfile
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from siren_cli.errors import UsageError
from siren_cli.exporting import kinds, npz
from siren_cli.exporting.kinds import KINDS, Export
from siren_cli.rendering.point_function import function_of
from siren_cli.representation.representation import PyramidRepresentation
from tests.helpers.representations import make_pyramid_representation

POINTS = ((0.5, 0.5), (9.3, 21.75), (0.0, 25.0), (17.0, 3.9))


@pytest.fixture(scope="module")
def pyramid() -> PyramidRepresentation:
    return make_pyramid_representation(17, 25, sizes=(8, 6))


@pytest.fixture(scope="module")
def exported(pyramid: PyramidRepresentation) -> dict[str, NDArray[Any]]:
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


@pytest.mark.parametrize(("y", "x"), POINTS)
def test_the_formula_of_the_readme_is_the_function(
    pyramid: PyramidRepresentation, exported: dict[str, Any], y: float, x: float
):
    drawn = function_of(pyramid).values_at(np.array([y]), np.array([x]))[0]
    assert in_the_words_of_the_readme(exported, y, x) == pytest.approx(drawn, abs=1e-5)


def test_latents_are_whole_numbers_and_the_rest_is_float32(exported: dict[str, Any]):
    for name, array in exported.items():
        if name.startswith("latents."):
            assert array.dtype == np.int16
        if name.startswith(("synthesis.", "context.")) or name == "gain":
            assert array.dtype == np.float32
    assert exported["latents.2"].shape == (5, 7)


def test_the_readme_names_every_array(pyramid: PyramidRepresentation):
    archive = zipfile.ZipFile(io.BytesIO(npz.content(pyramid)))
    text = archive.read("README.txt").decode()
    names = {name.removesuffix(".npy").split(".")[0] for name in archive.namelist()}
    assert all(f"\n  {name}" in text for name in names - {"README"})


def test_a_graph_says_what_else_can_hold_it(pyramid: PyramidRepresentation):
    with pytest.raises(UsageError, match="which html, npz can hold, not onnx"):
        kinds.check_holds("onnx", pyramid.header)
    kinds.check_holds("npz", pyramid.header)
    kinds.check_holds("html", pyramid.header)
