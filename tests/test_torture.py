"""A little of `make torture`: kills, races, faults and damage."""

from pathlib import Path

import numpy as np
import pytest

from torture import disks, drawings, faults, kills, mutations, pictures, races, saves
from torture.session import BrokenPromiseError, Session, demand


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(np.random.default_rng(0), tmp_path)


@pytest.mark.slow
def test_a_fit_that_is_killed_ends_with_the_same_bytes(session: Session) -> None:
    assert kills.killed_fits(session, 2, epochs=60) == 2


@pytest.mark.slow
def test_one_of_many_fits_to_an_output_wins(session: Session) -> None:
    assert races.races(session, 1, racers=4, epochs=40) == 1


def test_a_save_that_is_killed_leaves_the_old_or_the_new_file(session: Session) -> None:
    assert saves.killed_saves(session, 15) == 15


def test_every_call_that_fails_leaves_the_old_file(session: Session) -> None:
    most = faults.TESTS["saves"].most
    assert faults.failing_saves(session, most) == most


def test_every_call_that_fails_leaves_the_old_picture(session: Session) -> None:
    kinds = len(faults.PICTURES)
    assert faults.failing_renders(session, kinds) == kinds


def test_a_full_disk_leaves_the_old_picture(session: Session) -> None:
    assert disks.full_renders(session, 2) == 2


def test_mutated_representations_are_refused(session: Session) -> None:
    assert mutations.representation_files(session, 500) == 500


def test_strange_representations_are_drawn_or_refused(session: Session) -> None:
    assert drawings.strange_files(session, 100) == 100


def test_mutated_unfinished_fits_are_refused(session: Session) -> None:
    assert mutations.part_files(session, 500) == 500


def test_mutated_pictures_are_refused_or_read(session: Session) -> None:
    assert pictures.truncated_pictures(session, 170) == 170
    assert pictures.mutated_pictures(session, 500) == 500


def test_a_test_ends_when_its_time_is_up(tmp_path: Path) -> None:
    late = Session(np.random.default_rng(0), tmp_path, deadline=0.0)
    assert pictures.mutated_pictures(late, 100) == 0


def test_a_broken_promise_is_told() -> None:
    demand(True, "all is well")
    with pytest.raises(BrokenPromiseError, match="the file is lost"):
        demand(False, "the file is lost")
