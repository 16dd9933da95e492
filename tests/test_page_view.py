"""Where views of a page are, what is drawn of them, and what it is compared with."""

import json
import shutil
import subprocess
from dataclasses import asdict
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from siren_cli.exporting.page import page
from siren_cli.pictures.picture import PictureFacts
from siren_cli.pictures.resize import Box, Filter, resized
from siren_cli.pictures.value_mapping import ValueMapping
from siren_cli.rendering.own_units import in_own_units

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is not on PATH")

SCRIPTS = ("view.js", "sheets.js", "comparison.js", "refining.js", "point.js")
PICTURE = {"width": 60, "height": 40}
STAGE = {"width": 600, "height": 900, "ratio": 1}
# A view whose pixels do not divide those of the picture, near its right edge.
VIEW = {"x": 55.2, "y": 10.3, "zoom": 7.3}


@pytest.fixture(scope="module")
def call():
    """A function that calls one of the page's scripts."""
    folder = resources.files("siren_cli.exporting.page")
    program = page.engine()
    program += "".join(folder.joinpath(name).read_text("utf-8") for name in SCRIPTS)
    program += Path(__file__).with_name("helpers").joinpath("calls.js").read_text("utf-8")
    pipe = subprocess.PIPE
    with subprocess.Popen([NODE, "-e", program], stdin=pipe, stdout=pipe, text=True) as node:

        def answer(name, *values):
            node.stdin.write(json.dumps([name, values]) + "\n")
            node.stdin.flush()
            return json.loads(node.stdout.readline())

        yield answer
        node.stdin.close()


def test_a_view_stays_on_the_picture(call):
    far = call("keptView", {"x": -5, "y": 99, "zoom": 1e9}, PICTURE, STAGE)
    assert far == {"x": 0, "y": 40, "zoom": 16384}
    # What is smaller than the window is in its middle.
    small = call("keptView", {"x": 5, "y": 40, "zoom": 2}, PICTURE, STAGE)
    assert small == {"x": 30, "y": 20, "zoom": 2}


@pytest.mark.parametrize("zoom", [10.5, 13, 40])
def test_what_is_zoomed_to_stays_below_the_pointer(call, zoom):
    whole = call("wholeView", PICTURE, STAGE)
    place = {"x": -290, "y": 150}
    zoomed = call("zoomedView", whole, zoom, place)
    assert call("keptView", zoomed, PICTURE, STAGE) == pytest.approx(zoomed)
    assert call("pointAt", zoomed, place) == pytest.approx(call("pointAt", whole, place))


def test_a_link_has_the_view(call):
    view = {"x": 12.345678, "y": 8, "zoom": 123.4567}
    assert call("hashOf", view, "image") == "#12.3457,8,123.457"
    assert call("hashOf", view, "gradient") == "#12.3457,8,123.457,gradient"
    near = {"x": 1.5, "y": 2, "zoom": 0.25}
    assert call("shownByHash", "#1.5%2C2,0.25") == {"view": near, "what": "image"}
    assert call("shownByHash", "#1.5,2,0.25,laplacian") == {"view": near, "what": "laplacian"}


@pytest.mark.parametrize(
    ("what", "text"), [("image", ""), ("gradient", "#gradient"), ("laplacian", "#laplacian")]
)
def test_a_link_to_the_whole_has_no_numbers(call, what, text):
    assert call("hashOf", None, what) == text
    assert call("shownByHash", text) == {"view": None, "what": what}


@pytest.mark.parametrize(
    "text",
    [
        *("#1,2", "#1,2,0", "#1,2,-3", "#a,b,c", "#1,2,3,4", "#NaN,1,1", "#1e9,1,1", "#,,"),
        *(
            "#1,2,3,image",
            "#1,2,gradient",
            "#,gradient",
            "#gradient,gradient",
            "#1,2,3,gradient,",
        ),
    ],
)
def test_a_link_of_nonsense_has_no_view(call, text):
    assert call("shownByHash", text) is None


