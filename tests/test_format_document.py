"""docs/format.md names all that the program writes, and its reader draws the same."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siren_cli.model.activations import ACTIVATIONS
from siren_cli.model.layers import Layer
from siren_cli.rendering.drawing import render
from siren_cli.representation import siren_file
from siren_cli.representation.siren_file import Representation
from tests.helpers.representations import make_representation

ROOT = Path(__file__).parent.parent
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.siren"))
# Factor of random weights that makes their frequencies those of usual fits. Single
# precision is coarse for larger ones.
USUAL_SCALE = 0.2


TEXT = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def draw() -> Any:
    (code,) = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
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


def first_column(heading: str) -> set[str]:
    """Return the code in the first column of the table below a heading."""
    section = TEXT.split(f"# {heading}\n")[1].split("\n#")[0]
    return set(re.findall(r"^\| `([^`]+)`", section, re.MULTILINE))


def paths(table: dict[str, Any], prefix: str = "") -> set[str]:
    """Return the keys of a header, such as grid.rows, without those of its settings."""
    found = set()
    for key, value in table.items():
        found.add(prefix + key)
        if isinstance(value, dict) and key != "settings":
            found |= paths(value, f"{prefix}{key}.")
    return found


@pytest.mark.parametrize("path", GOLDEN, ids=[path.name for path in GOLDEN])
def test_it_names_every_key_of_the_header(path: Path) -> None:
    content = path.read_bytes()
    entries = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert first_column("The header") == paths(json.loads(entries["__metadata__"]["siren"]))


def test_it_names_every_activation() -> None:
    assert first_column("Activations") == set(ACTIVATIONS)


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
    (tmp_path / "a.siren").write_bytes(siren_file.encode(make_representation(21, 26, **kind)))
    assert_drawn_alike(draw, tmp_path / "a.siren")


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_it_knows_every_activation(draw: Any, tmp_path: Path, name: Any) -> None:
    representation = make_representation(9, 7, dtype="float32", activation=name)
    (tmp_path / "a.siren").write_bytes(siren_file.encode(calmer(representation)))
    assert_drawn_alike(draw, tmp_path / "a.siren")
