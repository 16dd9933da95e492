"""Pages of pyramids: the engine in Node.js against NumPy, damaged files, and the command."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from siren_cli.errors import UsageError
from siren_cli.exporting.page import page
from siren_cli.model.pyramid.networks import NetworkSizes
from siren_cli.model.pyramid.shape import PyramidShape
from siren_cli.pictures.value_mapping import ValueMapping
from siren_cli.rendering.point_function import function_of
from siren_cli.rendering.view import Quantity
from siren_cli.representation import siren_file
from siren_cli.representation.pyramid.stored_pyramid import StoredPyramid
from tests.helpers.commands import siren
from tests.helpers.page_engine import NODE, SIZE, answers, job
from tests.helpers.pyramid_content import make_grids, make_networks
from tests.helpers.representations import (
    make_pyramid_representation,
    save_representation,
    with_all_facts,
)
from tests.helpers.shown_pixels import Shown, shown_pixels
from tests.helpers.version_3_files import Version3Parts

DRAWINGS = [
    Shown(0.0, 0.0, 1.0),
    Shown(3.3, 2.6, 0.125),
    Shown(-1.0, -2.0, 2.5),
    Shown(-400.0, 2.0, 100 / 7, exposure=-2.0),
    Shown(1.0, 0.5, 0.75, Quantity.GRADIENT, scale=0.5),
    Shown(1.0, 0.5, 1.5, Quantity.LAPLACIAN, 1.0, scale=2.0),
]
POINTS = [(0.25, 0.5), (3.9, 4.1), (255.6, 6.0), (-1.0, 2.0)]


def with_latents(scale: float, weight: float) -> Any:
    """Return a pyramid of latents of some size, whose networks have weights of another."""
    made = make_pyramid_representation(9, 20)
    shape, sizes = PyramidShape(9, 20), NetworkSizes(9, 17, 3)
    networks = make_networks(sizes, 1, weight)
    grids = [each.clip(-32767, 32767) for each in make_grids(shape, 1, scale)]
    pyramid = StoredPyramid.of_grids(shape, networks, grids)
    header = replace(made.header, sizes=sizes, pixels="area")
    return replace(made, header=header, pyramid=pyramid)


def numbers(**changes: Any) -> Any:
    made = with_all_facts(make_pyramid_representation(9, 6, channels=2))
    mapping = ValueMapping("linear", 0.25, 1.5, 1.0, "numbers")
    facts = replace(made.header.facts, mapping=mapping)
    return replace(made, header=replace(made.header, facts=facts))


FUNCTIONS = {
    "a pixel": make_pyramid_representation(1, 1, channels=1),
    "two channels": make_pyramid_representation(20, 14, channels=2, sizes=(8, 3)),
    "four tiles": make_pyramid_representation(129, 260, seed=1),
    "four channels": make_pyramid_representation(6, 70, channels=4, sizes=(1, 1)),
    "light": with_all_facts(make_pyramid_representation(6, 9)),
    "numbers": numbers(),
    "large latents": with_latents(2000.0, 4.0),
    "large weights": with_latents(4.0, 100.0),
}
MADE = make_pyramid_representation(3, 260)
FILE = siren_file.encode(MADE)
FIRST_STREAM = len(FILE) - sum(Version3Parts(FILE, 2).lengths)


def changed(place: str, value: object) -> bytes:
    """Return the file with another value in its header, and a seal that fits."""
    parts = Version3Parts(FILE, 2)
    parts.set(place, value)
    return parts.sealed()


def with_length(length: int) -> bytes:
    parts = Version3Parts(FILE, 2)
    parts.lengths[0] = length
    return parts.sealed()


def with_networks(place: int, value: int) -> bytes:
    parts = Version3Parts(FILE, 2)
    parts.networks[place] = value
    return parts.sealed()


def flipped(place: int) -> bytes:
    """Return the file with another bit."""
    content = bytearray(FILE)
    content[place] ^= 1
    return bytes(content)


# A damaged file, and a word of what is said of it.
DAMAGED = {
    "half": (FILE[: len(FILE) // 2], "truncated"),
    "more": (FILE + b"1", "instead of"),
    "cut": (FILE[:-2], "instead of"),
    "another version": (changed("version", 4), "newer siren"),
    "too wide": (changed("pyramid.hidden_features", 65), '"hidden_features"'),
    "other networks": (changed("pyramid.network_bytes", 59), '"network_bytes"'),
    "too many tiles": (changed("picture.width", 10**6), "too small for its tiles"),
    "seal": (flipped(FIRST_STREAM - 1), "damaged in its beginning"),
    "no length": (with_length(31), "of a length that is none"),
    "a long tile": (with_length(1 << 23), "of a length that is none"),
    "odd tile": (with_length(len(Version3Parts(FILE, 2).streams[0]) + 1), "bytes instead of"),
    "exponent": (with_networks(0, 17), "no such steps"),
    "scale": (with_networks(1, 222), "no such steps"),
    "network": (with_networks(-1, 7), "damaged in its networks"),
    "first tile": (flipped(FIRST_STREAM + 40), "tile row 0, column 0"),
    "last tile": (flipped(len(FILE) - 1), "damaged in its tile row 0, column 1"),
}


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """What the engine says of every function and every damaged file, by one process."""
    if NODE is None:
        pytest.skip("Node.js is not on PATH")
    jobs = {name: job(siren_file.encode(f), DRAWINGS, POINTS) for name, f in FUNCTIONS.items()}
    jobs |= {
        f"damaged {name}": job(content, [Shown(200.0, 0.0, 1.0)])
        for name, (content, _) in DAMAGED.items()
    }
    return answers(page.engine(page.OF_PYRAMIDS), jobs)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_javascript_draws_what_numpy_draws(results, name):
    for shown, found in zip(DRAWINGS, results[name]["pixels"], strict=True):
        expected = shown_pixels(FUNCTIONS[name], shown, SIZE)
        pixels = np.array(found).reshape(SIZE.height, SIZE.width, 4)
        assert np.abs(pixels - expected).max() <= 2, shown


@pytest.mark.parametrize("name", FUNCTIONS)
def test_javascript_has_the_jets_of_numpy(results, name):
    x, y = np.array(POINTS).T
    expected = function_of(FUNCTIONS[name]).jets_at(y, x)
    for index, jet in enumerate(results[name]["jets"]):
        found = np.array([jet[key] for key in ("value", "dy", "dx", "laplacian")])
        scale = max(1.0, np.abs(expected).max())
        np.testing.assert_allclose(found, expected[:, index], atol=1e-4 * scale)


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused_with_a_sentence(results, name):
    found = results[f"damaged {name}"]
    assert found["isOurs"]
    assert DAMAGED[name][1] in found["error"]


def test_a_pyramid_is_exported_as_a_page_without_a_shader(tmp_path):
    save_representation(tmp_path / "photo.siren", MADE)
    run = siren(tmp_path, "export", "photo.siren", "--json")
    assert run.code == 0
    text = (tmp_path / "photo.html").read_text("utf-8")
    assert json.loads(run.out)["notes"] == []
    assert page.engine(page.OF_PYRAMIDS) in text
    assert "GlRenderer {" not in text


def test_onnx_does_not_hold_a_pyramid(tmp_path):
    save_representation(tmp_path / "photo.siren", MADE)
    run = siren(tmp_path, "export", "photo.siren", "-o", "photo.onnx")
    assert run.code == 2
    (line,) = run.err
    assert "is a pyramid (preset compact), which html" in line


def test_a_pyramid_of_too_many_pixels_is_refused():
    facts = replace(MADE.header.facts, width=8000, height=5001)
    with pytest.raises(UsageError, match="pyramids of 40 megapixels at most"):
        page.check(replace(MADE.header, facts=facts))
