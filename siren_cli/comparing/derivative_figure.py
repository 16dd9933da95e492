"""A figure of candidates with their derivatives, as figure 3 of Sitzmann et al. 2020 has them.

That is arXiv:2006.09661: what a function shows, its gradients and its Laplacians, of functions
that were taught one of these.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from siren_cli.comparing.figures import (
    COLUMN_INCHES,
    TITLE_INCHES,
    close_layout,
    name_rows,
    new_figure,
    show,
    shown_height,
)
from siren_cli.pictures.picture import Pixels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Most candidates side by side: an original, and a fit of each supervision.
MOST_ACROSS = 5
# Titles of the rows below the picture.
DERIVATIVES = ("gradient", "Laplacian")


class DerivativeColumn(NamedTuple):
    """What a candidate shows, and its derivatives.

    Attributes:
        title: Lines of text above the picture.
        captions: A line above the gradient, and one above the Laplacian; perhaps empty.
        pictures: The picture, its gradient and its Laplacian, in colors, of one size.
    """

    title: str
    captions: tuple[str, str]
    pictures: Sequence[Pixels]


def derivative_figure(columns: Sequence[DerivativeColumn]) -> "Figure":
    """Return candidates side by side, the original first, with their derivatives below them."""
    across = min(MOST_ACROSS, len(columns))
    blocks = math.ceil(len(columns) / across)
    rows = 1 + len(DERIVATIVES)
    height = COLUMN_INCHES * rows * shown_height(columns[0].pictures[0]) + TITLE_INCHES
    figure = new_figure(COLUMN_INCHES * across, blocks * height, close_layout())
    grid = figure.subplots(rows * blocks, across, squeeze=False)
    for axes in grid.ravel():
        axes.set_axis_off()
    for number, column in enumerate(columns):
        block, place = divmod(number, across)
        first, *others = grid[block * rows : (block + 1) * rows, place]
        first.set_title(column.title, fontsize=9)
        for axes, caption in zip(others, column.captions, strict=True):
            axes.set_title(caption, fontsize=8, pad=2)
        for axes, picture in zip((first, *others), column.pictures, strict=True):
            show(axes, picture)
    for block in range(blocks):
        name_rows(grid[block * rows + 1 : (block + 1) * rows, 0], DERIVATIVES)
    return figure
