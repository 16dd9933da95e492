"""The exported ONNX graph, run by onnxruntime, says what the function says."""

import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siren_cli.errors import UsageError
from siren_cli.exporting.onnx_graph import cell_loop, model
from siren_cli.function_names import STORED_NAMES
from siren_cli.pictures.value_mapping import ValueMapping
from siren_cli.rendering.derivatives import DX, DY, VALUE, jets
from siren_cli.rendering.own_units import in_own_units
from siren_cli.representation import siren_file
from tests.helpers.commands import siren
from tests.helpers.representations import (
    make_representation,
    save_representation,
    with_all_facts,
    with_layers,
)

onnx = pytest.importorskip("onnx", reason="needs the extra onnx")
onnxruntime = pytest.importorskip("onnxruntime", reason="needs onnxruntime, to run graphs")

GOLDEN = sorted((Path(__file__).parent / "golden").glob("version-[12]*.siren"))
# Largest error of values about in [0, 1]; that of larger ones is relative to the largest.
TOLERANCE = 2.5e-5


def run(function, points, *, with_gradient=True):
    """Return the outputs of the graph at points (x, y)."""
    content = model.content(function, with_gradient=with_gradient)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run(None, {"points": np.asarray(points, np.float32)})


def points_of(function):
    """Return points inside and outside, and around all borders and margins."""
    facts, grid = function.header.facts, function.header.grid
    generator = np.random.default_rng(0)
    anywhere = generator.uniform(-0.2, 1.2, (100, 2)) * [facts.width, facts.height]
    near = [_near_borders(axis) for axis in (grid.x, grid.y)]
    corners = np.stack(np.meshgrid(*near), axis=-1).reshape(-1, 2)
    return np.concatenate([anywhere, corners]).astype(np.float32)


def _near_borders(axis):
    borders = np.arange(axis.cells + 1) * axis.cell_size
    return np.add.outer(borders, [-axis.margin, -1e-6, 0, axis.margin])


def expected(function, points):
    """Return the values and gradients of NumPy's function, in double precision."""
    x, y = points.astype(np.float64).T
    found = in_own_units(jets(function.floats(np.float64), y, x), function.header.facts)
    return found[VALUE], np.stack([found[DX], found[DY]], axis=-1)


def check(function, points=None):
    points = points_of(function) if points is None else points
    for found, right in zip(run(function, points), expected(function, points), strict=True):
        assert found.dtype == np.float32
        assert found.shape == right.shape
        assert np.abs(found - right).max() <= TOLERANCE * max(1, np.abs(right).max())


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_files_of_every_version_are_the_same_function(path):
    check(siren_file.load(path))


@pytest.mark.parametrize("name", STORED_NAMES)
def test_every_activation_and_encoding_is_the_same_function(name):
    activation, encoding = STORED_NAMES[name]
    function = make_representation(5, 9, activation=activation, encoding=encoding)
    # The waves of large weights are too short for single precision.
    layers = [layer._replace(weight=layer.weight / 16) for layer in function.layers[0]]
    check(with_layers(function, (tuple(layers),)))


@pytest.mark.parametrize(
    ("channels", "dtype"), [(1, "int8"), (2, "float16"), (3, "float32"), (4, "int8")]
)
def test_every_type_and_number_of_channels_is_the_same_function(channels, dtype):
    check(make_representation(6, 9, dtype=dtype, channels=channels, widths=(5, 3, 8)))


@pytest.mark.parametrize(
    "grid",
    [
        {"cell_size": 0},
        {"cell_size": 6, "margin": 0},
        {"cell_size": 9, "margin": 2},
        {"cell_size": 13},
    ],
    ids=str,
)
def test_every_grid_is_the_same_function(grid):
    check(make_representation(20, 11, widths=(3, 7), **grid))


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize(
    "mapping",
    [ValueMapping("linear", -3.0, 5.0), ValueMapping("asinh", -0.5, 100.0, 0.0625)],
    ids=lambda mapping: mapping.curve,
)
def test_other_values_are_in_their_own_units(mapping, channels):
    function = make_representation(6, 9, channels=channels)
    facts = replace(function.header.facts, mapping=mapping)
    check(replace(function, header=replace(function.header, facts=facts)))


