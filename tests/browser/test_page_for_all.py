"""Pages for small windows, for keys alone, and for readers of the screen."""

import pytest

from tests.browser.seen import FUNCTION, NEAR, view_of, wait_until
from tests.helpers.representations import make_representation

pytestmark = pytest.mark.browser


def test_a_small_window_is_for_the_picture(open_page):
    page = open_page(FUNCTION, at="#4,3,256,laplacian")
    page.set_viewport_size({"width": 320, "height": 256})
    page.locator("#compare").click()
    stage = page.locator("#stage").bounding_box()
    assert stage["height"] > 160
    for name in ("Copy link", "Save view", "Save .siren", "Help"):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box["x"] + box["width"] <= 320
    boxes = [page.locator(f"#{name}").bounding_box() for name in ("sides", "brightness")]
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]


def test_a_narrow_window_has_all_numbers_of_a_point(open_page):
    page = open_page(make_representation(6, 8, channels=4), at="#4,3,256,gradient")
    page.keyboard.press("ArrowRight")
    for width in (320, 375, 480):
        page.set_viewport_size({"width": width, "height": 640})
        page.evaluate("siren.sharp()")
        point = page.locator("#point").bounding_box()
        assert point["x"] + point["width"] <= width
        for cell in page.locator("#point td").all():
            box = cell.bounding_box()
            assert box["x"] + box["width"] <= point["x"] + point["width"]


def test_keys_of_one_character_can_be_switched_off(near):
    near.locator("#help").click()
    near.get_by_label("Letters, digits and signs are shortcuts").uncheck()
    near.keyboard.press("Escape")
    for key in ("+", "0", "g", "c", "?"):
        near.keyboard.press(key)
    assert view_of(near) == NEAR
    assert near.locator("[value=image]").is_checked()
    assert not near.locator("#helping").is_visible()
    near.keyboard.press("ArrowRight")
    assert view_of(near)["x"] > NEAR["x"]


def test_a_reader_of_the_screen_is_told_what_keys_do(near):
    said = "document.getElementById('said').textContent"
    near.keyboard.press("c")
    wait_until(near, f"{said} === 'comparison on, Pixels, bicubic on the left'")
    near.keyboard.press("ArrowRight")
    wait_until(near, f"/^25,600.%, x .* y .*, color #.*, [A-Z]+ .?[0-9]/.test({said})")
    near.keyboard.press("l")
    wait_until(near, f"/^Laplacian, color #.*, Laplacian .?[0-9]/.test({said})")
    near.locator("#exposure").fill("2")
    wait_until(near, f"{said} === 'exposure, +2 stops'")
