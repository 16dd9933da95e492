"""Finished cells are kept in place, and those that are damaged are fitted again."""

import errno
from pathlib import Path

import numpy as np
import pytest

from siren_cli.errors import OutputError
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.crew import Crew
from siren_cli.planning.finished_cells import FinishedCells
from siren_cli.representation import cell_records
from tests.helpers.small_fits import small_plan, smooth_picture
from tests.helpers.unfinished_fits import MAX_BYTES, load_checkpoint

PICTURE = smooth_picture(50, 70)
# Twelve cells, in groups of four.
PLAN = small_plan(PICTURE, group_cells=4)
HEADER = PLAN.header(PICTURE)
CELL_BYTES = cell_records.cell_bytes(PLAN.classes.layer_sizes[0], HEADER.dtype)


def kept(file: CheckpointFile, *groups: range) -> FinishedCells:
    """Return finished groups, saved; a cell's network is its number again and again."""
    found = FinishedCells(HEADER, PLAN, file)
    for group in groups:
        records = [bytes([cell]) * CELL_BYTES for cell in group]
        found.add(np.array(group), records, 40, 33.5)
    found.save(None)
    return found


def resumed(path: Path) -> FinishedCells:
    file = load_checkpoint(path)
    found = FinishedCells(HEADER, PLAN, file)
    found.resume(file.checkpoint)
    return found


def test_finished_cells_are_found_again_in_their_places(tmp_path):
    file = CheckpointFile(tmp_path / "a.siren", "f")
    kept(file, range(8, 12), range(4))
    found = resumed(tmp_path / "a.siren")
    assert found.left().tolist() == [4, 5, 6, 7]
    assert found.cells.records(np.array([9])) == [bytes([9]) * CELL_BYTES]
    assert file.cells_path.stat().st_size == 12 * CELL_BYTES
    file.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_group_whose_cells_are_damaged_is_left_again(tmp_path):
    file = CheckpointFile(tmp_path / "a.siren", "f")
    kept(file, range(4), range(4, 8))
    with file.cells_path.open("r+b") as cells:
        cells.seek(5 * CELL_BYTES)
        cells.write(b"?")
    assert resumed(tmp_path / "a.siren").left().tolist() == list(range(4, 12))
    file.cells_path.unlink()
    assert len(resumed(tmp_path / "a.siren").left()) == 12


def test_a_checkpoint_says_little_of_a_finished_group(tmp_path):
    file = CheckpointFile(tmp_path / "a.siren", "f")
    kept(file, range(4))
    before = file.path.stat().st_size
    kept(file, range(4), range(4, 8), range(8, 12))
    assert file.path.stat().st_size - before < 2 * 4 * 48
    file.load(MAX_BYTES)
    assert len(file.checkpoint.groups) == 3


def test_one_group_needs_no_file(tmp_path):
    file = CheckpointFile(tmp_path / "a.siren", "f")
    whole = Crew(file).finished_cells(HEADER, small_plan(PICTURE))
    whole.add(np.arange(12), [bytes(CELL_BYTES)] * 12, 40, 0.0)
    assert len(whole.left()) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_ends_the_fit_and_keeps_what_was_finished(tmp_path, monkeypatch):
    found = kept(CheckpointFile(tmp_path / "a.siren", "f"), range(4))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(found.cells, "write", full)
    with pytest.raises(OutputError, match=r"\.a\.siren\.cells: not written: No space left"):
        found.add(np.arange(4, 8), [bytes(CELL_BYTES)] * 4, 40, 0.0)
    assert len(resumed(tmp_path / "a.siren").left()) == 8


def test_a_link_is_not_written_through(tmp_path):
    file, said = CheckpointFile(tmp_path / "a.siren", "f"), tmp_path / "precious"
    said.write_bytes(b"precious")
    file.cells_path.symlink_to(said)
    kept(file, range(4))
    assert said.read_bytes() == b"precious"
