"""Pages as people use them: mouse, keys, controls, links, and what is saved."""

import io
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from siren_cli.exporting.page import page as exported
from siren_cli.rendering.drawing import Drawing
from siren_cli.rendering.geometry import Size
from siren_cli.rendering.view import Quantity, whole
from siren_cli.representation import siren_file
from tests.browser.seen import FUNCTION, NEAR, assert_seen, seen, view_of, wait_until
from tests.helpers.shown_pixels import Shown, shown_pixels

pytestmark = pytest.mark.browser

GOLDEN = Path(__file__).parent.parent / "golden"
LIGHT = siren_file.load(GOLDEN / "version-2-values.siren")
FILE = siren_file.encode(FUNCTION)
FILE = FILE[: len(FILE) // 3 * 3]


def place_on_stage(page, right=0, down=0):
    """Return a place, CSS pixels from the middle of the stage, as the mouse has it."""
    box = page.locator("#stage").bounding_box()
    return box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2 + down


def test_a_drag_moves_the_picture_with_the_mouse(near):
    near.mouse.move(*place_on_stage(near))
    near.mouse.down()
    near.mouse.move(*place_on_stage(near, 64, -32), steps=4)
    near.mouse.up()
    assert view_of(near) == pytest.approx({"x": 3.75, "y": 3.125, "zoom": 256.0})


def test_the_wheel_zooms_around_the_mouse(near):
    near.mouse.move(*place_on_stage(near, 50, 20))
    near.mouse.wheel(0, -200)
    wait_until(near, "siren.view.zoom > 300")
    view = view_of(near)
    # To a pixel of the screen, for mice have no fractions of them.
    near_x, near_y = NEAR["x"] + 50 / NEAR["zoom"], NEAR["y"] + 20 / NEAR["zoom"]
    assert view["x"] + 50 / view["zoom"] == pytest.approx(near_x, abs=1 / 256)
    assert view["y"] + 20 / view["zoom"] == pytest.approx(near_y, abs=1 / 256)


def test_two_clicks_zoom_in_there(near):
    near.mouse.dblclick(*place_on_stage(near, -40, 30))
    view = view_of(near)
    assert view["zoom"] == 512
    assert view["x"] - 40 / 512 == pytest.approx(NEAR["x"] - 40 / 256)


def test_keys_move_zoom_and_show_the_whole(near):
    near.locator("#stage").focus()
    near.keyboard.press("ArrowRight")
    near.keyboard.press("ArrowDown")
    view = view_of(near)
    assert view["x"] > NEAR["x"]
    assert view["y"] > NEAR["y"]
    near.keyboard.press("+")
    assert view_of(near)["zoom"] == 512
    near.keyboard.press("-")
    assert view_of(near)["zoom"] == 256
    near.keyboard.press("0")
    assert view_of(near)["zoom"] < 100


def test_fast_steps_are_all_taken(open_page):
    page = open_page(FUNCTION, at="#4,3,256")
    page.emulate_media(reduced_motion="no-preference")
    for key, zoom in (("+", 256 * 2**6), ("-", 256)):
        for _ in range(6):
            page.keyboard.press(key)
            page.wait_for_timeout(30)
        wait_until(page, f"siren.view.zoom === {zoom}")
    for _ in range(3):
        page.mouse.dblclick(*place_on_stage(page))
    wait_until(page, f"siren.view.zoom === {256 * 2**3}")


def test_a_view_may_be_a_link(open_page):
    page = open_page(FUNCTION, at="#2.5,1.25,300")
    assert view_of(page) == {"x": 2.5, "y": 1.25, "zoom": 300}
    page.locator("#in").click()
    wait_until(page, "location.hash === '#2.5,1.25,512'")
    page.evaluate("location.hash = '#5,4,64'")
    wait_until(page, "siren.view.zoom === 64")


def test_a_link_has_what_is_shown(open_page):
    page = open_page(FUNCTION, at="#2.5,1.25,300,gradient")
    assert page.locator("[value=gradient]").is_checked()
    page.keyboard.press("l")
    wait_until(page, "location.hash === '#2.5,1.25,300,laplacian'")
    page.keyboard.press("0")
    wait_until(page, "location.hash === '#laplacian'")
    page.evaluate("location.hash = '#gradient'")
    wait_until(page, "document.querySelector('[value=gradient]').checked")
    page.evaluate("location.hash = '#nonsense'")
    page.wait_for_timeout(50)
    assert page.locator("[value=gradient]").is_checked()


@pytest.mark.parametrize("what", [Quantity.GRADIENT, Quantity.LAPLACIAN])
def test_derivatives_are_those_of_render(open_page, what):
    # At other zooms, pixels may be exactly where cells begin to blend, and Laplacians jump.
    page = open_page(FUNCTION, at="#4,3,37.3")
    page.locator(f"label:has([value={what}])").click()
    view = replace(whole(FUNCTION.header.facts, Size(8, 6)), what=what)
    scale = Drawing(FUNCTION, view).scale
    assert_seen(page, FUNCTION, what=what, scale=scale)


def test_an_exposure_brightens_light(open_page):
    page = open_page(LIGHT)
    page.locator("#exposure").fill("-3")
    assert_seen(page, LIGHT, exposure=-3.0)


def test_enlarged_pixels_are_beside_the_function(near):
    near.keyboard.press("c")
    near.locator("#enlargement").select_option("nearest")
    near.locator("#divider").focus()
    for _ in range(2):
        near.keyboard.press("Shift+ArrowRight")
    grid, pixels = seen(near)
    own = shown_pixels(FUNCTION, Shown(0.0, 0.0, 1.0), Size(8, 6))
    row, split = grid["height"] // 3, round(0.7 * grid["width"])
    y = int((grid["top"] + row + 0.5) * grid["step"])
    x = ((grid["left"] + np.arange(split - 1) + 0.5) * grid["step"]).astype(int)
    assert np.abs(pixels[row, : split - 1, :3] - own[y, x, :3]).max() <= 2


def test_a_comparison_zooms_to_where_pixels_are_seen(open_page):
    page = open_page(FUNCTION, at="#3,2,0.6")
    page.locator("#compare").click()
    assert view_of(page) == {"x": 4, "y": 3, "zoom": 2}
    assert "200\u00a0%" in page.locator("#note").inner_text()
    page.locator("#enlargement").select_option("nearest")
    name = "Pixels, nearest on the left, Function on the right"
    divider = page.get_by_role("slider", name=name)
    assert divider.get_attribute("aria-valuetext") == "50 % Pixels, nearest, 50 % Function"


def test_the_view_and_the_file_are_saved(near):
    near.evaluate("siren.sharp()")
    with near.expect_download() as download:
        near.locator("#save-view").click()
    saved = Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert download.value.suggested_filename.startswith("photo-4,3-256")
    np.testing.assert_array_equal(np.asarray(saved.convert("RGBA")), seen(near)[1])
    with near.expect_download() as download:
        near.locator("#save-file").click()
    assert Path(download.value.path()).read_bytes() == siren_file.encode(FUNCTION)


def test_a_saved_comparison_has_its_divider(near):
    near.keyboard.press("c")
    near.evaluate("siren.sharp()")
    with near.expect_download() as download:
        near.locator("#save-view").click()
    assert download.value.suggested_filename == "photo-4,3-256-compare.png"
    saved = np.asarray(Image.open(download.value.path()).convert("RGBA"))
    middle = saved.shape[1] // 2
    assert (saved[:, middle - 1 : middle + 1] == 255).all()
    np.testing.assert_array_equal(saved[:, : middle - 2], seen(near)[1][:, : middle - 2])


def test_a_lost_context_is_replaced(near):
    near.evaluate("siren.renderer.gl.getExtension('WEBGL_lose_context').loseContext()")
    wait_until(near, "siren.renderer?.name === 'JavaScript'")
    assert_seen(near, FUNCTION)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b'id="file">iV', b'id="file">iW', "is no .siren file"),
        (b'id="file">iV', b'id="file">%V', "is damaged: it is not base64"),
        (b64encode(FILE[-3:]), b"AAAA", "is damaged in its row"),
    ],
)
def test_a_damaged_file_is_a_sentence(tab, tmp_path, old, new, sentence):
    content = exported.content("photo", FUNCTION)
    assert content.count(old) == 1
    (tmp_path / "a.html").write_bytes(content.replace(old, new))
    tab.goto((tmp_path / "a.html").as_uri())
    tab.locator("#failure").wait_for()
    assert sentence in tab.locator("#failure").inner_text()
    tab.errors.clear()


def test_a_hostile_name_is_only_a_name(tab, tmp_path):
    name = "</script><img src=x onerror=alert(1)>.siren"
    (tmp_path / "a.html").write_bytes(exported.content(name, FUNCTION))
    tab.on("dialog", lambda dialog: tab.errors.append(dialog.message))
    tab.goto((tmp_path / "a.html").as_uri())
    tab.evaluate("siren.ready")
    assert tab.title() == name
    assert tab.locator("h1").inner_text() == name
    assert tab.locator("img").count() == 0
