"""The classes of cells: the cells of a class have networks of the same layers.

A wall and a tree do not need the same network, so the cells of a picture may have networks
of different widths. All of them have the same number of layers, inputs and channels.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.layers import multiplications, parameter_count

# Most classes of a picture: the class of a cell is stored in a byte.
MAX_CLASSES = 256


@dataclass(frozen=True)
class CellClasses:
    """The shape of every cell's network.

    Attributes:
        layer_sizes: For each class the widths of its layers, from the inputs of the
            first to the channels.
        of_cells: The number of each cell's class, a byte each, cells row by row.
    """

    layer_sizes: tuple[tuple[int, ...], ...]
    of_cells: bytes

    @cached_property
    def numbers(self) -> NDArray[np.uint8]:
        """The number of each cell's class, shape (cells,)."""
        return np.frombuffer(self.of_cells, np.uint8)

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """The place of each cell among the cells of its class, shape (cells,)."""
        places = np.empty(len(self.of_cells), np.int64)
        for number in range(len(self.layer_sizes)):
            cells = self.cells_of(number)
            places[cells] = np.arange(len(cells))
        return places

    @cached_property
    def works(self) -> NDArray[np.int64]:
        """The multiplications of each cell's network at a point, shape (cells,)."""
        of_class = [multiplications(sizes) for sizes in self.layer_sizes]
        works: NDArray[np.int64] = np.array(of_class, np.int64)[self.numbers]
        return works

    @property
    def counts(self) -> list[int]:
        """The number of cells of each class."""
        counts = np.bincount(self.numbers, minlength=len(self.layer_sizes))
        return list(map(int, counts))

    @property
    def parameters(self) -> int:
        """Number of weights and biases of all cells."""
        return sum(
            count * parameter_count(sizes)
            for count, sizes in zip(self.counts, self.layer_sizes, strict=True)
        )

    def table(self) -> list[dict[str, Any]]:
        """Return the layers and the number of cells of each class, as JSON has them."""
        return [
            {"layers": list(sizes), "cells": count}
            for sizes, count in zip(self.layer_sizes, self.counts, strict=True)
        ]

    def cells_of(self, number: int) -> NDArray[np.int64]:
        """Return the numbers of the cells of a class, rising."""
        return np.flatnonzero(self.numbers == number)


def equal_cells(layer_sizes: tuple[int, ...], cells: int) -> CellClasses:
    """Return the classes of cells that all have the same layers."""
    return CellClasses((layer_sizes,), bytes(cells))
