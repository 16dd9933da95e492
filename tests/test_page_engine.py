"""The engine of pages, in Node.js, against the same drawings in NumPy."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siren_cli.exporting.page import page
from siren_cli.function_names import STORED_NAMES
from siren_cli.pictures.colors.icc_profile import SRGB
from siren_cli.pictures.colors.named_spaces import linear_profile
from siren_cli.pictures.value_mapping import ValueMapping
from siren_cli.rendering.derivatives import jets
from siren_cli.rendering.view import Quantity
from siren_cli.representation import siren_file
from tests.helpers.page_engine import NODE, SIZE, answers, job
from tests.helpers.representations import make_representation, with_layers
from tests.helpers.shown_pixels import Shown, shown_pixels

TESTS = Path(__file__).parent
pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is not on PATH")


DRAWINGS = [
    Shown(0.0, 0.0, 1.0),
    Shown(0.3, 0.6, 0.125),
    Shown(-1.0, -2.0, 2.5, exposure=1.5),
    Shown(2.0, 1.0, 0.5, exposure=-2.0),
    Shown(1.0, 0.5, 0.75, Quantity.GRADIENT, scale=0.5),
    Shown(1.0, 0.5, 1.5, Quantity.LAPLACIAN, 1.0, scale=2.0),
]
POINTS = [(0.25, 0.5), (3.9, 4.1), (8.0, 6.0), (-1.0, 2.0)]


def light(channels, icc_profile=None, **changes):
    """Return a representation of light, or of other values."""
    made = make_representation(6, 9, channels=channels, icc_profile=icc_profile)
    mapping = replace(ValueMapping("asinh", -0.5, 1e3, 0.0625, "light"), **changes)
    facts = replace(made.header.facts, bit_depth=16, mapping=mapping)
    return replace(made, header=replace(made.header, facts=facts))


def calmed(made, name):
    """Return a representation whose float32 is exact enough: finer's sines are steep."""
    if not name.startswith(("finer", "wire")):
        return made
    return with_layers(
        made,
        tuple(
            tuple(layer._replace(weight=layer.weight / 8) for layer in own)
            for own in made.layers
        ),
    )


def functions():
    for path in sorted((TESTS / "golden").glob("version-[12]*.siren")):
        yield path.stem, siren_file.load(path)
    for name, function in STORED_NAMES.items():
        made = make_representation(
            6, 9, activation=function.activation, encoding=function.encoding
        )
        yield name, calmed(made, name)
    for channels in (1, 2, 3, 4):
        dtype = ("int8", "float16", "float32", "int8")[channels - 1]
        yield (
            f"{channels} areas",
            make_representation(
                6, 9, channels=channels, dtype=dtype, pixels="area", widths=(3, 8, 5)
            ),
        )
        yield f"{channels} light", light(channels)
    yield "no margin", make_representation(6, 9, margin=0)
    yield "one cell", make_representation(6, 9, cell_size=0)
    yield "linear profile", light(3, linear_profile(None))
    yield "sRGB profile", light(3, SRGB)
    yield "numbers", light(2, scene="numbers")
    yield "line", light(3, curve="linear", low=0.25, high=1.5, knee=1.0)


FUNCTIONS = dict(functions())
FILE = siren_file.encode(make_representation(6, 9))


def changed(old, new):
    """Return the file with other bytes in its header, as many of them."""
    assert FILE.count(old) == 1
    assert len(old) == len(new)
    return FILE.replace(old, new)


# A damaged file, and a word of what is said of it.
DAMAGED = {
    "nothing": (b"", "no .siren file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(50), "no .siren file"),
    "half": (FILE[: len(FILE) // 2], "truncated"),
    "no header": (FILE[:20], "truncated"),
    "more": (FILE + b"1", "instead of"),
    "version": (changed(b'"version":2', b'"version":3'), "newer siren"),
    "no JSON": (changed(b'"version":2', b'"version"-2'), "not JSON"),
    "activation": (changed(b'"network":{"cl', b'"nxtwork":{"cl'), '"network"'),
    "width": (changed(b'"width":9', b'"width":0'), '"width"'),
    "header": (changed(b'"psnr_db":31.5', b'"psnr_db":31.6'), "damaged in its beginning"),
    "weights": (FILE[:-1] + bytes([FILE[-1] ^ 1]), "damaged in its row 1 of cells"),
}


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """What the engine says of every function and every damaged file, by one process."""
    jobs = {name: job(siren_file.encode(f), DRAWINGS, POINTS) for name, f in FUNCTIONS.items()}
    jobs |= {f"damaged {name}": job(content) for name, (content, _) in DAMAGED.items()}
    return answers(page.engine(), jobs)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_javascript_draws_what_numpy_draws(results, name):
    for shown, found in zip(DRAWINGS, results[name]["pixels"], strict=True):
        expected = shown_pixels(FUNCTIONS[name], shown, SIZE)
        pixels = np.array(found).reshape(SIZE.height, SIZE.width, 4)
        assert np.abs(pixels - expected).max() <= 1, shown


@pytest.mark.parametrize("name", FUNCTIONS)
def test_javascript_has_the_jets_of_numpy(results, name):
    x, y = np.array(POINTS).T
    expected = jets(FUNCTIONS[name].floats(np.float64), y, x)
    for index, jet in enumerate(results[name]["jets"]):
        found = np.array([jet[key] for key in ("value", "dy", "dx", "laplacian")])
        np.testing.assert_allclose(found, expected[:, index], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused_with_a_sentence(results, name):
    found = results[f"damaged {name}"]
    assert found["isOurs"]
    assert DAMAGED[name][1] in found["error"]
