"""The pixels that a group of cells learns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.grid import grid_points
from siren_cli.model.networks import Networks
from siren_cli.pictures.picture import Pixels, peak, quantize
from siren_cli.planning.groups import Group
from siren_cli.rendering.evaluate import POINTS_PER_CALL, evaluate
from siren_cli.training.dataset import Samples


@dataclass(frozen=True)
class GroupTargets:
    """The points that the cells of a group learn, and where the cells start.

    Attributes:
        y: Local coordinates of the rows, the same for all cells.
        x: Local coordinates of the columns.
        colors: Targets in [-1, 1], shape (rows * columns, cells, channels), those of
            repeated cells too.
        initial: The initial parameters of one cell after the other, without repetitions.
        group: The cells.
        pixel: Height and width of a pixel in local coordinates.
        bit_depth: Bits of the picture's stored values.
    """

    y: Pixels
    x: Pixels
    colors: Pixels
    initial: NDArray[np.float32]
    group: Group
    pixel: tuple[float, float]
    bit_depth: int

    @property
    def samples(self) -> Samples:
        """The points of the cells and their colors."""
        return Samples(grid_points(self.y, self.x), self.colors, self.pixel)


class LearnedPixels:
    """The pixels that the cells of a group learn.

    Args:
        targets: The points and colors.
        are_areas: Whether a pixel is the mean of the function over its area, or its value
            at the center.
    """

    def __init__(self, targets: GroupTargets, *, are_areas: bool) -> None:
        self._targets = targets
        self._colors = targets.colors[:, targets.group.is_real]
        self._samples = 2 if are_areas else 1

    def squared_error(self, networks: Networks, cell: int) -> float:
        """Return the mean squared error of a cell's stored values, at peak 1."""
        targets, total = self._targets, 0.0
        width = len(targets.x)
        # The single cell of a large picture would fill the memory, so it is done in bands.
        rows = max(1, POINTS_PER_CALL // width)
        for top in range(0, len(targets.y), rows):
            values = self._values(networks, cell, slice(top, top + rows))
            wanted = self._colors[top * width : (top + rows) * width, cell]
            first, second = (
                quantize((each + 1.0) / 2.0, targets.bit_depth).astype(np.float32)
                for each in (values.reshape(wanted.shape), wanted)
            )
            total += float(np.square(first - second).sum(dtype=np.float64))
        return total / self._colors[:, cell].size / peak(targets.bit_depth) ** 2

    def _values(self, networks: Networks, cell: int, rows: slice) -> Pixels:
        """Return what some rows of pixels are of the function."""
        count, targets = self._samples, self._targets
        shifts = (np.arange(count) + 0.5) / count - 0.5
        y, x = (
            (each[:, None] + np.float32(size) * shifts).astype(np.float32).ravel()
            for each, size in zip((targets.y[rows], targets.x), targets.pixel, strict=True)
        )
        values = evaluate(networks.of_cell(cell), y, x)
        fours = values.reshape(-1, count, len(targets.x), count, values.shape[-1])
        means: Pixels = fours.mean(axis=(1, 3))
        return means
