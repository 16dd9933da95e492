"""A little of `make stress`: kills, competing fits, failing calls and damage."""

from pathlib import Path

import numpy as np
import pytest

from tests.stress import (
    competing_fits,
    damaged_files,
    damaged_pictures,
    failing_calls,
    full_disks,
    killed_fits,
    killed_saves,
    strange_files,
    wide_pyramids,
)
from tests.stress.byte_damage import KINDS
from tests.stress.session import BrokenPromiseError, Session, demand

# The kinds of damage and the kinds of files take turns, so these rounds meet every pair.
PICTURE_ROUNDS = len(KINDS) * len(damaged_pictures.whole_files())
SIREN_ROUNDS = 2 * len(KINDS) * len(damaged_files.representations())
PART_ROUNDS = 2 * 3 * len(KINDS)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(np.random.default_rng(0), tmp_path)


@pytest.mark.slow
def test_a_fit_that_is_killed_ends_with_the_same_bytes(session: Session) -> None:
    assert killed_fits.killed_fits(session, 2, epochs=60) == 2


@pytest.mark.slow
def test_one_of_many_fits_to_an_output_wins(session: Session) -> None:
    assert competing_fits.competing_fits(session, 1, racers=4, epochs=40) == 1


def test_a_save_that_is_killed_leaves_the_old_or_the_new_file(session: Session) -> None:
    assert killed_saves.killed_saves(session, 4) == 4


def test_every_call_that_fails_leaves_the_old_file(session: Session) -> None:
    rounds = failing_calls.TESTS["saves"].max_rounds
    assert failing_calls.failing_saves(session, rounds) == rounds


def test_every_call_that_fails_leaves_the_old_picture(session: Session) -> None:
    formats = len(failing_calls.PICTURES)
    assert failing_calls.failing_renders(session, formats) == formats


def test_a_full_disk_leaves_the_old_picture(session: Session) -> None:
    assert full_disks.full_renders(session, 2) == 2


def test_damaged_representations_are_refused(session: Session) -> None:
    assert damaged_files.siren_files(session, SIREN_ROUNDS) == SIREN_ROUNDS


def test_strange_representations_are_drawn_or_refused(session: Session) -> None:
    assert strange_files.strange_files(session, 30) == 30


def test_damaged_unfinished_fits_are_refused(session: Session) -> None:
    assert damaged_files.part_files(session, PART_ROUNDS) == PART_ROUNDS


def test_truncated_pictures_are_refused_or_whole(session: Session) -> None:
    formats = len(damaged_pictures.whole_files())
    assert damaged_pictures.truncated_pictures(session, formats) == formats


def test_damaged_pictures_are_refused_or_read(session: Session) -> None:
    assert damaged_pictures.damaged_pictures(session, PICTURE_ROUNDS) == PICTURE_ROUNDS


def test_a_test_ends_when_its_time_is_up(tmp_path: Path) -> None:
    late = Session(np.random.default_rng(0), tmp_path, deadline=0.0)
    assert damaged_pictures.damaged_pictures(late, 100) == 0


def test_a_broken_promise_is_an_error_with_its_description() -> None:
    demand(True, "all is well")
    with pytest.raises(BrokenPromiseError, match="the file is lost"):
        demand(False, "the file is lost")


@pytest.mark.slow
def test_a_wide_pyramid_is_drawn_in_bounded_memory(session: Session) -> None:
    """All of its tiles that are asked for are more than are kept."""
    assert wide_pyramids.wide_pyramids(session, 120) == 120
