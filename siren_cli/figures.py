"""Figures, by matplotlib, which is slow to load: only those who draw import this room."""

from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from matplotlib.figure import Figure  # noqa: TID253 - this room is entered late
from matplotlib.patches import Rectangle  # noqa: TID253

from siren_cli.pictures.picture import PictureFacts, Pixels, unpremultiplied
from siren_cli.sizes import Region

PANEL_INCHES, DOTS_PER_INCH = 4.0, 150
MARK = "#ff2a6d"


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


def save(figure: Figure, file: BinaryIO, form: str) -> None:
    """Write a figure in one of the formats of matplotlib."""
    figure.savefig(file, format=form, dpi=DOTS_PER_INCH)


def _show(axes: Any, pixels: Pixels, facts: PictureFacts, **options: Any) -> None:
    """Show pixels as they are, without smoothing by matplotlib."""
    shown = unpremultiplied(pixels, facts.bit_depth) if facts.has_alpha else pixels
    if facts.color.startswith("L"):
        shown = np.concatenate([shown[..., :1]] * 2 + [shown], axis=-1)
    axes.imshow(np.clip(shown, 0.0, 1.0), interpolation="nearest", **options)
    axes.set_axis_off()
