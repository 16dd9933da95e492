"""The shader of pages, run in Python, against the function and its drawings in NumPy."""

import json
import shutil
import subprocess
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from siren_cli.exporting.page import page
from siren_cli.function_names import STORED_NAMES, ActivationName
from siren_cli.pictures.colors.icc_profile import SRGB
from siren_cli.pictures.colors.named_spaces import linear_profile
from siren_cli.pictures.value_mapping import ValueMapping
from siren_cli.rendering.derivatives import VALUE, jets
from siren_cli.rendering.geometry import Size
from siren_cli.rendering.view import Quantity
from siren_cli.representation import siren_file
from tests.helpers.representations import make_representation
from tests.helpers.shader import TEXTURE_BITS, definitions, points_of, shader_of, textures_of
from tests.helpers.shown_pixels import Shown, shown_pixels

# Inside a cell, between two, between four, on a border, and beyond the edges.
Y = np.array([1.7, 2.2, 3.8, 5.0, 10.0, -1.0])
X = np.array([1.3, 4.9, 4.4, 6.5, 5.0, 14.0])


def functions():
    for name in (*get_args(ActivationName), "sine-pe", "relu-pe"):
        function = STORED_NAMES[name]
        yield (
            name,
            make_representation(
                9, 13, activation=function.activation, encoding=function.encoding, widths=(3, 6)
            ),
        )
    for dtype in ("int8", "float32"):
        yield dtype, make_representation(9, 13, channels=4, dtype=dtype, widths=(5, 9, 4))
    yield "no margin", make_representation(9, 13, margin=0, channels=1)
    yield "one cell", make_representation(9, 13, cell_size=0, channels=2)


FUNCTIONS = dict(functions())
TESTS = Path(__file__).parent


def same(found, expected):
    largest = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9 * largest)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_shader_has_the_values_of_the_function(name):
    function = FUNCTIONS[name]
    expected = jets(function.floats(np.float64), Y, X)[VALUE]
    shader = shader_of(function, "PIXELS", points=points_of(function, Y, X))
    # Four points at once, in one cell or in several.
    for points in ([0, 1, 2, 3], [2, 3, 4, 5]):
        columns = shader["ivec4"](*points)
        found = 0.5 + 0.5 * shader["blended"](len(Y) + columns, columns).rows
        same(found[:, : expected.shape[1]], expected[points])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_shader_has_the_derivatives_of_the_function(name):
    function = FUNCTIONS[name]
    expected = jets(function.floats(np.float64), Y, X)[1:]
    shader = shader_of(function, "JET", points=points_of(function, Y, X))
    found = [0.5 * shader["jetAt"](len(Y) + i, i).rows[1:] for i in range(len(Y))]
    same(np.array(found)[..., : expected.shape[2]].swapaxes(0, 1), expected)


def drawn(function, shown, samples, size):
    """Return the premultiplied pixels of a drawing by the shader, in [0, 1]."""
    y, x = (
        start + (np.arange(count * samples) + 0.5) * shown.step / samples
        for start, count in ((shown.y, size.height), (shown.x, size.width))
    )
    lanes = "JET"
    if shown.what == Quantity.IMAGE:
        lanes = "SAMPLES" if samples > 1 else "PIXELS"
    mapping = function.header.facts.mapping
    start, stop = mapping.ends if mapping else (0.0, 1.0)
    shader = shader_of(
        function,
        lanes,
        points=points_of(function, y, x),
        samples=samples,
        rowsStart=len(x),
        clipsSamples=int(shown.step > 1),
        start=start,
        width=stop - start,
        factor=mapping.knee * 2**shown.exposure if mapping else 1.0,
        offset=0.0,
        scale=(shown.scale or 1.0) / 2**shown.exposure,
        isLaplacian=int(shown.what == Quantity.LAPLACIAN),
    )
    if lanes == "PIXELS":
        rows = [shader["pixelsAt"](shader["ivec2"](0, y)).rows for y in range(size.height)]
        return np.array(rows)[:, : size.width]
    places = [[shader["ivec2"](x, y) for x in range(size.width)] for y in range(size.height)]
    return np.array([[shader["pixelAt"](place) for place in row] for row in places])


def light(icc_profile=None, **changes):
    """Return a representation of values of another range, with alpha."""
    made = make_representation(9, 13, channels=4, icc_profile=icc_profile)
    mapping = replace(ValueMapping("asinh", -0.5, 1e3, 0.0625, "light"), **changes)
    facts = replace(made.header.facts, bit_depth=16, mapping=mapping)
    return replace(made, header=replace(made.header, facts=facts))


