"""Figures by matplotlib, which is slow to load: only functions that draw import it."""

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

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
    figure = new_figure(ZOOM_PANEL_INCHES * sum(widths), ZOOM_HEIGHT_INCHES, "constrained")
    left, *right = figure.subplots(1, len(widths), width_ratios=widths)
    show(left, visible(picture, whole), extent=(0, whole.width, whole.height, 0))
    _mark(left, region, ZOOM_MARK_POINTS)
    left.set_axis_off()
    left.set_title(f"{whole.width}x{whole.height}")
    for axes, (title, panel) in zip(right, panels.items(), strict=True):
        show(axes, visible(panel, whole))
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
    across = min(MOST_COLUMNS, len(columns))
    blocks = math.ceil(len(columns) / across)
    rows = len(titles) + 1
    heights = [shown_height(each) for each in (*columns[0].pictures, columns[0].errors)]
    inches = BAR_INCHES + blocks * (COLUMN_INCHES * sum(heights) + TITLE_INCHES)
    figure = new_figure(COLUMN_INCHES * across, inches, close_layout())
    grid = figure.subplots(rows * blocks, across, squeeze=False, height_ratios=heights * blocks)
    for axes in grid.ravel():
        axes.set_axis_off()
    top = _largest_shown_error(columns)
    for number, column in enumerate(columns):
        block, place = divmod(number, across)
        axes_below = list(grid[block * rows : (block + 1) * rows, place])
        errors = _show_column(axes_below, column, region, top)
    for block in range(blocks):
        name_rows(grid[block * rows + 1 : (block + 1) * rows, 0], titles)
    bar = figure.colorbar(
        errors, ax=grid, location="bottom", aspect=50, shrink=0.6, extend="max"
    )
    bar.set_label("error, in stored values", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    return figure


def shown_height(pixels: Pixels) -> float:
    """Return the height of a picture in a figure, in widths of its column."""
    height, width = pixels.shape[:2]
    return float(min(max(height / width, LEAST_HEIGHT), MOST_HEIGHT))


def close_layout() -> Any:
    """Return matplotlib's layout of pictures that stand close together."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    return ConstrainedLayoutEngine(w_pad=0.03, h_pad=0.06, wspace=0.0, hspace=0.0)


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
        show(axes, picture)
    # matplotlib counts from the center of the first pixel, and a region from its edge.
    _mark(first, replace(region, x=region.x - 0.5, y=region.y - 0.5), PANEL_MARK_POINTS)
    return axes_below[-1].imshow(column.errors, cmap=ERROR_MAP, vmin=0.0, vmax=largest_error)


def name_rows(rows: Iterable[Any], titles: Sequence[str]) -> None:
    """Write titles to the left of axes, from the top down."""
    for axes, title in zip(rows, titles, strict=True):
        place = {"transform": axes.transAxes, "ha": "right", "va": "center"}
        axes.text(-0.03, 0.5, title, fontsize=8, rotation=90, **place)


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


def new_figure(width_inches: float, height_inches: float, layout: Any) -> "Figure":
    """Return a figure without anything, laid out as matplotlib's `layout` says."""
    from matplotlib.figure import Figure

    return Figure((width_inches, height_inches), DOTS_PER_INCH, layout=layout)


def show(axes: Any, picture: Pixels, **options: Any) -> None:
    """Show pixels as they are; matplotlib would smooth them by itself."""
    axes.imshow(picture, interpolation="nearest", **options)


def _mark(axes: Any, region: Region, line_points: float) -> None:
    from matplotlib.patches import Rectangle

    line: dict[str, Any] = {"fill": False, "edgecolor": MARK_COLOR, "linewidth": line_points}
    corner = (region.x, region.y)
    axes.add_patch(Rectangle(corner, region.width, region.height, **line))
