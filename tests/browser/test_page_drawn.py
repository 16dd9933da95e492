"""What pages draw in a browser is what `siren render` draws, by WebGL2 and by JavaScript."""

from pathlib import Path

import numpy as np
import pytest

from siren_cli.rendering.geometry import Size
from siren_cli.rendering.view import Quantity
from siren_cli.representation import siren_file
from tests.browser.conftest import RENDERERS
from tests.browser.seen import MOST_DIFFERENCE, assert_seen
from tests.helpers.representations import make_representation
from tests.helpers.shown_pixels import Shown, shown_pixels

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
FUNCTIONS = {
    path.stem: siren_file.load(path)
    for path in [
        *sorted((HERE.parent / "golden").glob("version-[12]*.siren")),
        HERE / "cup.siren",
    ]
}
FUNCTIONS["gray areas"] = make_representation(9, 13, channels=2, pixels="area", widths=(3, 8))
SIZE = Size(7, 5)
# All are inside of a picture of 6 x 8, or near it: far away functions are steep.
DRAWINGS = [
    Shown(0.25, -0.5, 1.0),
    Shown(3.3, 2.1, 1 / 37.5),
    Shown(-1.0, -0.5, 1.25),
    Shown(1.5, 0.5, 0.3, exposure=-2.0),
    Shown(3.0, 2.0, 2.0**-14),
    Shown(0.0, 0.0, 0.7, Quantity.GRADIENT, scale=0.3),
    Shown(0.0, 0.0, 1.1, Quantity.LAPLACIAN, 1.0, scale=0.5),
]
DRAW = """async (drawings) => {
  const picture = parseSiren(bytesOfBase64(document.getElementById("file").textContent));
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const found = [];
  for (const drawing of drawings) {
    const samples = samplesFor(picture, drawing.step, drawing.what);
    const image = await siren.renderer.draw({ ...drawing, samples });
    [canvas.width, canvas.height] = [image.width, image.height];
    context.drawImage(image, 0, 0);
    found.push(Array.from(context.getImageData(0, 0, image.width, image.height).data));
  }
  return found;
}"""


def premultiplied(pixels):
    """Return pixels whose colors weigh as little as they are seen."""
    return np.concatenate([pixels[..., :3] * (pixels[..., 3:] / 255), pixels[..., 3:]], axis=2)


def assert_alike(found, expected):
    difference = np.abs(premultiplied(found) - premultiplied(expected))
    assert difference.max() <= MOST_DIFFERENCE


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_drawing_is_that_of_render(open_page, renderer, name):
    page = open_page(FUNCTIONS[name], renderer)
    size = {"width": SIZE.width, "height": SIZE.height}
    found = page.evaluate(DRAW, [{**each._asdict(), **size} for each in DRAWINGS])
    for shown, pixels in zip(DRAWINGS, found, strict=True):
        array = np.array(pixels).reshape(SIZE.height, SIZE.width, 4)
        assert_alike(array, shown_pixels(FUNCTIONS[name], shown, SIZE))


@pytest.mark.parametrize("renderer", RENDERERS)
def test_what_is_seen_at_any_zoom_is_that_of_render(open_page, renderer):
    function = FUNCTIONS["cup"]
    page = open_page(function, renderer)
    for zoom in (None, 1.0, 0.5, 41.3):
        if zoom is not None:
            page.evaluate("view => siren.setView(view)", {"x": 80, "y": 55.5, "zoom": zoom})
        assert_seen(page, function)
