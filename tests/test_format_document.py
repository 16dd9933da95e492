"""The documents of the format name all that is in files, and their readers draw the same."""

import json
import re
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siren_cli.model.activations import ACTIVATIONS
from siren_cli.model.layers import Layer
from siren_cli.model.networks import floats_of
from siren_cli.rendering.drawing import render
from siren_cli.representation import siren_file, usual_values
from siren_cli.representation.representation import PyramidRepresentation, Representation
from siren_cli.supervision import SupervisionConfig
from tests.helpers.representations import (
    make_pyramid_representation,
    make_representation,
    with_all_facts,
    with_layers,
)

ROOT = Path(__file__).parent.parent
DOCUMENTS = {
    "version-1": "format-1.md",
    "version-2": "format.md",
    "version-3": "format-3.md",
}
# The values that headers leave out.
USUAL = {"version-2": usual_values.USUAL, "version-3": usual_values.USUAL_OF_PYRAMIDS}
TEXTS = {
    version: (ROOT / "docs" / name).read_text(encoding="utf-8")
    for version, name in DOCUMENTS.items()
}
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.siren"))
NAMES = [path.name for path in GOLDEN]
# Factor of random weights that makes their frequencies those of usual fits. Single
# precision is coarse for larger ones.
USUAL_SCALE = 0.2


@cache
def names_of(version: str) -> dict[str, Any]:
    """Return the functions of a document's reader."""
    (code,) = re.findall(r"^```python\n(.*?)^```", TEXTS[version], re.MULTILINE | re.DOTALL)
    packages = set(re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE))
    assert packages <= {"functools", "itertools", "json", "numpy"}
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - it is ours
    return names


def version_of(path: Path) -> str:
    return "-".join(path.stem.split("-")[:2])


def calmer(representation: Representation) -> Representation:
    layers = tuple(
        tuple(Layer(USUAL_SCALE * w, USUAL_SCALE * b) for w, b, _ in own)
        for own in floats_of(representation.layers, np.float32)
    )
    return with_layers(representation, layers)


def assert_drawn_alike(path: Path, version: str = "version-2") -> None:
    representation = siren_file.load(path)
    facts = representation.header.facts
    expected = render(representation, facts.height, facts.width).pixels
    np.testing.assert_allclose(names_of(version)["draw"](path), expected, atol=1e-5)


def table(version: str, heading: str) -> dict[str, list[str]]:
    """Return the table below a heading: the other columns by the code in the first."""
    section = TEXTS[version].split(f"# {heading}\n")[1].split("\n#")[0]
    lines = re.findall(r"^\| `([^`]+)` \|(.*)\|$", section, re.MULTILINE)
    return {name: [each.strip() for each in rest.split("|")] for name, rest in lines}


def paths(header: dict[str, Any], prefix: str = "") -> set[str]:
    """Return the keys of a header, such as grid.rows, without those of its settings."""
    found = set()
    for key, value in header.items():
        found.add(prefix + key)
        if isinstance(value, dict) and key != "settings":
            found |= paths(value, f"{prefix}{key}.")
    return found


def stored_header(path: Path, version: str) -> dict[str, Any]:
    content = path.read_bytes()
    if version != "version-1":
        return dict(json.loads(content[12 : 12 + int.from_bytes(content[8:12], "little")]))
    entries = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    return dict(json.loads(entries["__metadata__"]["siren"]))


@pytest.mark.parametrize("path", GOLDEN, ids=NAMES)
def test_it_names_every_key_of_the_header(path: Path) -> None:
    named, stored = (
        set(table(version_of(path), "The header")),
        paths(stored_header(path, version_of(path))),
    )
    assert stored <= named
    if version_of(path) == "version-1":
        assert stored == named  # it leaves nothing out


@pytest.mark.parametrize("version", USUAL)
def test_it_says_which_values_are_left_out(version: str) -> None:
    found = {
        name: json.loads(usual.strip("`"))
        for name, (_, usual, _) in table(version, "The header").items()
        if usual and not usual.startswith(("the ", "["))
    }
    tables = {
        name: values
        for name, values in USUAL[version].items()
        if isinstance(values, dict) and name != "settings"
    }
    expected = {f"{name}.{key}": tables[name][key] for name in tables for key in tables[name]}
    others = {name: found.pop(name) for name in ("requires", "foreign_settings")}
    assert others == {"requires": [], "foreign_settings": False}
    assert found.pop("grid", {}) == {}
    assert found == expected