def test_steps_of_a_few_points_are_the_same_function(monkeypatch):
    monkeypatch.setattr(cell_loop, "POINTS_PER_STEP", 3)
    check(make_representation(5, 9, widths=(4, 6)))


def test_without_gradient_there_are_values_alone():
    function = make_representation(6, 8)
    points = points_of(function)
    (values,) = run(function, points, with_gradient=False)
    np.testing.assert_allclose(values, expected(function, points)[0], atol=1e-6)


def test_no_points_have_no_values():
    values, gradient = run(make_representation(6, 8), np.zeros((0, 2)))
    assert (values.shape, gradient.shape) == ((0, 3), (0, 3, 2))


def test_many_points_of_one_cell_go_with_single_ones_of_others():
    crowd = np.random.default_rng(0).uniform([9, 9], [11, 11], (500, 2))
    scattered = np.stack(np.meshgrid(np.arange(2, 60, 4), np.arange(2, 40, 4)), -1)
    check(make_representation(40, 60), np.concatenate([scattered.reshape(-1, 2), crowd]))


def test_a_point_that_is_no_number_spoils_no_other():
    (values,) = run(make_representation(6, 8), [[np.nan, 1], [3, 2]], with_gradient=False)
    assert np.isnan(values[0]).all()
    assert np.isfinite(values[1]).all()


def test_the_command_writes_the_same_checked_bytes_twice(tmp_path):
    save_representation(tmp_path / "a.siren", make_representation(6, 8, channels=4))
    command = ["export", "a.siren", "--gradient", "-o"]
    assert [siren(tmp_path, *command, f"{name}.onnx").code for name in "ab"] == [0, 0]
    content = (tmp_path / "a.onnx").read_bytes()
    assert content == (tmp_path / "b.onnx").read_bytes()
    graph = onnx.load_from_string(content)
    onnx.checker.check_model(graph, full_check=True)
    assert "The last channel is alpha" in graph.doc_string
    assert "Output gradient, shape (N, channels, 2)" in graph.doc_string
    assert {each.key: each.value for each in graph.metadata_props} == {
        "picture_width": "8",
        "picture_height": "6",
        "picture_color": "RGBA",
        "picture_pixels": "center",
    }


def test_weights_keep_their_types_and_sizes():
    function = make_representation(40, 60, dtype="int8", widths=(9, 20))
    size = len(siren_file.encode(function))
    assert size < len(model.content(function, with_gradient=False)) < size + 16_000


def test_what_is_lost_is_said():
    function = with_all_facts(make_representation(6, 8, icc_profile=b"a profile"))
    assert model.losses(function.header) == ["ONNX has no place for color profile, EXIF, XMP"]
    assert model.losses(make_representation(6, 8).header) == []


def test_a_file_beyond_protobuf_is_refused(monkeypatch):
    monkeypatch.setattr(model, "MAX_BYTES", 100)
    with pytest.raises(UsageError, match="an ONNX file has 2 GB at most"):
        model.check(make_representation(6, 8).header)


def test_a_missing_extra_is_named(tmp_path, monkeypatch):
    save_representation(tmp_path / "a.siren", make_representation(6, 8))
    monkeypatch.setitem(sys.modules, "onnx", None)
    run = siren(tmp_path, "export", "a.siren", "-o", "a.onnx")
    assert run.code == 6
    (line,) = run.err
    assert "An ONNX graph is written by the extra onnx: pip install 'siren-cli[onnx]'" in line


def test_the_example_of_the_guide_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (Path(__file__).parents[1] / "docs" / "guide.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(import onnxruntime.*?)```", text, re.DOTALL)[1]
    save_representation(Path("photo.siren"), make_representation(90, 200, cell_size=64))
    siren(tmp_path, "export", "photo.siren", "-o", "photo.onnx")
    exec(compile(example, "guide.md", "exec"), {})  # noqa: S102 - our own document


@pytest.mark.slow
@pytest.mark.parametrize("cell_size", [0, 16])
def test_real_fits_are_the_same_function(cell_size):
    # They load TensorFlow, which nothing else here needs.
    from tests.helpers.small_fits import SMALL, fit_small, half_noise, plan_by_cell

    config = SMALL.updated({"network": {"cell_size": cell_size}})
    picture = half_noise(40, 50)
    check(fit_small(picture, plan_by_cell(picture, config)).representation)
