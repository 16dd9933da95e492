"""`import siren_cli`: pictures as functions of the point, for programs."""

import io
import math
import pickle
import subprocess
import sys
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from PIL import Image

import siren_cli
from siren_cli import PictureFunction, SirenError
from siren_cli.rendering.derivatives import VALUE, jets
from siren_cli.representation.siren_file import encode
from tests.helpers.commands import pixels, siren
from tests.helpers.representations import make_representation, save_representation

COLOR = PictureFunction(make_representation(20, 30, cell_size=8))
GRAY = PictureFunction(make_representation(20, 30, cell_size=8, channels=1))
ALPHA = PictureFunction(make_representation(20, 30, cell_size=8, channels=4))
SINGLE = PictureFunction(make_representation(8, 6, cell_size=0, dtype="float32"))

LIGHT = """
import os, sys
before = dict(os.environ)
import siren_cli
heavy = {"numpy", "PIL", "tensorflow", "typer"}
print(sorted(heavy & set(sys.modules)))
siren_cli.load(sys.argv[1]).render(width=9)
print("tensorflow" in sys.modules, dict(os.environ) == before)
"""


def test_nothing_heavy_is_loaded_before_it_is_needed(tmp_path):
    path = save_representation(tmp_path / "a.siren", make_representation(8, 6))
    command = [sys.executable, "-c", LIGHT, path]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stdout.splitlines() == ["[]", "False True"]


def test_what_is_known_of_a_picture():
    assert (ALPHA.width, ALPHA.height, ALPHA.channels, ALPHA.psnr) == (30, 20, 4, 31.5)
    assert repr(GRAY) == "<PictureFunction 30x20 L, 31.50 dB>"


def centers(function: PictureFunction) -> tuple[Any, Any]:
    """Return x and y of the pixels' centers, which broadcast to all pixels."""
    x, y = np.arange(function.width) + 0.5, np.arange(function.height) + 0.5
    return x, y[:, None]


@pytest.mark.parametrize("function", [COLOR, GRAY])
def test_values_at_the_centers_are_the_pixels(function):
    values = function(*centers(function))
    assert values.dtype == np.float32
    drawn = function.render(depth=32)
    np.testing.assert_allclose(np.clip(values, 0.0, 1.0), drawn, atol=1e-5)


@pytest.mark.parametrize(
    ("x", "y", "shape"),
    [
        (1.5, 2, ()),
        ([1.5, 2.5], [0, 20], (2,)),
        ([[1], [2]], [3, 4, 5], (2, 3)),
        (np.zeros((2, 1, 3)), 0.0, (2, 1, 3)),
        ([], [], (0,)),
    ],
)
def test_points_have_any_shape_and_are_broadcast(x, y, shape):
    assert COLOR(x, y).shape == (*shape, 3)
    assert GRAY(x, y).shape == shape
    assert COLOR.gradient(x, y).shape == (*shape, 3, 2)
    assert GRAY.gradient(x, y).shape == (*shape, 2)
    assert GRAY.laplacian(x, y).shape == shape
    assert GRAY.jets(x, y).shape == (4, *shape, 1)


def test_derivatives_are_what_differences_approach():
    generator, step = np.random.default_rng(0), 1e-4
    x, y = generator.uniform(1, 29, 200), generator.uniform(1, 19, 200)
    exact = COLOR.representation.floats(np.float64)

    def at(dx: float, dy: float) -> Any:
        return jets(exact, y + dy * step, x + dx * step)[VALUE]

    right, left, down, up, here = at(1, 0), at(-1, 0), at(0, 1), at(0, -1), at(0, 0)
    slopes = np.stack([right - left, down - up], axis=-1) / (2 * step)
    np.testing.assert_allclose(COLOR.gradient(x, y), slopes, atol=1e-4)
    bends = (right + left + down + up - 4 * here) / step**2
    np.testing.assert_allclose(COLOR.laplacian(x, y), bends, atol=1e-3)


def test_points_beyond_the_edges_are_for_those_who_ask():
    assert COLOR(30, 20).shape == (3,)
    for x, y in ((30.5, 1), (1, -0.5)):
        with pytest.raises(SirenError, match="outside the picture, which is 30x20"):
            COLOR(x, y)
        assert np.isfinite(COLOR(x, y, extrapolate=True)).all()


def test_changed_weights_change_no_picture():
    before = SINGLE(1.0, 2.0)
    for array in SINGLE.weights.values():
        array[:] = 0.0
    np.testing.assert_array_equal(SINGLE(1.0, 2.0), before)


def test_weights_make_the_function():
    weights = SINGLE.weights
    assert list(weights) == [
        f"classes.0.layers.{index}.{name}" for index in range(3) for name in ("weight", "bias")
    ]
    assert SINGLE.cell_classes.tolist() == [[0]]
    x, y = 2.25, 5.5
    features = np.array([2 * y / 8 - 1, 2 * x / 6 - 1])
    for index in range(3):
        weight, bias = (
            weights[f"classes.0.layers.{index}.{name}"] for name in ("weight", "bias")
        )
        features = features @ weight[0] + bias[0]
        features = np.sin(features) if index < 2 else (features + 1) / 2
    np.testing.assert_allclose(SINGLE(x, y), features, atol=1e-5)


@pytest.mark.parametrize("function", [COLOR, GRAY, ALPHA])
def test_a_drawing_is_that_of_the_command(tmp_path, function):
    function.save(tmp_path / "a.siren")
    region = {"region": (3.5, 2.0, 12.0, 10.0), "width": 48}
    words = ("--region", "3.5,2,12,10", "--size", "48x40")
    for options, arguments in (({}, ()), ({"width": 15}, ("--size", "50%")), (region, words)):
        assert siren(tmp_path, "render", "a.siren", "-o", "a.png", "-f", *arguments).code == 0
        drawn = function.render(**options)
        assert drawn.dtype == np.uint8
        np.testing.assert_array_equal(drawn, pixels(tmp_path / "a.png"))


