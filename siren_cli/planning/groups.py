"""Groups of cells that are trained at the same time, and the blocks that they are made of.

Cells that no lesson ties are independent, so any division into groups gives the same result;
tied cells are one group. Cells of one class are neighbors here, because a training step is
compiled for each class. Which cells a group has depends on the most cells of a group alone;
how these are divided into blocks depends on the machine.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.cell_classes import CellClasses
from siren_cli.model.layers import multiplications, parameter_count
from siren_cli.planning.schedule import GroupSize

# XLA drops a leading axis of one and compiles other products, with other bits. So a
# block of a picture of several cells never has a single one.
MIN_BLOCK_CELLS = 2
# Most features of a layer in all cells of a block on CPUs, so that they stay in a core's
# cache: those of 8 cells that are 44 wide, or of 16 that are 22 wide.
CPU_BLOCK_FEATURES = 352


class BlockSize(NamedTuple):
    """How large blocks may be. It changes the time that a step takes, and no result.

    Attributes:
        cells: Most cells.
        features: Most features of a layer in all cells, unless these are the fewest cells
            that a block may have.
        replicas: Devices that get as many blocks of each class.
    """

    cells: int
    features: int
    replicas: int = 1

    def most(self, width: int) -> int:
        """Return the most cells of a block whose networks are `width` wide."""
        return max(MIN_BLOCK_CELLS, min(self.cells, self.features // width))

    def blocks(self, cells: int, width: int) -> int:
        """Return the number of blocks for some cells whose networks are `width` wide."""
        blocks = math.ceil(cells / self.most(width))
        return self.replicas * math.ceil(blocks / self.replicas)


class Block(NamedTuple):
    """Cells of one class, trained by one core.

    Attributes:
        number: Number of the class.
        cells: Numbers of the cells. All blocks of a class have one size, so that they share
            a compiled step; where cells are too few, the first ones are taken again.
        real: Number of the cells that are no repetitions, the first ones. A block without
            any repeats the block before it, for a device that has no other.
    """

    number: int
    cells: NDArray[np.int64]
    real: int


@dataclass(frozen=True)
class Group:
    """Cells that are trained at the same time.

    Attributes:
        blocks: The blocks, those of one class side by side. As many of each class go to
            every replica: the first to the first, and so on in turn.
    """

    blocks: tuple[Block, ...]

    @property
    def cells(self) -> NDArray[np.int64]:
        """Numbers of the cells of all blocks, some of them repeated."""
        return np.concatenate([block.cells for block in self.blocks])

    @property
    def real_cells(self) -> NDArray[np.int64]:
        """Numbers of the cells without repetitions, in the order of the blocks."""
        return np.concatenate([block.cells[: block.real] for block in self.blocks])

    @property
    def count(self) -> int:
        """Number of cells without repetitions."""
        return sum(block.real for block in self.blocks)

    @property
    def is_real(self) -> NDArray[np.bool_]:
        """Whether each of `cells` is no repetition."""
        return np.concatenate(
            [np.arange(len(block.cells)) < block.real for block in self.blocks]
        )

    def classes(self, layer_sizes: tuple[tuple[int, ...], ...]) -> CellClasses:
        """Return the classes of the cells without repetitions, in the order of the blocks."""
        numbers = (bytes([block.number]) * block.real for block in self.blocks)
        return CellClasses(layer_sizes, b"".join(numbers))

    def parameters(self, layer_sizes: tuple[tuple[int, ...], ...]) -> int:
        """Return the number of trainable values of the cells without repetitions."""
        return sum(
            block.real * parameter_count(layer_sizes[block.number]) for block in self.blocks
        )

    def size(self, layer_sizes: tuple[tuple[int, ...], ...]) -> GroupSize:
        """Return the number of its cells, and the work of a step."""
        works = (
            len(block.cells) * multiplications(layer_sizes[block.number])
            for block in self.blocks
        )
        return GroupSize(self.count, sum(works))


def make_groups(
    classes: CellClasses,
    group_cells: int,
    size: BlockSize,
    cells: NDArray[np.int64] | None = None,
) -> list[Group]:
    """Return cells of a picture in groups, those first whose last cell is the first one.

    So the picture can be read from the top down while they are trained.

    Few cells are one group. Of more, each class has groups of its own, which are alike
    but for the last, so that a picture has few kinds of groups to compile.

    Args:
        classes: The class of every cell.
        group_cells: Most cells of a group.
        size: How large blocks may be.
        cells: The numbers of the cells, rising; None is all.
    """
    if cells is None:
        cells = np.arange(len(classes.of_cells))
    numbers, most = classes.numbers[cells], max(group_cells, _least_cells(classes))
    widths = [layer_sizes[1] for layer_sizes in classes.layer_sizes]
    # The work of a core ends with small blocks, so that no other one waits long for it.
    widest_first = sorted(range(len(widths)), key=lambda number: -widths[number])
    by_class = [
        _groups_of_class(number, cells[numbers == number], classes, most, size)
        for number in widest_first
        if number in numbers
    ]
    if len(cells) > group_cells:
        every = (group for groups in by_class for group in groups)
        return sorted(every, key=lambda group: int(group.cells.max()))
    return [Group(tuple(block for (group,) in by_class for block in group.blocks))]


def remaining_groups(
    classes: CellClasses,
    group_cells: int,
    size: BlockSize,
    left: NDArray[np.int64],
    begun: NDArray[np.int64] | None,
) -> list[Group]:
    """Return the groups of a fit that goes on: that which was begun, and those of cells left.

    They are those of a fit that never stopped. On other devices, or among several hosts,
    others may have been finished; then the cells that are left make new ones.

    Args:
        classes: The class of every cell.
        group_cells: Most cells of a group.
        size: How large blocks may be.
        left: The numbers of the cells that are left, rising, without those that were begun.
        begun: The numbers of the cells of the group that was begun, or None.
    """
    first = []
    if begun is not None:
        first = make_groups(classes, len(begun), size, np.sort(begun))
    is_left = np.zeros(len(classes.of_cells), np.bool_)
    is_left[left] = True
    every = make_groups(classes, group_cells, size)
    rest = [group for group in every if is_left[group.cells].all()]
    if sum(group.count for group in rest) < len(left):
        rest = make_groups(classes, group_cells, size, left)
    return first + rest


def _groups_of_class(
    number: int,
    cells: NDArray[np.int64],
    classes: CellClasses,
    group_cells: int,
    size: BlockSize,
) -> list[Group]:
    """Return cells of a class in groups of as many blocks, all of one size."""
    of_group = math.ceil(len(cells) / math.ceil(len(cells) / group_cells))
    blocks = size.blocks(of_group, classes.layer_sizes[number][1])
    of_block = max(_least_cells(classes), math.ceil(of_group / blocks))
    return [
        Group(tuple(_blocks(number, own, of_block, size.replicas)))
        for own in _pieces(cells, of_group)
    ]


def _blocks(
    number: int, cells: NDArray[np.int64], of_block: int, replicas: int
) -> Iterator[Block]:
    """Yield some cells of a class in blocks of `of_block` cells, as many for each replica."""
    pieces = _pieces(cells, of_block)
    for piece in pieces:
        yield Block(number, np.resize(piece, of_block), len(piece))
    for _ in range(-len(pieces) % replicas):
        yield Block(number, np.resize(pieces[-1], of_block), 0)


def _pieces(cells: NDArray[np.int64], count: int) -> list[NDArray[np.int64]]:
    """Return the cells in pieces of `count` cells; the last one may have fewer."""
    return [cells[start : start + count] for start in range(0, len(cells), count)]


def _least_cells(classes: CellClasses) -> int:
    """Return the least cells of a block; a picture of one cell has a block of one."""
    return min(MIN_BLOCK_CELLS, len(classes.of_cells))
