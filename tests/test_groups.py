"""Cells in groups and blocks: each once, those of a class together, blocks alike."""

import numpy as np
import pytest

from siren_cli.model.cell_classes import CellClasses, equal_cells
from siren_cli.planning.groups import BlockSize, make_groups

SIZES = ((2, 5, 3), (2, 8, 3), (2, 9, 3))


def classes(cells: int, seed: int = 0) -> CellClasses:
    numbers = np.random.default_rng(seed).choice(3, cells, p=[0.6, 0.1, 0.3])
    return CellClasses(SIZES, numbers.astype(np.uint8).tobytes())


@pytest.mark.parametrize("cells", [1, 2, 7, 96, 1000])
@pytest.mark.parametrize("group_cells", [1, 2, 16, 128])
@pytest.mark.parametrize("size", [BlockSize(8, 64), BlockSize(2, 999), BlockSize(999, 999)])
def test_every_cell_counts_once(cells: int, group_cells: int, size: BlockSize):
    found = make_groups(classes(cells), group_cells, size)
    real = np.concatenate([group.cells[group.is_real] for group in found])
    assert sorted(real) == list(range(cells))
    assert sum(group.count for group in found) == cells
    if cells > group_cells:
        assert all(len({block.number for block in group.blocks}) == 1 for group in found)
        assert all(group.count <= max(2, group_cells) for group in found)
    else:
        assert len(found) == 1


def test_groups_are_about_equal():
    found = make_groups(equal_cells(SIZES[0], 1000), 128, BlockSize(8, 999))
    assert len(found) == 8
    assert len({len(group.cells) for group in found[:-1]}) == 1
    assert sum(len(group.cells) for group in found) - 1000 < 8 * 16


def test_groups_of_a_class_are_alike_so_that_one_step_serves_them_all():
    found = make_groups(classes(2000), 128, BlockSize(16, 72))
    kinds = {tuple((block.number, len(block.cells)) for block in g.blocks) for g in found}
    assert len(kinds) <= 2 * 3  # the last group of a class may have fewer blocks


def test_blocks_of_a_class_have_one_size_and_cells_of_that_class():
    made = classes(150)
    groups = make_groups(made, 64, BlockSize(16, 72))
    blocks = [block for group in groups for block in group.blocks]
    lasts = [group.cells.max() for group in groups]
    assert lasts == sorted(lasts)  # the picture is read from the top down
    for number, most in enumerate((14, 9, 8)):
        own = [block for block in blocks if block.number == number]
        (size,) = {len(block.cells) for block in own}
        assert most / 2 < size <= most
        assert all((made.numbers[block.cells] == number).all() for block in own)


def test_few_cells_are_repeated():
    for cells in (9, 17, 96, 100, 128):
        (group,) = make_groups(equal_cells(SIZES[0], cells), 256, BlockSize(8, 999))
        assert len(group.cells) - cells < len(group.blocks)


def test_a_single_cell_of_many_is_taken_twice_and_of_one_alone():
    made = CellClasses(SIZES[:2], bytes([0, 0, 1]))
    (group,) = make_groups(made, 16, BlockSize(8, 999))
    assert [(len(block.cells), block.real) for block in group.blocks] == [(2, 1), (2, 2)]
    (alone,) = make_groups(equal_cells(SIZES[0], 1), 8, BlockSize(8, 999))
    assert [(len(block.cells), block.real) for block in alone.blocks] == [(1, 1)]


@pytest.mark.parametrize("group_cells", [16, 200])
@pytest.mark.parametrize("replicas", [2, 3, 8])
def test_replicas_get_as_many_blocks_of_the_same_groups(replicas: int, group_cells: int):
    made = classes(150)
    alone = make_groups(made, group_cells, BlockSize(16, 72))
    shared = make_groups(made, group_cells, BlockSize(4, 72, replicas))
    for one, other in zip(alone, shared, strict=True):
        assert (one.cells[one.is_real] == other.cells[other.is_real]).all()
        own = [[block.number for block in other.blocks[r::replicas]] for r in range(replicas)]
        assert all(numbers == own[0] for numbers in own)


def test_a_replica_without_a_cell_of_a_class_repeats_those_of_another():
    (group,) = make_groups(equal_cells(SIZES[0], 3), 16, BlockSize(2, 999, replicas=4))
    found = [(block.cells.tolist(), block.real) for block in group.blocks]
    assert found == [([0, 1], 2), ([2, 2], 1), ([2, 2], 0), ([2, 2], 0)]


def test_a_group_knows_its_classes_and_its_work():
    made = CellClasses(SIZES[:2], bytes([1, 0, 1]))
    (group,) = make_groups(made, 16, BlockSize(8, 999))
    assert group.classes(made.layer_sizes).of_cells == bytes([1, 1, 0])
    # The cell of the first class is taken twice, but has its parameters once.
    assert group.size(made.layer_sizes) == (3, 2 * (2 * 5 + 5 * 3) + 2 * (2 * 8 + 8 * 3))
    assert group.parameters(made.layer_sizes) == (3 * 5 + 6 * 3) + 2 * (3 * 8 + 9 * 3)
