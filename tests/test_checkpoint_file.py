"""An unfinished fit is saved and loaded; a file that is not ours is refused."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siren_cli.errors import RepresentationError
from siren_cli.pictures.picture import Picture
from siren_cli.planning import state_file
from siren_cli.planning.checkpoint import Checkpoint
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.schedule import Cycle
from siren_cli.planning.state_file import fingerprint
from siren_cli.planning.survey import surveyed
from tests.helpers.small_fits import SMALL, smooth_picture
from tests.helpers.unfinished_fits import (
    FIRST,
    MAX_BYTES,
    SECOND,
    SHAPE,
    UnfinishedParts,
    load_checkpoint,
    make_checkpoint,
    make_groups,
)

PICTURE = smooth_picture(50, 70)
CONFIG = SMALL.updated({"fit": {"epochs": 12}})


def named(picture: Picture, *settings: Any) -> str:
    return fingerprint(picture, surveyed(picture).digest, *settings)


def test_a_fit_is_saved_when_it_is_time_and_not_otherwise(tmp_path, monkeypatch):
    assert not CheckpointFile(tmp_path / "a.siren", "f").is_due()
    with monkeypatch.context() as patches:
        patches.setattr(state_file, "SECONDS_BETWEEN_SAVES", 0.0)
        file = CheckpointFile(tmp_path / "a.siren", "f")
    assert file.is_due()
    file.save(Checkpoint())
    assert not file.is_due()
    file.remove()
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_kept_is_said_once(tmp_path):
    said = []
    file = CheckpointFile(tmp_path / "gone" / "a.siren", "f", said.append)
    file.save(make_checkpoint())
    file.save(make_checkpoint())
    (line,) = said
    assert "a.siren.part: there is no directory" in line
    assert line.endswith("; if the fit is stopped, it has to start over")


def test_a_checkpoint_comes_back_as_it_was(tmp_path):
    CheckpointFile(tmp_path / "a.siren", "f").save(make_checkpoint())
    found, made = load_checkpoint(tmp_path / "a.siren").checkpoint, make_checkpoint()
    assert [(group.steps, group.psnr) for group in found.groups] == [(40, 33.5), (44, 33.5)]
    assert found.current.cycle == made.current.cycle == Cycle(3, 40, 1e-3)
    assert found.current.evaluations == made.current.evaluations
    assert found.current.training.done == 7
    assert found.epoch_steps == 11
    variables = found.current.training.variables, made.current.training.variables
    assert np.array_equal(*variables)
    assert found.matches(SHAPE)
    assert [list(group.cells) for group in found.groups] == [list(FIRST), list(SECOND)]


def save_and_take_apart(folder: Path) -> tuple[Path, UnfinishedParts]:
    file = CheckpointFile(folder / "a.siren", "f")
    file.save(make_checkpoint())
    return file.path, UnfinishedParts(file.path.read_bytes())


def test_a_forged_file_that_nothing_was_changed_in_is_used(tmp_path):
    path, parts = save_and_take_apart(tmp_path)
    path.write_bytes(parts.sealed())
    assert load_checkpoint(tmp_path / "a.siren").checkpoint.matches(SHAPE)


def cycle(
    start: Any = 3, end: Any = 40, learning_rate: Any = 1e-3
) -> Callable[[UnfinishedParts], None]:
    values = {"start": start, "end": end, "learning_rate": learning_rate, "area_share": 0.5}
    return lambda forged: forged.table.update(cycle=values)


NAN = float("nan")
# More steps or cells than any fit has.
HUGE = 1 << 62
FORGERIES: dict[str, Callable[[UnfinishedParts], Any]] = {
    "steps of floats": lambda f: f.set("steps", 40, 44),
    "steps that are infinite": lambda f: f.set("steps", 40, float("inf")),
    "steps below zero": lambda f: f.set("steps", 40, -1, dtype=np.int64),
    "steps too many": lambda f: f.set("steps", 40, HUGE, dtype=np.int64),
    "steps of one group": lambda f: f.set("steps", 40, dtype=np.int64),
    "steps on two axes": lambda f: f.set("steps", [40], [44], dtype=np.int64),
    "no steps": lambda f: f.tensors.pop("steps"),
    "no cells": lambda f: f.tensors.pop("cells"),
    "cells below zero": lambda f: f.set("cells", -1, *range(1, 8), dtype=np.int64),
    "cells too many": lambda f: f.set("cells", HUGE, *range(1, 8), dtype=np.int64),
    "cells of floats": lambda f: f.set("cells", *range(8)),
    "cells on two axes": lambda f: f.set("cells", list(range(8)), dtype=np.int64),
    "counts of other cells": lambda f: f.set("counts", 4, 5, dtype=np.int64),
    "counts below zero": lambda f: f.set("counts", -4, 12, dtype=np.int64),
    "counts of one group": lambda f: f.set("counts", 8, dtype=np.int64),
    "no digests": lambda f: f.tensors.pop("digests"),
    "digests of one group": lambda f: f.set("digests", *bytes(16), dtype=np.uint8),
    "digests of floats": lambda f: f.set("digests", *bytes(32)),
    "no cells in training": lambda f: f.tensors.pop("current"),
    "cells in training below zero": lambda f: f.set("current", -1, dtype=np.int64),
    "decibels that are no number": lambda f: f.set("psnr", 33.5, NAN),
    "decibels far below zero": lambda f: f.set("psnr", 33.5, -1e9),
    "decibels of integers": lambda f: f.set("psnr", 33, 34, dtype=np.int64),
    "variables of no axes": lambda f: f.tensors.update(variables=np.array(1, np.float32)),
    "variables of another type": lambda f: f.tensors.update(variables=np.ones((3, 36))),
    "done as text": lambda f: f.table.update(done="7"),
    "done before the cycle": lambda f: f.table.update(done=2),
    "done beyond the cycle": lambda f: f.table.update(done=41),
    "done below zero": lambda f: f.table.update(done=-1),
    "done as a float": lambda f: f.table.update(done=7.0),
    "a cycle of text": cycle("3", "40", "fast"),
    "no cycle": lambda f: f.table.pop("cycle"),
    "an empty cycle": lambda f: f.table.update(cycle={}),
    "a cycle as a list": lambda f: f.table.update(cycle=[3, 40, 1e-3]),
    "a cycle of floats": cycle(3.0, 40.0),
    "a cycle far away": cycle(end=1 << 60),
    "a cycle before the beginning": cycle(start=-3),
    "a rate that is no number": cycle(learning_rate=NAN),
    "a rate that is infinite": cycle(learning_rate=float("inf")),
    "a rate beyond floats": cycle(learning_rate=10**400),
    "a rate below zero": cycle(learning_rate=-1e-3),
    "a rate above one": cycle(learning_rate=1.5),
    "a share of areas above one": lambda f: f.table["cycle"].update(area_share=1.5),
    "no share of areas": lambda f: f.table["cycle"].pop("area_share"),
    "groups of half a cell": lambda f: f.table.update(group_cells=0.5),
    "no evaluations": lambda f: f.tensors.pop("evaluations"),
    "evaluations on one axis": lambda f: f.set("evaluations", 1.5, 31.25),
    "evaluations in threes": lambda f: f.set("evaluations", [1.5, 31.25, 1.0]),
    "an evaluation after no epoch": lambda f: f.set("evaluations", [0.0, 31.25]),
    "two evaluations at once": lambda f: f.set("evaluations", [1.5, 31.25], [1.5, 32.0]),
    "evaluations going back": lambda f: f.set("evaluations", [2.5, 31.25], [1.5, 32.0]),
    "an evaluation after NaN epochs": lambda f: f.set("evaluations", [NAN, 31.25]),
    "an evaluation of NaN decibels": lambda f: f.set("evaluations", [1.5, NAN]),
    "an evaluation of minus infinity": lambda f: f.set("evaluations", [1.5, float("-inf")]),
    "evaluations of integers": lambda f: f.set("evaluations", [1, 31], dtype=np.int64),
    "another format": lambda f: f.table.update(format="siren"),
    "an older version": lambda f: f.table.update(version=3),
    "a newer version": lambda f: f.table.update(version=5),
    "no fit": lambda f: f.table.pop("fit"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_what_is_not_ours_is_not_loaded(tmp_path, name):
    path, parts = save_and_take_apart(tmp_path)
    FORGERIES[name](parts)
    path.write_bytes(parts.sealed())
    file = CheckpointFile(tmp_path / "a.siren", "f")
    with pytest.raises(RepresentationError) as caught:
        file.load(MAX_BYTES)
    assert str(caught.value).isprintable()
    assert file.checkpoint == Checkpoint()


LURES: dict[str, Callable[[bytes], bytes]] = {
    "its format": lambda c: c.replace(b'"siren-part', b'"call 55555'),
    "a type": lambda c: c.replace(b'"F32"', b'"555"'),
    "a name": lambda c: c.replace(b'"evaluations":', b'"call5555555":'),
    "a key": lambda c: c.replace(b'"cycle', b'"55555'),
    "its version": lambda c: c.replace(b'version\\":4', b'versio\\":55'),
}


@pytest.mark.parametrize("name", LURES)
def test_what_is_said_of_a_damaged_file_quotes_nothing_of_it(tmp_path, name):
    file = CheckpointFile(tmp_path / "a.siren", "f")
    file.save(make_checkpoint())
    content = file.path.read_bytes()
    lure = LURES[name](content)
    assert lure != content
    file.path.write_bytes(lure)
    with pytest.raises(RepresentationError) as caught:
        file.load(MAX_BYTES)
    assert "55" not in str(caught.value)


def test_finished_groups_come_back_without_one_in_training(tmp_path):
    CheckpointFile(tmp_path / "a.siren", "f").save(
        Checkpoint(make_groups(FIRST, SECOND), group_cells=4)
    )
    found = load_checkpoint(tmp_path / "a.siren").checkpoint
    assert (found.group_cells, len(found.groups), found.current) == (4, 2, None)


def test_what_is_of_another_fit_is_not_used(tmp_path):
    CheckpointFile(tmp_path / "a.siren", "f").save(make_checkpoint())
    with pytest.raises(RepresentationError, match="of another picture or of other settings"):
        load_checkpoint(tmp_path / "a.siren", "g")


def test_what_a_killed_run_has_left_of_it_is_removed(tmp_path):
    file = CheckpointFile(tmp_path / "a.siren", "f")
    file.save(make_checkpoint())
    file.path.with_name("..a.siren.part.tmp").write_bytes(b"half of")
    file.remove()
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    file = CheckpointFile(tmp_path / "a.siren", "f")
    file.path.write_bytes(bytes(1000))
    with pytest.raises(RepresentationError, match="too large"):
        file.load(999)


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir])
def test_what_is_no_regular_file_is_not_waited_for(tmp_path, make):
    make(CheckpointFile(tmp_path / "a.siren", "f").path)
    with pytest.raises(RepresentationError, match=r"^Is (not a regular file|a directory)$"):
        load_checkpoint(tmp_path / "a.siren")
    said: list[str] = []
    CheckpointFile(tmp_path / "a.siren", "f", said.append).save(make_checkpoint())
    assert len(said) == 1


def test_a_fit_is_recognized_by_its_pixels_and_its_settings():
    brighter = replace(PICTURE, pixels=PICTURE.pixels + np.float32(1e-3))
    found = {
        named(PICTURE, CONFIG),
        named(PICTURE, SMALL),
        named(brighter, CONFIG),
        named(replace(PICTURE, icc_profile=b"p"), CONFIG),
    }
    assert len(found) == 4
    assert named(PICTURE, CONFIG) in found


def test_a_link_in_its_place_is_not_written_through(tmp_path):
    file, theirs = CheckpointFile(tmp_path / "a.siren", "f"), tmp_path / "precious"
    theirs.write_bytes(b"precious")
    file.path.symlink_to(theirs)
    file.save(make_checkpoint())
    assert theirs.read_bytes() == b"precious"
    assert not file.path.is_symlink()