def test_names_of_files_are_safe(call):
    view = {"x": 1.25, "y": -3, "zoom": 2}
    assert call("viewName", "photo.siren", view, "image", False) == "photo-1.25,-3-2.png"
    name = call("viewName", "photo.siren", view, "gradient", True)
    assert name == "photo-1.25,-3-2-gradient-compare.png"
    assert call("safeName", "../a/b:c\u202e\n?.png ") == "_a_b_c_.png"
    assert call("safeName", " .. ") == "picture"
    assert call("safeName", "\u00e9" * 200) == "\u00e9" * 80


def test_zoom_goes_by_powers_of_two_and_around_one_point(call):
    assert call("nextZoom", 1.3, 1) == 2
    assert call("nextZoom", 1.3, -1) == 1
    assert call("nextZoom", 2, 1) == 4
    start, end = {"x": 30, "y": 20, "zoom": 5}, {"x": 40, "y": 10, "zoom": 20}
    half = call("viewBetween", start, end, 0.5)
    assert half == pytest.approx({"x": 30 + 20 / 3, "y": 20 - 20 / 3, "zoom": 10})


def test_tiles_cover_what_is_not_drawn_yet(call):
    grid = call("screenGrid", VIEW, STAGE)
    part = call("coveredPart", grid, PICTURE)
    right, bottom = part["left"] + part["width"], part["top"] + part["height"]
    assert (grid["left"] + right, grid["top"] + bottom) == (round(60 * 7.3), round(40 * 7.3))
    drawn = [{"left": 0, "top": 0, "width": 250, "height": 900}]
    times = np.zeros((900, 600), int)
    for tile in call("tilesOf", grid, part, 64):
        rest = call("remainingPart", tile, drawn)
        if rest is not None:
            times[rest["top"] :, rest["left"] :][: rest["height"], : rest["width"]] += 1
    expected = np.zeros_like(times)
    expected[part["top"] : bottom, 250:right] = 1
    np.testing.assert_array_equal(times, expected)


@pytest.mark.parametrize(
    ("how", "is_bicubic"), [(Filter.NEAREST, False), (Filter.BICUBIC, True)]
)
def test_enlargements_are_those_of_pillow(call, how, is_bicubic):
    stage = {"width": 40, "height": 50, "ratio": 1}
    grid = call("screenGrid", {"x": 56.3, "y": 3.4, "zoom": 7.3}, stage)
    own, part = call("ownPart", grid, PICTURE), call("coveredPart", grid, PICTURE)
    whole = np.random.default_rng(1).integers(128, 256, (40, 60, 4), dtype=np.uint8)
    cut = whole[own["top"] :, own["left"] :][: own["height"], : own["width"]]
    flat = call("enlarge", own | {"data": cut.ravel().tolist()}, grid, is_bicubic)
    height, width = part["height"], part["width"]
    ours = np.array(flat).reshape(50, 40, 4)[:height, :width]
    pixels = whole.astype(np.float32) / 255
    pixels[..., :3] *= pixels[..., 3:]
    left, top, step = grid["left"] * grid["step"], grid["top"] * grid["step"], grid["step"]
    box = Box(left, top, left + width * step, top + height * step)
    expected = resized(pixels, width, height, how, box)
    expected[..., :3] /= expected[..., 3:]
    assert np.abs(ours - 255 * expected).max() <= 1


@pytest.mark.parametrize("color", ["L", "RGBA"])
def test_values_at_a_point_are_those_of_query(call, color):
    mapping = ValueMapping("asinh", -2.0, 300.0, 0.5, "light")
    facts = PictureFacts(width=3, height=2, color=color, bit_depth=16, mapping=mapping)
    jets = np.random.default_rng(2).uniform(0.1, 0.9, (4, facts.channels)).astype(np.float32)
    names = ("value", "dy", "dx", "laplacian")
    picture = {
        "values": asdict(mapping),
        "channels": facts.channels,
        "hasAlpha": facts.has_alpha,
    }
    jet = {name: row.tolist() for name, row in zip(names, jets, strict=True)}
    own = call("jetInOwnUnits", picture, jet)
    result = np.array([own[name] for name in names])
    np.testing.assert_allclose(result, in_own_units(jets, facts), rtol=1e-5)
