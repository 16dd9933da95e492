"""What is seen on the stage of a page."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.rendering.geometry import Size
from siren_cli.representation.representation import Representation
from tests.helpers.representations import make_representation
from tests.helpers.shown_pixels import Shown, shown_pixels

FUNCTION = make_representation(6, 8)
# A view that may be moved to all sides.
NEAR = {"x": 4.0, "y": 3.0, "zoom": 256.0}
# Pixels of 8 bits may differ by this much: graphics compute in single precision.
MOST_DIFFERENCE = 2
STAGE = """async () => {
  await siren.sharp();
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  const canvas = document.getElementById("canvas");
  const { width, height } = canvas;
  const grid = screenGrid(siren.view, { width, height, ratio: devicePixelRatio });
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  return { grid, pixels: Array.from(data) };
}"""

# Longest wait for a page, in milliseconds.
MOST_WAIT = 20_000


def wait_until(page: Any, condition: str) -> None:
    """Wait until a condition holds; Playwright's own way is eval, which pages forbid."""
    for _ in range(MOST_WAIT // 20):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"never: {condition}")


def view_of(page: Any) -> Any:
    """Return the view of a page, when all is sharp."""
    page.evaluate("siren.sharp()")
    return page.evaluate("({ ...siren.view })")


def seen(page: Any) -> tuple[dict[str, float], NDArray[Any]]:
    """Return the pixels of the screen, by `screenGrid`, and their colors, when all is sharp."""
    found = page.evaluate(STAGE)
    grid = found["grid"]
    return grid, np.array(found["pixels"]).reshape(grid["height"], grid["width"], 4)


def assert_seen(page: Any, function: Representation, **looks: Any) -> None:
    """Assert that a page shows what `siren render` draws, wherever the picture is."""
    grid, pixels = seen(page)
    place = (grid[key] * grid["step"] for key in ("left", "top"))
    shown = Shown(*place, grid["step"], **looks)
    expected = shown_pixels(function, shown, Size(int(grid["width"]), int(grid["height"])))
    is_seen = pixels[..., 3] > 0
    assert is_seen.mean() > 0.05
    # Transparent pixels are painted over a pattern.
    difference = np.abs(pixels - expected).max(axis=2)[is_seen & (expected[..., 3] == 255)]
    assert difference.max() <= MOST_DIFFERENCE
