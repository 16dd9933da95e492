"""Pages of pyramids in a browser: JavaScript draws them, from tiles that workers decode."""

from base64 import b64encode

import numpy as np
import pytest

from siren_cli.exporting.page import page as exported
from siren_cli.rendering.point_function import function_of
from siren_cli.representation import siren_file
from tests.browser.seen import assert_seen, wait_until
from tests.helpers.representations import make_pyramid_representation

pytestmark = pytest.mark.browser

# Six tiles.
MADE = make_pyramid_representation(300, 600, seed=3)


def test_what_is_seen_at_any_zoom_is_that_of_render(open_page):
    page = open_page(MADE, "JavaScript")
    for view in (None, {"x": 300, "y": 150, "zoom": 1.0}, {"x": 20, "y": 290, "zoom": 41.3}):
        if view is not None:
            page.evaluate("view => siren.setView(view)", view)
        assert_seen(page, MADE)


def test_that_javascript_draws_is_no_news(tab, tmp_path):
    (tmp_path / "photo.html").write_bytes(exported.content("photo", MADE))
    tab.goto((tmp_path / "photo.html").as_uri())
    tab.evaluate("siren.ready")
    assert tab.evaluate("siren.renderer.name") == "JavaScript"
    assert tab.locator("#note").inner_text() == ""


def test_workers_decode_only_the_tiles_that_a_drawing_needs(open_page):
    page = open_page(MADE, "JavaScript")
    needed = """(drawing) => {
      const { picture } = siren.renderer;
      picture.tiles.clear();
      return siren.renderer.draw(drawing).then(() => [...picture.tiles.keys()].sort());
    }"""
    drawing = {"x": 1, "y": 1, "step": 0.5, "width": 8, "height": 8, "samples": 1}
    look = {"what": "image", "exposure": 0, "scale": None}
    # The coarsest grid has nodes at 64 pixels, some of which lie in the tile below.
    assert page.evaluate(needed, {**drawing, **look}) == [0, 3]


def test_the_point_below_the_mouse_has_its_values(open_page):
    page = open_page(MADE, "JavaScript", "#300,150,1")
    page.mouse.move(170, 160)
    x, y = map(float, page.locator("#place").inner_text().split()[1::2])
    texts = page.locator("#numbers td").all_inner_texts()
    found = [float(each.replace("\u2212", "-")) for each in texts]
    (expected,) = function_of(MADE).values_at(np.array([y]), np.array([x]))
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_a_damaged_tile_is_a_sentence(tab, tmp_path):
    file = siren_file.encode(MADE)
    damaged = b64encode(file[:-1] + bytes([file[-1] ^ 1]))
    content = exported.content("photo", MADE).replace(b64encode(file), damaged)
    (tmp_path / "photo.html").write_bytes(content)
    tab.goto((tmp_path / "photo.html").as_uri())
    wait_until(tab, "!document.getElementById('failure').hidden")
    assert "damaged in its tile row 1, column 2" in tab.locator("#failure").inner_text()
    tab.errors.clear()
