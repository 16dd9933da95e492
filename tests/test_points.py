"""Values at points, which come cheaper than their derivatives and are the same."""

from pathlib import Path

import numpy as np
import pytest

from siren_cli.function_names import STORED_NAMES
from siren_cli.rendering import points
from siren_cli.rendering.derivatives import VALUE, jets
from siren_cli.rendering.function import PictureFunction
from siren_cli.representation import siren_file
from tests.helpers.representations import make_representation

GOLDEN = sorted((Path(__file__).parent / "golden").glob("version-[12]*.siren"))
FUNCTIONS = {
    **{path.stem: siren_file.load(path) for path in GOLDEN},
    **{
        name: make_representation(
            11, 9, activation=function.activation, encoding=function.encoding, widths=(3, 6)
        )
        for name, function in STORED_NAMES.items()
    },
    "no margin": make_representation(11, 9, margin=0),
}


def places(function):
    """Return points in no order: anywhere, on borders of cells, and beyond the edges."""
    grid = function.header.grid
    y, x = np.random.default_rng(0).uniform(-2, 2 + max(grid.y.length, grid.x.length), (2, 60))
    return np.append(y, [0, grid.y.cell_size]), np.append(x, [0, grid.x.cell_size])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_are_those_of_the_jets(name):
    floats = FUNCTIONS[name].floats(np.float64)
    y, x = places(FUNCTIONS[name])
    np.testing.assert_allclose(
        points.values_at(floats, y, x), jets(floats, y, x)[VALUE], atol=1e-9
    )


def test_many_points_of_a_cell_are_taken_in_parts(monkeypatch):
    function = FUNCTIONS["sine"]
    y, x = places(function)
    whole = points.values_at(function.floats(), y, x)
    monkeypatch.setattr(points, "POINTS_PER_CALL", 2)
    np.testing.assert_allclose(points.values_at(function.floats(), y, x), whole, atol=1e-6)


@pytest.mark.parametrize("name", ["version-2-values", "version-2"])
def test_a_picture_says_its_values_in_its_own_units(name):
    picture = PictureFunction(FUNCTIONS[name])
    y, x = np.array([[0.5, 1.5, 2.0]]), np.array([[1.0], [2.5]])
    expected = picture.jets(x, y)[VALUE]
    np.testing.assert_allclose(picture(x, y).reshape(expected.shape), expected, atol=1e-6)
