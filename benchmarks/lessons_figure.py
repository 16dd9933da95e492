"""The figure of what a function can be taught instead of the values of all pixels.

`python -m benchmarks.lessons_figure docs/lessons.webp` makes it, in three minutes on two cores.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import siren_cli
from benchmarks.pictures import with_pixels
from benchmarks.plan import EXAMPLE
from siren_cli.comparing.candidates import Candidate
from siren_cli.comparing.figures import (
    close_layout,
    figure_file,
    figure_format,
    new_figure,
    show,
)
from siren_cli.comparing.panels import derivative_pictures
from siren_cli.pictures.masks import Mask
from siren_cli.pictures.picture import Picture, Pixels, quantize
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.planning.masked_picture import masked_picture
from siren_cli.presets import load_preset

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PRESET = "balanced"
# The cup and the spoon of the example.
SHOWN = slice(10, 330), slice(150, 470)
# Side of a panel, in inches.
PANEL_INCHES = 2.0
# Widths of the scratches and of what is between them, in pixels.
SCRATCH, BETWEEN = 5, 48


class LessonSettings(NamedTuple):
    """The settings of a lesson.

    Attributes:
        supervision: The table [supervision] of the settings.
        has_scratches: Whether scratches in the picture are not taught.
    """

    supervision: dict[str, Any]
    has_scratches: bool = False


# What is taught, by the title of its panel.
LESSONS = {
    "its gradients alone": LessonSettings({"by": "gradient"}),
    "its Laplacians alone": LessonSettings({"by": "laplacian"}),
    "10 % of its pixels": LessonSettings({"keep_pixels": 0.1}),
    "all but scratches": LessonSettings({}, has_scratches=True),
}


class LessonPanels(NamedTuple):
    """What the two panels of a lesson show: what was taught, and what a function learned.

    Attributes:
        title: What it was taught, in words.
        taught: Pixels that show this.
        shown: The pixels of the function.
        psnr: How close these are to the picture, in dB.
    """

    title: str
    taught: Pixels
    shown: Pixels
    psnr: float


def main() -> None:
    """Fit the example by each lesson, and write the figure."""
    parser = argparse.ArgumentParser("python -m benchmarks.lessons_figure", description=__doc__)
    parser.add_argument("output", type=Path)
    output = parser.parse_args().output
    whole = read_picture(EXAMPLE)
    picture = with_pixels(whole, whole.pixels[SHOWN])
    figure = lesson_figure([learned(picture, title) for title in LESSONS])
    output.write_bytes(figure_file(figure, figure_format(output)))


def learned(picture: Picture, title: str) -> LessonPanels:
    """Return what a function learns of a picture from one of `LESSONS`."""
    lesson = LESSONS[title]
    settings = {"supervision": lesson.supervision}
    mask = unscratched(picture) if lesson.has_scratches else None
    fit = siren_cli.fit(quantize(picture.pixels, 8), PRESET, settings=settings, mask=mask)
    shown = fit.render().astype(np.float32) / np.float32(255)
    return LessonPanels(title, taught(picture, title), shown, fit.psnr or float("inf"))


def taught(picture: Picture, title: str) -> Pixels:
    """Return pixels that show what one of `LESSONS` teaches; what it leaves out is black."""
    lesson = LESSONS[title]
    config = load_preset(PRESET).updated({"supervision": lesson.supervision})
    mask = unscratched(picture) if lesson.has_scratches else None
    known = masked_picture(picture, config, mask).known
    if known is not None:
        return np.where(known[..., None], picture.pixels, np.float32(0.0))
    colors, grays = derivative_pictures(Candidate("", "original", picture, picture))
    return colors if config.supervision.by == "gradient" else grays


def unscratched(picture: Picture) -> Mask:
    """Return the pixels of a picture beside scratches, which are slanted."""
    y, x = np.mgrid[: picture.facts.height, : picture.facts.width]
    beside: Mask = (x + y // 2) % (SCRATCH + BETWEEN) >= SCRATCH
    return beside


def lesson_figure(results: list[LessonPanels]) -> "Figure":
    """Return what was taught, side by side, and below it what became of it."""
    figure = new_figure(PANEL_INCHES * len(results), 2.2 * PANEL_INCHES, close_layout())
    grid = figure.subplots(2, len(results), squeeze=False)
    for (above, below), result in zip(grid.T, results, strict=True):
        above.set_title(result.title)
        below.set_title(f"learned: {result.psnr:.1f} dB")
        for axes, pixels in ((above, result.taught), (below, result.shown)):
            show(axes, pixels)
            axes.set_axis_off()
    return figure


if __name__ == "__main__":
    main()
