"""Figures by matplotlib, which is slow to load: only functions that draw import it."""

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from siren_cli.comparing.candidates import CurvePoint
from siren_cli.errors import OutputError
from siren_cli.pictures.picture import PictureFacts, Pixels, colored, unpremultiplied
from siren_cli.rendering.geometry import Region

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Formats of figures, by the suffixes of their files.
FORMATS = ("png", "pdf", "svg", "jpg", "webp")
# Resolution of figures that are made of pixels.
DOTS_PER_INCH = 150
# Color of the rectangle around a region.
MARK_COLOR = "#ff2a6d"

# Side of a square panel of `zoom_figure`, in inches.
ZOOM_PANEL_INCHES = 4.0
# Height of `zoom_figure`, which has room for the titles, in inches.
ZOOM_HEIGHT_INCHES = 4.4
# Narrowest panel of the whole picture in `zoom_figure`, in sides of a square panel.
LEAST_ZOOM_ASPECT = 0.5
# Widest panel of the whole picture in `zoom_figure`, in sides of a square panel.
MOST_ZOOM_ASPECT = 2.0
# Width of the line around the region in `zoom_figure`, in points.
ZOOM_MARK_POINTS = 1.5

# Most candidates side by side; the others stand below. A figure of 1200 pixels still
# shows each of four 300 pixels wide.
MOST_COLUMNS = 4
# Width of a column of pictures in `panel_figure`, in inches.
COLUMN_INCHES = 2.6
# Height of the titles above a row of candidates, in inches.
TITLE_INCHES = 0.7
# Height of the color bar below all candidates, in inches.
BAR_INCHES = 0.3
# Lowest picture in `panel_figure`, in widths of a column.
LEAST_HEIGHT = 0.2
# Highest picture in `panel_figure`, in widths of a column. One that is a pixel wide and
# 5000 pixels high would else be as high as a house.
MOST_HEIGHT = 3.0
# Width of the line around the region in `panel_figure`, in points.
PANEL_MARK_POINTS = 1.0
# Map of errors to colors that grow brighter with the error, for the color-blind, too.
ERROR_MAP = "inferno"
# Share of all errors that the color bar covers. The few larger ones, perhaps of single
# pixels, would leave the others dark.
ERROR_SHARE = 0.999

# Width of `curves_figure`, in inches.
CURVES_WIDTH_INCHES = 9.0
# Height of `curves_figure`, in inches.
CURVES_HEIGHT_INCHES = 4.2
# Colors of lines that the color-blind can tell apart (Okabe and Ito 2008).
LINE_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
# Styles of lines: when all colors are used, the next lines have the next style.
LINE_STYLES = ("-", "--", ":")


class PanelColumn(NamedTuple):
    """The pictures that show one candidate, from the top down.

    Attributes:
        title: Lines of text above them.
        pictures: Pixels as `visible` returns them: the whole picture, the region, and
            perhaps derivatives.
        errors: Distance of each pixel from the original, shape (height, width), in stored
            values.
    """

    title: str
    pictures: list[Pixels]
    errors: Pixels


def figure_format(path: Path) -> str:
    """Return the format of a figure that is written to `path`, by its suffix.

    Raises:
        OutputError: The suffix is not that of a figure.
    """
    form = path.suffix.lower().removeprefix(".").replace("jpeg", "jpg")
    if form not in FORMATS:
        raise OutputError(f"{path}: not one of .{', .'.join(FORMATS)}")
    return form


def zoom_figure(
    picture: Pixels, whole: PictureFacts, region: Region, panels: Mapping[str, Pixels]
) -> "Figure":
    """Return a picture with a region marked, and that region drawn in several ways.

    Args:
        picture: The picture at any size, as `Picture.pixels`.
        whole: The picture's facts; the region is in its pixels.
        region: The square that is marked.
        panels: Pixels of the square, by the titles of the ways.
    """
    aspect = min(MOST_ZOOM_ASPECT, max(LEAST_ZOOM_ASPECT, whole.width / whole.height))
    widths = [aspect, *(1.0 for _ in panels)]
    figure = _new_figure(ZOOM_PANEL_INCHES * sum(widths), ZOOM_HEIGHT_INCHES, "constrained")
    left, *right = figure.subplots(1, len(widths), width_ratios=widths)
    _show(left, visible(picture, whole), extent=(0, whole.width, whole.height, 0))
    _mark(left, region, ZOOM_MARK_POINTS)
    left.set_axis_off()
    left.set_title(f"{whole.width}x{whole.height}")
    for axes, (title, panel) in zip(right, panels.items(), strict=True):
        _show(axes, visible(panel, whole))
        axes.set_axis_off()
        axes.set_title(title)
    return figure


