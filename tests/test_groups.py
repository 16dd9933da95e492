"""Cells in groups and blocks: each once, those of a class together, blocks alike."""

import numpy as np
import pytest

from siren_cli.model.cell_classes import CellClasses, equal_cells
from siren_cli.planning.groups import make_groups

SIZES = ((2, 5, 3), (2, 8, 3), (2, 9, 3))


def classes(cells: int, seed: int = 0) -> CellClasses:
    numbers = np.random.default_rng(seed).choice(3, cells, p=[0.6, 0.1, 0.3])
    return CellClasses(SIZES, numbers.astype(np.uint8).tobytes())


@pytest.mark.parametrize("cells", [1, 2, 7, 96, 1000])
@pytest.mark.parametrize("group_cells", [1, 2, 16, 128])
@pytest.mark.parametrize("block_cells", [2, 8])
def test_every_cell_counts_once(cells: int, group_cells: int, block_cells: int):
    found = make_groups(classes(cells), group_cells, block_cells)
    real = np.concatenate([group.cells[group.is_real] for group in found])
    assert sorted(real) == list(range(cells))
    assert sum(group.count for group in found) == cells
    assert max(len(group.cells) for group in found) <= max(block_cells, group_cells)


def test_blocks_of_a_class_have_one_size_and_cells_of_that_class():
    made = classes(150)
    blocks = [block for group in make_groups(made, 64, 8) for block in group.blocks]
    assert [block.number for block in blocks] == sorted(block.number for block in blocks)
    for number in range(3):
        own = [block for block in blocks if block.number == number]
        assert len({len(block.cells) for block in own}) == 1
        assert all((made.numbers[block.cells] == number).all() for block in own)


def test_blocks_are_the_same_in_groups_of_any_size():
    made, found = classes(150), []
    for group_cells in (1, 20, 128):
        groups = make_groups(made, group_cells, 8)
        found.append([tuple(block.cells) for group in groups for block in group.blocks])
    assert found[0] == found[1] == found[2]


def test_few_cells_are_repeated():
    for cells in (9, 17, 96, 100, 128):
        (group,) = make_groups(equal_cells(SIZES[0], cells), 256, 8)
        assert len(group.cells) - cells < len(group.blocks)


def test_a_single_cell_of_many_is_taken_twice_and_of_one_alone():
    made = CellClasses(SIZES[:2], bytes([0, 0, 1]))
    (group,) = make_groups(made, 16, 8)
    assert [(len(block.cells), block.real) for block in group.blocks] == [(2, 2), (2, 1)]
    (alone,) = make_groups(equal_cells(SIZES[0], 1), 8, 8)
    assert [(len(block.cells), block.real) for block in alone.blocks] == [(1, 1)]


def test_a_group_knows_its_classes_and_its_work():
    made = CellClasses(SIZES[:2], bytes([1, 0, 1]))
    (group,) = make_groups(made, 16, 8)
    assert group.classes(made.layer_sizes).of_cells == bytes([0, 1, 1])
    # The cell of the first class is taken twice.
    assert group.size(made.layer_sizes) == (3, 2 * (2 * 5 + 5 * 3) + 2 * (2 * 8 + 8 * 3))
    assert group.parameters(made.layer_sizes) == 2 * (3 * 5 + 6 * 3) + 2 * (3 * 8 + 9 * 3)
