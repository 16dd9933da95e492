"""Figures, by matplotlib, which is slow to load: only those who draw import this room."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from matplotlib.figure import Figure  # noqa: TID253 - this room is entered late
from matplotlib.layout_engine import ConstrainedLayoutEngine  # noqa: TID253
from matplotlib.patches import Rectangle  # noqa: TID253

from siren_cli.pictures.picture import PictureFacts, Pixels, colored, unpremultiplied
from siren_cli.rendering.geometry import Region

PANEL_INCHES, DOTS_PER_INCH = 4.0, 150
MARK = "#ff2a6d"
# Side by side, at 1200 pixels each is still 300 wide; more go below.
MOST_COLUMNS, COLUMN_INCHES, TITLE_INCHES, BAR_INCHES = 4, 2.6, 0.7, 0.3
# Errors are shown as they grow, to the color-blind, too; few are larger than the top.
ERROR_MAP, ERROR_SHARE = "inferno", 0.999
# Of Okabe and Ito, which the color-blind can tell apart; further lines are dashed.
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
LINES = ("-", "--", ":")


class Column(NamedTuple):
    """What is shown of a candidate, from the top down.

    Attributes:
        title: Some lines of text.
        pictures: Pixels as `visible` gives them: the whole, the region, and what else.
        error: How far it is from the original, shape (height, width).
    """

    title: str
    pictures: list[Pixels]
    error: Pixels


def zoom_figure(
    picture: Pixels, whole: PictureFacts, region: Region, panels: Mapping[str, Pixels]
) -> Figure:
    """Return a picture with a region marked, and that region in several ways.

    Args:
        picture: The picture at any size, as `Picture.pixels`.
        whole: The picture's facts; the region is in its pixels.
        region: What is marked.
        panels: The region, square, by the titles of the ways.
    """
    aspect = whole.width / whole.height
    widths = [min(2.0, max(0.5, aspect)), *(1.0 for _ in panels)]
    size = (PANEL_INCHES * sum(widths), PANEL_INCHES * 1.1)
    figure = Figure(figsize=size, dpi=DOTS_PER_INCH, layout="constrained")
    left, *right = figure.subplots(1, len(widths), width_ratios=widths)
    _show(left, picture, whole, extent=(0, whole.width, whole.height, 0))
    corner = (region.x, region.y)
    left.add_patch(
        Rectangle(
            corner, region.width, region.height, fill=False, edgecolor=MARK, linewidth=1.5
        )
    )
    left.set_title(f"{whole.width}x{whole.height}")
    for axes, (title, panel) in zip(right, panels.items(), strict=True):
        _show(axes, panel, whole)
        axes.set_title(title)
    return figure


def panel_figure(columns: Sequence[Column], region: Region, titles: Sequence[str]) -> Figure:
    """Return candidates side by side, their errors on one scale.

    Args:
        columns: The candidates, the original first.
        region: What is marked in the first picture, and is the second.
        titles: What the pictures below the first show; the last is the error.
    """
    across = min(MOST_COLUMNS, len(columns))
    kinds, blocks = len(titles) + 1, math.ceil(len(columns) / across)
    first = [*columns[0].pictures, columns[0].error]
    # Of a line of pixels a part would be as high as a house.
    heights = [min(max(picture.shape[0] / picture.shape[1], 0.2), 3.0) for picture in first]
    inches = BAR_INCHES + blocks * (COLUMN_INCHES * sum(heights) + TITLE_INCHES)
    close = ConstrainedLayoutEngine(w_pad=0.03, h_pad=0.06, wspace=0.0, hspace=0.0)
    figure = Figure((COLUMN_INCHES * across, inches), DOTS_PER_INCH, layout=close)
    grid = figure.subplots(
        kinds * blocks, across, squeeze=False, height_ratios=heights * blocks
    )
    for axes in grid.ravel():
        axes.set_axis_off()
    everything = np.concatenate([column.error.ravel() for column in columns])
    top = max(1.0, float(np.quantile(everything, ERROR_SHARE)))
    for number, column in enumerate(columns):
        block, at = divmod(number, across)
        axes = grid[block * kinds : (block + 1) * kinds, at]
        axes[0].set_title(column.title, fontsize=9)
        for each, picture in zip(axes, column.pictures, strict=False):
            each.imshow(picture, interpolation="nearest")
        corner = (region.x - 0.5, region.y - 0.5)
        axes[0].add_patch(Rectangle(corner, region.width, region.height, fill=False, ec=MARK))
        image = axes[-1].imshow(column.error, cmap=ERROR_MAP, vmin=0.0, vmax=top)
    for block in range(blocks):
        _name_rows(grid[block * kinds + 1 :, 0], titles)
    bar = figure.colorbar(
        image, ax=grid, location="bottom", aspect=50, shrink=0.6, extend="max"
    )
    bar.set_label("error, in stored values", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    return figure


def _name_rows(rows: Iterable[Any], titles: Sequence[str]) -> None:
    """Write titles to the left of axes, from the top down."""
    for axes, title in zip(rows, titles, strict=False):
        place = {"transform": axes.transAxes, "ha": "right", "va": "center"}
        axes.text(-0.03, 0.5, title, fontsize=8, rotation=90, **place)


def curves_figure(curves: Mapping[str, Sequence[tuple[float, float, float]]]) -> Figure:
    """Return how fits learn, over steps and over seconds.

    Args:
        curves: Steps, seconds and dB of moments, by names.
    """
    figure = Figure((9.0, 4.2), DOTS_PER_INCH, layout="constrained")
    by_step, by_second = figure.subplots(1, 2, sharey=True)
    for number, (name, moments) in enumerate(curves.items()):
        color = COLORS[number % len(COLORS)]
        line = LINES[number // len(COLORS) % len(LINES)]
        steps, seconds, decibels = np.array(moments).T
        by_step.plot(steps, decibels, line, color=color, label=name)
        by_second.plot(seconds, decibels, line, color=color, label=name)
    by_step.set(xlabel="steps", ylabel="PSNR by the loss of the last steps, dB")
    by_second.set(xlabel="seconds of training")
    for axes in (by_step, by_second):
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.legend(
        *by_step.get_legend_handles_labels(), loc="outside right center", frameon=False
    )
    return figure


def save(figure: Figure, file: BinaryIO, form: str) -> None:
    """Write a figure in one of the formats of matplotlib."""
    figure.savefig(file, format=form, dpi=DOTS_PER_INCH, bbox_inches="tight")


def visible(pixels: Pixels, facts: PictureFacts) -> Pixels:
    """Return pixels as red, green, blue and perhaps alpha, as screens show them."""
    shown = unpremultiplied(pixels, facts.bit_depth) if facts.has_alpha else pixels
    if facts.color.startswith("L"):
        shown = colored(shown)
    return np.clip(shown, 0.0, 1.0)


def _show(axes: Any, pixels: Pixels, facts: PictureFacts, **options: Any) -> None:
    """Show pixels as they are, without smoothing by matplotlib."""
    axes.imshow(visible(pixels, facts), interpolation="nearest", **options)
    axes.set_axis_off()