PICTURES = {
    "RGB": FUNCTIONS["relu-pe"],
    "gray": FUNCTIONS["one cell"],
    "golden": siren_file.load(TESTS / "golden" / "version-2.siren"),
    "light": light(),
    "line": light(curve="linear", low=-0.25, high=1.5, knee=1.0),
}
DRAWINGS = {
    "own size": (Shown(1.0, 2.0, 1.0), 2),
    "enlarged": (Shown(1.0, 2.0, 0.25, exposure=1.5), 1),
    "shrunk": (Shown(0.0, 0.0, 2.5, exposure=-1.0), 3),
    "gradient": (Shown(2.0, 3.0, 1.5, Quantity.GRADIENT, scale=0.5), 2),
    "Laplacian": (Shown(2.0, 3.0, 0.5, Quantity.LAPLACIAN, 1.0, scale=2.0), 1),
}


@pytest.mark.parametrize("drawing", DRAWINGS)
@pytest.mark.parametrize("name", PICTURES)
def test_the_shader_draws_what_numpy_draws(name, drawing):
    function, (shown, samples) = PICTURES[name], DRAWINGS[drawing]
    if function.header.pixels == "center" and drawing == "own size":
        samples = 1
    size = Size(2, 3)
    expected = shown_pixels(function, shown, size) / 255
    expected[..., :3] *= expected[..., 3:]
    found = drawn(function, shown, samples, size)
    assert np.abs(found - expected).max() < 1.5 / 255


def test_the_shader_compiles(tmp_path):
    compiler = shutil.which("glslangValidator")
    if compiler is None:
        pytest.skip("glslangValidator is not on PATH")
    files = []
    for name, function in (FUNCTIONS | PICTURES).items():
        for lanes in ("PIXELS", "SAMPLES", "JET"):
            defined = definitions(function) | {"LANES": lanes}
            lines = [f"#define {key} {value}\n" for key, value in defined.items()]
            files.append(tmp_path / f"{name}-{lanes}.frag")
            files[-1].write_text(f"#version 300 es\n{''.join(lines)}{page.shader()}")
    done = subprocess.run([compiler, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


GL_PARTS = ("textures", "points", "program")
DRAWING = {
    "x": 0.5,
    "y": 1.5,
    "step": 2.5,
    "width": 4,
    "height": 3,
    "samples": 2,
    "exposure": 0.5,
}
PREPARED = {
    **{name: FUNCTIONS[name] for name in ("relu-pe", "int8", "float32", "one cell")},
    "golden": PICTURES["golden"],
    "light": PICTURES["light"],
    "line": PICTURES["line"],
    "light of a linear profile": light(linear_profile(None)),
    "light of sRGB": light(SRGB),
    "numbers": light(scene="numbers"),
    "large numbers": light(curve="linear", low=1e6, high=1e6 + 1, knee=1.0, scene="numbers"),
}


@pytest.fixture(scope="module")
def prepared():
    """What JavaScript gives the shader of every picture, by one process."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not on PATH")
    scripts = [Path(page.__file__).with_name(f"gl_{part}.js") for part in GL_PARTS]
    scripts.append(TESTS / "helpers" / "shader.js")
    program = page.engine() + "".join(script.read_text("utf-8") for script in scripts)
    files = [b64encode(siren_file.encode(each)).decode() for each in PREPARED.values()]
    job = json.dumps({"files": files, "drawing": DRAWING, "bits": TEXTURE_BITS})
    done = subprocess.run(
        [node, "-e", program], input=job, capture_output=True, text=True, check=True
    )
    return dict(zip(PREPARED, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("name", PREPARED)
def test_javascript_gives_the_shader_what_this_test_gives_it(prepared, name):
    function, found = PREPARED[name], prepared[name]
    for kind, texture in textures_of(function).items():
        array = np.array(
            found[kind], np.uint16 if texture.dtype == np.float16 else texture.dtype
        )
        np.testing.assert_array_equal(array.view(texture.dtype), texture.ravel())
    y, x = 1.5 + (np.arange(6) + 0.5) * 1.25, 0.5 + (np.arange(8) + 0.5) * 1.25
    np.testing.assert_allclose(found["points"], points_of(function, y, x).ravel(), atol=1e-6)
    assert found["definitions"] == definitions(function)


def test_values_are_shown_by_their_mapping(prepared):
    mapped = [name for name, each in PREPARED.items() if each.header.facts.mapping]
    assert len(mapped) > 5
    for name in mapped:
        function, found = PREPARED[name], prepared[name]["mapping"]
        mapping, pixels = function.header.facts.mapping, np.linspace(0, 1, 5)
        bent = found["start"] + found["width"] * pixels
        curved = np.sinh(bent) if mapping.curve == "asinh" else bent
        amounts = found["offset"] + found["factor"] * curved
        expected = mapping.shown(mapping.values(pixels), DRAWING["exposure"])
        np.testing.assert_allclose(np.clip(amounts, 0, 1), expected, atol=1e-6)
