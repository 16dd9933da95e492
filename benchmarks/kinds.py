"""The presets on other kinds of pictures than photographs, and on one photograph."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.font_manager import findfont
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from benchmarks.command import run_siren
from benchmarks.plan import EXAMPLE, PRESETS, Plan, Row
from siren_cli.pictures.picture import COLORS, NO_METADATA, PictureFacts
from siren_cli.pictures.stored_values import StoredPicture
from siren_cli.pictures.writing import png

# Drawings are made this many times larger and then shrunk, for smooth edges.
OVERSIZE = 4
SENTENCE = "Cells are about 64 by 64 pixels, and neighbors are blended where they meet. "


def measure(plan: Plan) -> Iterator[Row]:
    """Yield a row for each kind of picture and preset."""
    with tempfile.TemporaryDirectory() as folder:
        for name, make in KINDS.items():
            path = Path(folder) / f"{name}.png"
            content = make()
            if isinstance(content, Image.Image):
                content.save(path)
            else:
                _write_deep(path, content)
            for preset in (*PRESETS, "compact"):
                _, facts = run_siren("fit", path, "--preset", preset, "--force")
                yield {"kind": "kind", "picture": name, "preset": preset, **_kept(facts)}


def _write_deep(path: Path, stored: NDArray[np.uint16]) -> None:
    height, width, channels = stored.shape
    facts = PictureFacts(width, height, COLORS[channels], bit_depth=16)
    with path.open("wb") as file:
        picture = StoredPicture(facts, None, lambda rows, columns: stored[rows, columns])
        png.write(file, picture, NO_METADATA)


def _kept(facts: Row) -> Row:
    names = ("width", "height", "channels", "bit_depth", "psnr_db", "bpp", "fit_seconds")
    return {name: facts[name] for name in names}


def drawing() -> Image.Image:
    """Return a drawing of flat colors with black outlines."""
    return _shapes("RGB", "white", seed=1)


def cut_out() -> Image.Image:
    """Return such a drawing on a transparent background, with half-transparent shapes."""
    return _shapes("RGBA", (0, 0, 0, 0), seed=2)


def _shapes(mode: str, background: Any, seed: int) -> Image.Image:
    generator = np.random.default_rng(seed)
    image = Image.new(mode, (600 * OVERSIZE, 400 * OVERSIZE), background)
    draw = ImageDraw.Draw(image)
    for number in range(40):
        color = (*map(int, generator.integers(0, 256, 3)), (128, 255)[number % 2])
        x, y, side = map(int, generator.integers((0, 0, 60), (2400, 1600, 500)))
        if number % 3:
            draw.ellipse((x, y, x + side, y + side), color[: len(mode)], "black", width=10)
        else:
            corners = [(x, y), (x + side, y + side // 3), (x + side // 4, y + side)]
            draw.polygon(corners, color[: len(mode)])
    return image.resize((600, 400), Image.Resampling.BOX)


def two_colors() -> Image.Image:
    """Return black letters on white, without grays between them."""
    image = Image.new("1", (600, 400), 1)
    font = ImageFont.truetype(findfont("DejaVu Serif"), 120)
    ImageDraw.Draw(image).multiline_text((60, 50), "two\ncolors", 0, font)
    return image


def scan() -> Image.Image:
    """Return a page of text that is a little turned, blurred and noisy."""
    page = _page("L", (600, 800), 250, (35,), 17)
    page = page.rotate(0.7, Image.Resampling.BICUBIC, fillcolor=250)
    soft = np.asarray(page.filter(ImageFilter.GaussianBlur(0.6)), np.float32)
    noise = np.random.default_rng(3).normal(0.0, 3.0, soft.shape)
    return Image.fromarray(np.clip(soft + noise, 0, 255).astype(np.uint8))


def screenshot() -> Image.Image:
    """Return small colored text on white, with a photograph in a corner."""
    inks = ((0, 0, 0), (0, 0, 200), (160, 40, 40), (0, 110, 0))
    page = _page("RGB", (800, 600), (255, 255, 255), inks, 13)
    with Image.open(EXAMPLE) as photograph:
        page.paste(photograph.resize((240, 160)), (540, 420))
    return page


def _page(
    mode: str, size: tuple[int, int], paper: Any, inks: tuple[Any, ...], points: int
) -> Image.Image:
    page = Image.new(mode, size, paper)
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(findfont("DejaVu Sans"), points)
    for row, y in enumerate(range(40, size[1] - 40, round(1.6 * points))):
        words = SENTENCE[row % 20 :] + SENTENCE[: row % 20]
        draw.text((40, y), words[: size[0] // points + 20], inks[row % len(inks)], font)
    return page


def gray() -> Image.Image:
    """Return the example photograph in gray."""
    return photograph().convert("L")


def photograph() -> Image.Image:
    """Return the example photograph."""
    with Image.open(EXAMPLE) as image:
        return image.convert("RGB")


def deep() -> NDArray[np.uint16]:
    """Return the example photograph in 16 bits: means of 2 x 2 pixels of 8 bits."""
    pixels = np.asarray(photograph(), np.float64)
    height, width = (side // 2 * 2 for side in pixels.shape[:2])
    means = pixels[:height, :width].reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    stored: NDArray[np.uint16] = np.rint(means * 257.0).astype(np.uint16)
    return stored


def noise() -> Image.Image:
    """Return random pixels, which no network can store in fewer bytes."""
    generator = np.random.default_rng(0)
    return Image.fromarray(generator.integers(0, 256, (256, 384, 3), np.uint8))


KINDS: dict[str, Callable[[], Image.Image | NDArray[np.uint16]]] = {
    "photograph": photograph,
    "gray": gray,
    "16 bits": deep,
    "drawing": drawing,
    "transparent drawing": cut_out,
    "two colors": two_colors,
    "scanned text": scan,
    "screenshot": screenshot,
    "noise": noise,
}
