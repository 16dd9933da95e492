"""The programs of docs/elsewhere.md say the values that siren says.

They are run as they are written, on exported files. What a machine does not have (PyTorch,
JAX, Node, a compiler of GLSL) is skipped there.
"""

import contextlib
import io
import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from siren_cli.exporting import npz
from siren_cli.rendering.derivatives import DX, DY, VALUE, jets
from siren_cli.rendering.drawing import render
from tests.helpers.representations import make_representation

DOCUMENT = (Path(__file__).parent.parent / "docs" / "elsewhere.md").read_text(encoding="utf-8")
# A mosaic of three classes, one without margins, a single cell, and a single row of cells.
MOSAICS: dict[str, dict[str, Any]] = {
    "classes": {"cell_size": 8, "margin": 2, "widths": (5, 3, 8), "pixels": "area"},
    "no-margin": {"cell_size": 8, "margin": 0, "channels": 4},
    "one-cell": {"cell_size": 0, "channels": 1},
    "one-row": {"cell_size": 21, "margin": 3},
}
HEIGHT, WIDTH = 21, 48
NODE = shutil.which("node")
GLSL_COMPILER = shutil.which("glslangValidator")
# What is added to the document's program: it says the colors at the points that it reads.
JAVASCRIPT_FRAME = """
const points = JSON.parse(await readFile("points.json"));
console.log(JSON.stringify(points.map(([y, x]) => color(y, x))));
"""


class Exported(NamedTuple):
    """An exported function.

    Attributes:
        points: Points (y, x), shape (n, 2).
        colors: The colors there, shape (n, channels).
        gradients: Their derivatives along y and x, shape (n, channels, 2).
        picture: The drawing at the picture's own size.
    """

    points: np.ndarray[Any, Any]
    colors: np.ndarray[Any, Any]
    gradients: np.ndarray[Any, Any]
    picture: np.ndarray[Any, Any]


def export(name: str, **kind: Any) -> Exported:
    """Export a random function to a file of the current folder."""
    function = make_representation(HEIGHT, WIDTH, **kind)
    Path(name).write_bytes(npz.content(function))
    points = np.random.default_rng(0).uniform(-1, [HEIGHT + 1, WIDTH + 1], (200, 2))
    # Single precision has them, too, so no program is asked for another point.
    points = points.astype(np.float32).astype(np.float64)
    jet = jets(function.floats(np.float64), *points.T)
    gradients = np.stack([jet[DY], jet[DX]], axis=-1)
    return Exported(points, jet[VALUE], gradients, render(function, HEIGHT, WIDTH).pixels)


@pytest.fixture(params=MOSAICS)
def exported(request, tmp_path, monkeypatch):
    """A function that is exported to photo.npz in the current folder."""
    monkeypatch.chdir(tmp_path)
    return export("photo.npz", **MOSAICS[request.param])


@pytest.fixture
def shader(tmp_path, monkeypatch):
    """A function of one cell, and the shader that the document makes of it."""
    monkeypatch.chdir(tmp_path)
    function = export("icon.npz", cell_size=0)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        run(blocks("GLSL", "python"))
    (frame,) = blocks("GLSL", "glsl")
    place = "// Here comes the function that was printed.\n"
    assert place in frame
    return function, frame.replace(place, printed.getvalue())


@cache
def blocks(heading: str, language: str) -> list[str]:
    """Return the code blocks of a section in a language."""
    section = DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def run(code: list[str]) -> dict[str, Any]:
    """Run Python in the current folder; return its names."""
    names: dict[str, Any] = {}
    for block in code:
        exec(compile(block, "elsewhere.md", "exec"), names)  # noqa: S102 - our own document
    return names


def assert_close(found: Any, expected: Any, tolerance: float = 1e-5) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


def test_numpy_says_the_same(exported):
    names = run(blocks("NumPy", "python"))
    assert_close(names["colors"](exported.points), exported.colors)
    assert_close(names["picture"], exported.picture.clip(0, 1))


@pytest.mark.slow
def test_pytorch_says_the_same_and_its_gradient(exported):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    picture = run(blocks("PyTorch", "python"))["picture"]
    points = torch.tensor(exported.points, dtype=torch.float32, requires_grad=True)
    colors = picture(points)
    assert_close(colors.detach(), exported.colors)
    (gradient,) = torch.autograd.grad(colors[:, 0].sum(), points)
    assert_close(gradient, exported.gradients[:, 0])


@pytest.mark.slow
def test_jax_says_the_same_and_its_gradient(exported):
    pytest.importorskip("jax", reason="JAX is not installed")
    names = run(blocks("JAX", "python"))
    points = exported.points.astype(np.float32)
    assert_close(names["colors"](points), exported.colors)
    assert_close(names["gradients"](points), exported.gradients)


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_javascript_says_the_same(exported):
    Path("points.json").write_text(json.dumps(exported.points.tolist()))
    program = "".join(blocks("JavaScript", "js")) + JAVASCRIPT_FRAME
    Path("program.mjs").write_text(program, encoding="utf-8")
    found = subprocess.run(
        [str(NODE), "program.mjs"], capture_output=True, check=True, timeout=60
    )
    assert_close(json.loads(found.stdout), exported.colors)


@pytest.mark.skipif(GLSL_COMPILER is None, reason="glslangValidator is not installed")
def test_the_shader_compiles(shader):
    Path("icon.frag").write_text(shader[1], encoding="utf-8")
    result = subprocess.run(
        [str(GLSL_COMPILER), "icon.frag"], capture_output=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stdout


def test_the_shader_says_the_same(shader):
    # Every line is a float and one expression, which Python reads as GLSL does.
    function, text = shader
    body = re.search(r"^vec3 picture\(float y, float x\) \{\n(.*?)^\}", text, re.M | re.S)
    assert body
    lines = re.findall(r"^  (?:float (?=\w+ = )|(?=return ))(.*);$", body[1], re.MULTILINE)
    assert len(lines) == len(body[1].splitlines())
    y, x = function.points.T
    names = {"y": y, "x": x, "sin": np.sin, "vec3": lambda *rgb: np.stack(rgb, axis=-1)}
    for line in lines:
        exec(line.replace("return ", "color = "), names)  # noqa: S102 - our own document
    assert_close(names["color"], function.colors, 1e-4)
