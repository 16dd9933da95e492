"""The reader in docs/format.md draws what the program draws."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from siren_cli.config import ActivationName
from siren_cli.model.layers import Layer
from siren_cli.rendering.drawing import render
from siren_cli.representation import siren_file
from siren_cli.representation.siren_file import Representation
from tests.helpers.representations import make_representation

ROOT = Path(__file__).parent.parent
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.siren"))
# Frequencies as they are usual in fits; with larger ones single precision is coarse.
USUAL_SCALE = 0.2


@pytest.fixture(scope="module")
def draw() -> Any:
    text = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE)) == {"json", "numpy"}
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - it is ours
    return names["draw"]


def calmer(representation: Representation) -> Representation:
    layers = [layer.floats() for layer in representation.layers]
    calm = tuple(Layer(USUAL_SCALE * w, USUAL_SCALE * b) for w, b, _ in layers)
    return replace(representation, layers=calm)


def assert_drawn_alike(draw: Any, path: Path) -> None:
    representation = siren_file.load(path)
    facts = representation.header.facts
    expected = render(representation, facts.height, facts.width).pixels
    np.testing.assert_allclose(draw(path), expected, atol=1e-5)


@pytest.mark.parametrize("path", GOLDEN, ids=[path.name for path in GOLDEN])
def test_it_draws_the_golden_files(draw: Any, path: Path) -> None:
    assert_drawn_alike(draw, path)


@pytest.mark.parametrize(
    "kind",
    [
        {"channels": 1},
        {"channels": 2, "margin": 0},
        {"channels": 3, "dtype": "int8"},
        {"channels": 4, "cell_size": 0, "dtype": "float32"},
        {"cell_size": 8, "margin": 2, "icc_profile": b"a profile"},
    ],
)
def test_it_draws_files_of_every_kind(draw: Any, tmp_path: Path, kind: dict[str, Any]) -> None:
    siren_file.save(tmp_path / "a.siren", make_representation(21, 26, **kind), force=False)
    assert_drawn_alike(draw, tmp_path / "a.siren")


@pytest.mark.parametrize("name", get_args(ActivationName))
def test_it_knows_every_activation(draw: Any, tmp_path: Path, name: ActivationName) -> None:
    representation = make_representation(9, 7, dtype="float32", activation=name)
    siren_file.save(tmp_path / "a.siren", calmer(representation), force=False)
    assert_drawn_alike(draw, tmp_path / "a.siren")