def panel_figure(
    columns: Sequence[PanelColumn], region: Region, titles: Sequence[str]
) -> "Figure":
    """Return candidates side by side, with their errors in colors of one scale.

    Args:
        columns: The candidates, the original first.
        region: The part that the second picture shows; it is marked in the first picture
            of the original.
        titles: Titles of the pictures below the first; the last is that of the errors.
    """
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    across = min(MOST_COLUMNS, len(columns))
    blocks = math.ceil(len(columns) / across)
    rows = len(titles) + 1
    heights = [
        min(max(each.shape[0] / each.shape[1], LEAST_HEIGHT), MOST_HEIGHT)
        for each in (*columns[0].pictures, columns[0].errors)
    ]
    inches = BAR_INCHES + blocks * (COLUMN_INCHES * sum(heights) + TITLE_INCHES)
    close = ConstrainedLayoutEngine(w_pad=0.03, h_pad=0.06, wspace=0.0, hspace=0.0)
    figure = _new_figure(COLUMN_INCHES * across, inches, close)
    grid = figure.subplots(rows * blocks, across, squeeze=False, height_ratios=heights * blocks)
    for axes in grid.ravel():
        axes.set_axis_off()
    top = _largest_shown_error(columns)
    for number, column in enumerate(columns):
        block, place = divmod(number, across)
        axes_below = list(grid[block * rows : (block + 1) * rows, place])
        errors = _show_column(axes_below, column, region, top)
    for block in range(blocks):
        _name_rows(grid[block * rows + 1 : (block + 1) * rows, 0], titles)
    bar = figure.colorbar(
        errors, ax=grid, location="bottom", aspect=50, shrink=0.6, extend="max"
    )
    bar.set_label("error, in stored values", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    return figure


def _largest_shown_error(columns: Sequence[PanelColumn]) -> float:
    errors = np.concatenate([column.errors.ravel() for column in columns])
    return max(1.0, float(np.quantile(errors, ERROR_SHARE)))


def _show_column(
    axes_below: Sequence[Any], column: PanelColumn, region: Region, largest_error: float
) -> Any:
    """Show a candidate from the top down; return matplotlib's image of its errors."""
    first = axes_below[0]
    first.set_title(column.title, fontsize=9)
    for axes, picture in zip(axes_below, column.pictures, strict=False):
        _show(axes, picture)
    # matplotlib counts from the center of the first pixel, and a region from its edge.
    _mark(first, replace(region, x=region.x - 0.5, y=region.y - 0.5), PANEL_MARK_POINTS)
    return axes_below[-1].imshow(column.errors, cmap=ERROR_MAP, vmin=0.0, vmax=largest_error)


def _name_rows(rows: Iterable[Any], titles: Sequence[str]) -> None:
    """Write titles to the left of axes, from the top down."""
    for axes, title in zip(rows, titles, strict=True):
        place = {"transform": axes.transAxes, "ha": "right", "va": "center"}
        axes.text(-0.03, 0.5, title, fontsize=8, rotation=90, **place)


def curves_figure(curves: Mapping[str, Sequence[CurvePoint]]) -> "Figure":
    """Return how good fits become, over their steps and over their seconds.

    Args:
        curves: The curve of each fit, by its name.
    """
    figure = _new_figure(CURVES_WIDTH_INCHES, CURVES_HEIGHT_INCHES, "constrained")
    by_step, by_second = figure.subplots(1, 2, sharey=True)
    for number, (name, curve) in enumerate(curves.items()):
        color = LINE_COLORS[number % len(LINE_COLORS)]
        style = LINE_STYLES[number // len(LINE_COLORS) % len(LINE_STYLES)]
        psnr = [point.psnr for point in curve]
        steps = [point.step for point in curve]
        seconds = [point.seconds for point in curve]
        by_step.plot(steps, psnr, style, color=color, label=name)
        by_second.plot(seconds, psnr, style, color=color, label=name)
    by_step.set(xlabel="steps", ylabel="PSNR by the loss of the last steps, dB")
    by_second.set(xlabel="seconds of training")
    for axes in (by_step, by_second):
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    figure.legend(
        *by_step.get_legend_handles_labels(), loc="outside right center", frameon=False
    )
    return figure


def figure_file(figure: "Figure", form: str) -> bytes:
    """Return the file of a figure, in a format of `FORMATS`."""
    content = io.BytesIO()
    figure.savefig(content, format=form, dpi=DOTS_PER_INCH, bbox_inches="tight")
    return content.getvalue()


def visible(pixels: Pixels, facts: PictureFacts) -> Pixels:
    """Return pixels as red, green, blue and perhaps alpha, as screens show them."""
    shown = unpremultiplied(pixels, facts.bit_depth) if facts.has_alpha else pixels
    if facts.color.startswith("L"):
        shown = colored(shown)
    return np.clip(shown, 0.0, 1.0)


def _new_figure(width_inches: float, height_inches: float, layout: Any) -> "Figure":
    from matplotlib.figure import Figure

    return Figure((width_inches, height_inches), DOTS_PER_INCH, layout=layout)


def _show(axes: Any, picture: Pixels, **options: Any) -> None:
    """Show pixels as they are; matplotlib would smooth them by itself."""
    axes.imshow(picture, interpolation="nearest", **options)


def _mark(axes: Any, region: Region, line_points: float) -> None:
    from matplotlib.patches import Rectangle

    line: dict[str, Any] = {"fill": False, "edgecolor": MARK_COLOR, "linewidth": line_points}
    corner = (region.x, region.y)
    axes.add_patch(Rectangle(corner, region.width, region.height, **line))