def test_a_side_that_is_not_given_follows_from_the_aspect():
    assert COLOR.render(width=60).shape == (40, 60, 3)
    assert COLOR.render(height=10).shape == (10, 15, 3)
    assert COLOR.render(7, 9).shape == (9, 7, 3)
    assert GRAY.render(region=(0, 0, 8.4, 3)).shape == (3, 8)


@pytest.mark.parametrize(("depth", "kind"), [(8, "uint8"), (16, "uint16"), (32, "float32")])
def test_depths_are_types_of_the_same_drawing(depth, kind):
    drawn, exact = COLOR.render(depth=depth), COLOR.render(depth=32)
    assert drawn.dtype == kind
    peak = 1.0 if depth == 32 else np.iinfo(drawn.dtype).max
    np.testing.assert_allclose(drawn / peak, exact, atol=0.5 / peak + 1e-7)


def test_colors_are_not_premultiplied():
    values = np.clip(ALPHA(*centers(ALPHA)), 0.0, 1.0)
    drawn = ALPHA.render(depth=32)
    opaque = values[..., 3] > 0.1
    np.testing.assert_allclose(drawn[..., 3], values[..., 3], atol=1e-5)
    colors = np.clip(values[..., :3] / np.maximum(values[..., 3:], 1e-9), 0.0, 1.0)
    np.testing.assert_allclose(drawn[opaque][:, :3], colors[opaque], atol=1e-4)


def test_derivatives_are_drawn():
    assert GRAY.render(what="gradient").shape == (20, 30, 3)
    assert COLOR.render(what="laplacian").shape == (20, 30)


def test_a_file_comes_back_and_is_not_overwritten(tmp_path):
    path = tmp_path / "a.siren"
    COLOR.save(path)
    found = siren_cli.load(str(path))
    assert encode(found.representation) == path.read_bytes()
    with pytest.raises(SirenError, match="exists"):
        GRAY.save(path)
    assert siren_cli.load(path).channels == 3
    GRAY.save(path, force=True)
    assert siren_cli.load(path).channels == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("height", "width", "shown"), [(20, 30, (30, 20)), (700, 2000, (1024, 358))]
)
def test_notebooks_show_a_png(height, width, shown):
    function = PictureFunction(make_representation(height, width, cell_size=0))
    with Image.open(io.BytesIO(function._repr_png_())) as image:
        assert (image.format, image.size) == ("PNG", shown)


@pytest.mark.parametrize(
    "call",
    [
        lambda: siren_cli.load("missing.siren"),
        lambda: siren_cli.load(__file__),
        lambda: COLOR([1, 2, 3], [1, 2]),
        lambda: COLOR("left", 3),
        lambda: COLOR(math.nan, 3),
        lambda: COLOR(1e30, 3, extrapolate=True),
        lambda: COLOR.gradient(-1, 3),
        lambda: COLOR.laplacian(1, math.inf),
        lambda: COLOR.render(width=0),
        lambda: COLOR.render(height=-3),
        lambda: COLOR.render(width=2.5),
        lambda: COLOR.render(width=10**7),
        lambda: COLOR.render(width=np.array([3, 4])),
        lambda: COLOR.render(region=(0, 0, 1e-9, 5)),
        lambda: COLOR.render(region=(0, 0, 1e-300, 5)),
        lambda: COLOR.render(region=(10**400, 0, 5, 5)),
        lambda: COLOR.render(region=(0, 0, 31, 5)),
        lambda: COLOR.render(region=(0, 0, 0, 5)),
        lambda: COLOR.render(region=(0, 0, 5)),
        lambda: COLOR.render(region=(0, 0, math.nan, 5)),
        lambda: COLOR.render(region="all"),
        lambda: COLOR.render(depth=12),
        lambda: COLOR.render(what="edges"),
        lambda: siren_cli.fit("missing.png"),
        lambda: siren_cli.fit(np.zeros((2, 3, 5), np.uint8)),
        lambda: siren_cli.fit(np.zeros((2, 3), bool)),
        lambda: siren_cli.fit(np.full((2, 3), np.nan)),
        lambda: siren_cli.fit(np.zeros((2, 3), np.uint8), "best"),
        lambda: siren_cli.fit(np.zeros((2, 3), np.uint8), epochs=0),
        lambda: siren_cli.fit(np.zeros((2, 3), np.uint8), seconds=-1.0),
        lambda: siren_cli.fit(np.zeros((2, 3), np.uint8), target_psnr=-1.0),
        lambda: siren_cli.fit(np.zeros((2, 3), np.uint8), devices="tpu"),
        lambda: siren_cli.fit(np.zeros((2, 3), np.uint8), settings={"fit": {"sed": 1}}),
        lambda: siren_cli.fit(np.zeros((2, 3), np.uint8), settings={"fit": {"dtype": "x"}}),
    ],
)
def test_what_makes_no_sense_is_an_error_that_explains_itself(call):
    with pytest.raises(SirenError) as caught:
        call()
    assert str(caught.value).isprintable()


def test_a_function_is_copied_whole_to_another_process():
    copy = pickle.loads(pickle.dumps(COLOR))  # noqa: S301 - it is ours
    np.testing.assert_array_equal(copy(3.0, 4.5), COLOR(3.0, 4.5))
    np.testing.assert_array_equal(deepcopy(copy)(3.0, 4.5), COLOR(3.0, 4.5))