@pytest.mark.parametrize("version", USUAL)
def test_it_says_which_settings_are_left_out(version: str) -> None:
    texts = re.findall(r"^```json\n(.*?)^```", TEXTS[version], re.MULTILINE | re.DOTALL)
    assert json.loads(texts[0]) == USUAL[version]["settings"]
    whole = [{"supervision": asdict(SupervisionConfig())}] if version == "version-2" else []
    assert [json.loads(text) for text in texts[1:]] == whole


@pytest.mark.parametrize("version", ["version-1", "version-2"])
def test_it_names_every_activation(version: str) -> None:
    assert set(table(version, "Activations")) == set(ACTIVATIONS)


@pytest.mark.parametrize("path", GOLDEN, ids=NAMES)
def test_it_draws_the_golden_files(path: Path) -> None:
    assert_drawn_alike(path, version_of(path))


@pytest.mark.parametrize(
    "kind",
    [
        {"channels": 1},
        {"channels": 2, "margin": 0},
        {"channels": 3, "dtype": "int8", "widths": (5, 3, 8)},
        {"channels": 4, "cell_size": 0, "dtype": "float32", "pixels": "area"},
        {"cell_size": 8, "margin": 2, "icc_profile": b"a profile", "pixels": "area"},
    ],
)
def test_it_draws_files_of_every_kind(tmp_path: Path, kind: dict[str, Any]) -> None:
    (tmp_path / "a.siren").write_bytes(siren_file.encode(make_representation(21, 26, **kind)))
    assert_drawn_alike(tmp_path / "a.siren")


def test_it_draws_the_pixels_of_a_file_with_everything(tmp_path: Path) -> None:
    whole = with_all_facts(make_representation(21, 26, icc_profile=b"a profile"))
    (tmp_path / "a.siren").write_bytes(siren_file.encode(whole))
    assert_drawn_alike(tmp_path / "a.siren")
    named = paths(stored_header(tmp_path / "a.siren", "version-2"))
    assert named <= set(table("version-2", "The header"))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_it_knows_every_activation(tmp_path: Path, name: Any) -> None:
    representation = make_representation(9, 7, dtype="float32", activation=name)
    (tmp_path / "a.siren").write_bytes(siren_file.encode(calmer(representation)))
    assert_drawn_alike(tmp_path / "a.siren")


PYRAMIDS: list[dict[str, Any]] = [
    {"height": 1, "width": 1, "channels": 1},
    {"height": 14, "width": 20, "channels": 4, "seed": 1},
    {"height": 3, "width": 260, "channels": 2, "icc_profile": b"a profile"},
    {"height": 7, "width": 5, "sizes": (16, 24), "seed": 2},
]


@pytest.mark.parametrize("kind", PYRAMIDS)
def test_it_reads_pyramids(tmp_path: Path, kind: dict[str, Any]) -> None:
    made = make_pyramid_representation(**kind)
    assert_read_alike(tmp_path / "a.siren", made)


def test_it_reads_a_pyramid_with_everything(tmp_path: Path) -> None:
    assert_read_alike(tmp_path / "a.siren", with_all_facts(make_pyramid_representation(4, 6)))
    named = paths(stored_header(tmp_path / "a.siren", "version-3"))
    assert named <= set(table("version-3", "The header"))


def assert_read_alike(path: Path, made: PyramidRepresentation) -> None:
    """Assert that the reader of version 3 finds the same numbers and colors."""
    path.write_bytes(siren_file.encode(made))
    _, synthesis, grids = names_of("version-3")["read"](path)
    arrays = made.arrays()
    for number, matrix in enumerate(synthesis):
        assert np.array_equal(matrix, arrays[f"synthesis.{number}"])
    for level, grid in enumerate(grids):
        assert np.array_equal(grid, arrays[f"latents.{level}"])
    assert_drawn_alike(path, "version-3")


def test_it_draws_the_golden_pyramid_as_ever() -> None:
    drawn = names_of("version-3")["draw"](ROOT / "tests" / "golden" / "version-3.siren")
    assert drawn[7, 9] == pytest.approx([0.278785, 0.514355, 0.628908, 0.205721], abs=1e-5)
    assert drawn[13, 19] == pytest.approx([0.369206, 0.573783, 0.544667, 0.0], abs=1e-5)
