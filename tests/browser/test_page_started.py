"""What draws a page at its start, and where one way to draw fails."""

import pytest

from siren_cli.exporting.page import page as exported
from tests.browser.seen import FUNCTION, assert_seen, wait_until

pytestmark = pytest.mark.browser

HELD_BACK = """
const status = WebGL2RenderingContext.prototype.getSyncParameter;
WebGL2RenderingContext.prototype.getSyncParameter = function (...values) {
  return window.isReleased ? status.apply(this, values) : this.UNSIGNALED;
};
"""
MUTE = "Worker.prototype.postMessage = () => {};"
FAILING = "Worker.prototype.postMessage = () => { throw new Error('no memory'); };"
PAINTED = """(() => {
  const { width, height } = document.getElementById("canvas");
  const context = document.getElementById("canvas").getContext("2d");
  return width > 0 && context.getImageData(width >> 1, height >> 1, 1, 1).data[3] > 0;
})()"""


def test_javascript_draws_until_webgl_is_ready(tab, tmp_path):
    (tmp_path / "photo.html").write_bytes(exported.content("photo", FUNCTION))
    tab.add_init_script(HELD_BACK)
    tab.goto((tmp_path / "photo.html").as_uri())
    wait_until(tab, PAINTED)
    assert tab.evaluate("siren.renderer") is None
    tab.evaluate("window.isReleased = true; siren.ready")
    assert tab.evaluate("siren.renderer.name") == "WebGL2"


@pytest.mark.parametrize("script", [MUTE, FAILING])
def test_webgl_draws_where_workers_do_not(tab, open_page, script):
    tab.add_init_script(script)
    page = open_page(FUNCTION)
    assert page.locator("#failure").is_hidden()
    assert_seen(page, FUNCTION)
