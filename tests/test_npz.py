"""The exported arrays, read by the formula of their README alone."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siren_cli.exporting import npz
from siren_cli.pictures.value_mapping import ValueMapping
from siren_cli.rendering.derivatives import VALUE, jets
from siren_cli.representation import siren_file
from tests.helpers.commands import siren
from tests.helpers.representations import (
    make_representation,
    save_representation,
    with_all_facts,
)

GOLDEN = sorted((Path(__file__).parent / "golden").glob("version-[12]*.siren"))


def value(arrays, y, x):
    """Return the function at a point, in the words of README.txt."""
    total = 0.0
    numbers = arrays["cell_classes"]
    for (r, c), number in np.ndenumerate(numbers):
        place = arrays["cell_places"][r, c]
        local = [2 * (y - r * arrays["cell_size"][0]) / arrays["cell_size"][0] - 1]
        local += [2 * (x - c * arrays["cell_size"][1]) / arrays["cell_size"][1] - 1]
        weight = _weight(arrays, y, r, 0) * _weight(arrays, x, c, 1)
        if weight:
            total += weight * _network(arrays, f"classes.{number}.layers", place, local)
    return (total + 1) / 2


def _weight(arrays, position, cell, axis):
    size, margin = arrays["cell_size"][axis], arrays["margin"][axis]
    weight = 1.0
    if cell > 0:
        weight *= _ramp(position - cell * size, margin)
    if cell < arrays["cell_classes"].shape[axis] - 1:
        weight *= _ramp((cell + 1) * size - position, margin)
    return weight


def _ramp(d, margin):
    if margin == 0:
        return float(d >= 0)
    t = min(max(d / (2 * margin) + 1 / 2, 0), 1)
    return t * t * (3 - 2 * t)


FUNCTIONS = {
    "sine": np.sin,
    "relu": lambda h: np.maximum(h, 0),
    "relu-pe": lambda h: np.maximum(h, 0),
    "finer": lambda h: np.sin(30 * (abs(h) + 1) * h),
}


def _network(arrays, name, place, local):
    activation = str(arrays["activation"])
    h = np.array(local)
    octaves = (arrays[f"{name}.0.weight"].shape[1] - 2) // 4
    for u in local if octaves else []:
        for k in range(octaves):
            h = np.append(h, [np.sin(2**k * np.pi * u), np.cos(2**k * np.pi * u)])
    for number in range(arrays["layers"]):
        h = h @ arrays[f"{name}.{number}.weight"][place]
        h = h + arrays[f"{name}.{number}.bias"][place]
        h = FUNCTIONS[activation](h) if number < arrays["layers"] - 1 else h
    return h


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_the_formula_of_the_readme_is_the_function(path):
    function = siren_file.load(path)
    facts = function.header.facts
    points = np.random.default_rng(0).uniform(0, 1, (20, 2)) * [facts.height, facts.width]
    arrays = np.load(io.BytesIO(npz.content(function)))
    expected = jets(function.floats(np.float64), *points.T)[VALUE]
    found = [value(arrays, *point) for point in points]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def mapped(arrays, pixels):
    """Return the values that pixels mean, in the words of README.txt."""
    low, high, knee = arrays["value_range"]
    if arrays["value_curve"] == "linear":
        return low + pixels * (high - low)
    a, b = np.arcsinh(low / knee), np.arcsinh(high / knee)
    return knee * np.sinh(a + pixels * (b - a))


@pytest.mark.parametrize(
    "mapping", [ValueMapping("asinh", -0.5, 1e3, 0.0625), ValueMapping("linear", -3.0, 5.0)]
)
def test_other_values_are_those_of_the_readme(mapping):
    made = make_representation(6, 8, icc_profile=b"a profile")
    facts = replace(made.header.facts, bit_depth=16, mapping=mapping)
    function = replace(made, header=replace(made.header, facts=facts))
    arrays = np.load(io.BytesIO(npz.content(function)))
    pixels = np.linspace(0, 1, 9)
    np.testing.assert_allclose(mapped(arrays, pixels), mapping.values(pixels), rtol=1e-6)
    assert arrays["icc_profile"].tobytes() == b"a profile"


def test_the_same_function_makes_the_same_bytes():
    function = make_representation(6, 8)
    assert npz.content(function) == npz.content(function)


def test_the_arrays_are_read_without_pickle_beside_a_readme(tmp_path):
    save_representation(tmp_path / "a.siren", make_representation(6, 8))
    assert siren(tmp_path, "export", "a.siren", "-o", "a.npz").code == 0
    with zipfile.ZipFile(tmp_path / "a.npz") as archive:
        text = archive.read("README.txt").decode()
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
        named = {name for name in arrays.files if name != "README.txt"}
        types = {arrays[name].dtype for name in named}
    # Types that JavaScript has, too, besides texts.
    assert {each.str for each in types if each.kind != "U"} <= {"<f4", "<i4"}
    for name in named - {each for each in named if each.startswith("classes.")}:
        assert f"\n  {name} " in text


def test_metadata_that_is_lost_is_said():
    function = with_all_facts(make_representation(6, 8))
    assert npz.losses(function.header) == ["arrays have no place for EXIF and XMP"]
