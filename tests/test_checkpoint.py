"""An unfinished fit goes on where it was stopped, and ends with the same bits."""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from siren_cli.config import Resources
from siren_cli.errors import RepresentationError
from siren_cli.model.layers import Layer
from siren_cli.planning.checkpoint import Checkpoint, Group, Learning, State
from siren_cli.planning.checkpoint_file import Keeper, fingerprint
from siren_cli.planning.progress import Progress
from siren_cli.planning.schedule import Budget, Course, Reached
from siren_cli.representation.siren_file import encode
from siren_cli.training import devices
from siren_cli.training.devices import even_cells
from siren_cli.training.fitter import Fit, Fitter
from siren_cli.training.mosaic import Mosaic
from tests.test_fitting import SMALL, quiet, smooth_picture

PICTURE = smooth_picture(50, 70)
CONFIG = SMALL.updated({"fit": {"epochs": 12}})
MOST = 1 << 24


class Stopped(KeyboardInterrupt):
    """As Ctrl-C, at a moment of our choosing."""


def stopping_after(reports: int) -> Callable[[Progress], None]:
    left = reports

    def report(progress: Progress) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Stopped

    return report


def kept(path: Path, fit: str = "f") -> Keeper:
    keeper = Keeper(path, fit)
    keeper.load(MOST)
    return keeper


def learn(path: Path, report: Callable[[Progress], None], budget: Budget) -> Fit:
    """Go on with a fit in groups of four cells."""
    fitter = Fitter(CONFIG, Resources(group=4))
    return fitter.fit(PICTURE, report, budget, kept(path))


@pytest.mark.parametrize(
    "budget", [Budget(), pytest.param(Budget(psnr=34.0), marks=pytest.mark.slow)]
)
def test_a_fit_that_is_stopped_again_and_again_ends_with_the_same_bits(tmp_path, budget):
    path = tmp_path / "a.siren"
    whole = Fitter(CONFIG, Resources(group=4)).fit(PICTURE, quiet, budget)
    stops = 0
    while True:
        try:
            done = learn(path, stopping_after(2 + stops), budget)
            break
        except Stopped:
            stops += 1
            assert kept(path).kept.group_cells == 4
    assert stops >= 2
    assert encode(done.representation) == encode(whole.representation)


def test_a_fit_is_kept_when_it_is_time_and_not_otherwise(tmp_path):
    keeper = Keeper(tmp_path / "a.siren", "f")
    assert not keeper.is_due()
    keeper._next = 0.0
    assert keeper.is_due()
    keeper.save(Checkpoint())
    assert not keeper.is_due()
    keeper.remove()
    assert not list(tmp_path.iterdir())


def stopped_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> Keeper:
    """Return the keeper of a fit that is stopped before its first step."""

    def stop(*_: Any) -> Any:
        raise Stopped

    keeper = Keeper(path, "f")
    with suppress(RepresentationError):
        keeper.load(MOST)
    fitter = Fitter(CONFIG, Resources(group=4))
    with monkeypatch.context() as patches:
        patches.setattr(Mosaic, "_windows", stop)
        with pytest.raises(Stopped):
            fitter.fit(PICTURE, quiet, Budget(), keeper)
    return keeper


def test_a_fit_stopped_before_it_went_on_has_lost_nothing(tmp_path, monkeypatch):
    path = tmp_path / "a.siren"
    with pytest.raises(Stopped):
        learn(path, stopping_after(2), Budget())
    before = kept(path).kept
    assert stopped_at_once(path, monkeypatch).holds
    after = kept(path).kept
    assert len(after.groups) == len(before.groups)
    assert after.learning.state.done == before.learning.state.done > 0
    assert (after.learning.state.variables == before.learning.state.variables).all()


def test_a_fit_stopped_before_it_began_leaves_another_one_as_it_is(tmp_path, monkeypatch):
    path = tmp_path / "a.siren"
    Keeper(path, "g").save(checkpoint())
    before = kept(path, "g").path.read_bytes()
    keeper = stopped_at_once(path, monkeypatch)
    assert not keeper.holds
    assert keeper.path.read_bytes() == before


def layers(cells: int) -> tuple[Layer, ...]:
    weight = np.arange(cells * 6, dtype=np.float16).reshape(cells, 2, 3)
    scale = np.ones((cells, 2), np.float16)
    return (
        Layer(weight, np.zeros((cells, 3), np.float16)),
        Layer(np.ones((cells, 3, 2), np.int8), np.zeros((cells, 2), np.float16), scale),
    )


def checkpoint() -> Checkpoint:
    variables = np.random.default_rng(0).standard_normal((3, 4, 9)).astype(np.float32)
    learning = Learning(State(7, variables), Course(3, 40, 1e-3), (Reached(1.5, 31.25),))
    return Checkpoint((Group(40, 33.5, layers(4)), Group(44, 34.5, layers(4))), learning, 11)


def test_what_cannot_be_kept_is_said_once(tmp_path):
    said = []
    keeper = Keeper(tmp_path / "gone" / "a.siren", "f", said.append)
    keeper.save(checkpoint())
    keeper.save(checkpoint())
    (line,) = said
    assert "a.siren.part: there is no directory" in line
    assert line.endswith("; if the fit is stopped, it has to start over")


def test_a_checkpoint_comes_back_as_it_was(tmp_path):
    Keeper(tmp_path / "a.siren", "f").save(checkpoint())
    found, made = kept(tmp_path / "a.siren").kept, checkpoint()
    assert [(group.steps, group.psnr) for group in found.groups] == [(40, 33.5), (44, 34.5)]
    assert found.learning.course == made.learning.course
    assert found.learning.reached == made.learning.reached
    assert found.learning.state.done == 7
    assert found.epoch_steps == 11
    assert (found.learning.state.variables == made.learning.state.variables).all()
    assert found.fits(layers(1), 9, 12, 44)
    assert not found.fits(layers(1), 8, 12, 44)
    assert not found.fits(layers(1), 9, 7, 44)
    assert not found.fits(layers(1)[:1], 9, 12, 44)


class Forged:
    """What was kept, to be changed by hand; its digest is right again when it is written."""

    def __init__(self, path: Path) -> None:
        keeper = Keeper(path, "f")
        keeper.save(checkpoint())
        content = keeper.path.read_bytes()
        end = 8 + int.from_bytes(content[:8], "little")
        self.path = keeper.path
        self.table: Any = json.loads(json.loads(content[8:end])["__metadata__"]["siren"])
        self.tensors = safetensors.numpy.load(content)

    def set(self, name: str, *values: Any, dtype: Any = np.float64) -> None:
        self.tensors[name] = np.array(values, dtype)

    def write(self) -> None:
        del self.table["sha256"]
        digest = hashlib.sha256(json.dumps(self.table, sort_keys=True).encode())
        for name, array in sorted(self.tensors.items()):
            digest.update(f"{name} {array.dtype} {array.shape}".encode() + array.tobytes())
        self.table["sha256"] = digest.hexdigest()
        text = json.dumps(self.table)
        self.path.write_bytes(safetensors.numpy.save(self.tensors, {"siren": text}))


def test_a_forged_file_that_nothing_was_changed_in_is_used(tmp_path):
    forged = Forged(tmp_path / "a.siren")
    forged.write()
    assert kept(tmp_path / "a.siren").kept.fits(layers(1), 9, 12, 44)


def course(*values: Any) -> Callable[[Forged], None]:
    return lambda forged: forged.table.update(course=list(values))


LAYER_TENSORS = [
    *("layers.0.weight", "layers.0.bias"),
    *("layers.1.weight", "layers.1.bias", "layers.1.scale"),
]
NAN, HUGE = float("nan"), 1 << 62
FORGERIES: dict[str, Callable[[Forged], Any]] = {
    "steps of floats": lambda f: f.set("steps", 40, 44),
    "steps that are infinite": lambda f: f.set("steps", 40, float("inf")),
    "steps below zero": lambda f: f.set("steps", 40, -1, dtype=np.int64),
    "steps too many": lambda f: f.set("steps", 40, HUGE, dtype=np.int64),
    "steps of one group": lambda f: f.set("steps", 40, dtype=np.int64),
    "steps on two axes": lambda f: f.set("steps", [40], [44], dtype=np.int64),
    "no steps": lambda f: f.tensors.pop("steps"),
    "no cells": lambda f: f.tensors.pop("cells"),
    "cells below zero": lambda f: f.set("cells", 12, -4, dtype=np.int64),
    "cells too many": lambda f: f.set("cells", HUGE, HUGE, dtype=np.int64),
    "cells of nobody": lambda f: f.set("cells", 4, 3, dtype=np.int64),
    "cells that are not there": lambda f: f.set("cells", 4, 5, dtype=np.int64),
    "decibels that are no number": lambda f: f.set("psnr", 33.5, NAN),
    "decibels far below zero": lambda f: f.set("psnr", 33.5, -1e9),
    "decibels of integers": lambda f: f.set("psnr", 33, 34, dtype=np.int64),
    "a layer of fewer cells": lambda f: f.tensors.update(
        {"layers.1.scale": np.ones((7, 2), np.float16)}
    ),
    "groups without layers": lambda f: [f.tensors.pop(name) for name in LAYER_TENSORS],
    "a layer without weights": lambda f: f.tensors.pop("layers.0.weight"),
    "a layer of no axes": lambda f: f.tensors.update(
        {"layers.0.bias": np.array(1, np.float16)}
    ),
    "variables of no axes": lambda f: f.tensors.update(variables=np.array(1, np.float32)),
    "variables of another type": lambda f: f.tensors.update(variables=np.ones((3, 4, 9))),
    "done as text": lambda f: f.table.update(done="7"),
    "done before the course": lambda f: f.table.update(done=2),
    "done beyond the course": lambda f: f.table.update(done=41),
    "done below zero": lambda f: f.table.update(done=-1),
    "done as a float": lambda f: f.table.update(done=7.0),
    "a course of text": course("3", "40", "fast"),
    "a course of two": course(3, 40),
    "a course that is none": lambda f: f.table.pop("course"),
    "a course as a table": lambda f: f.table.update(course={}),
    "a course of floats": course(3.0, 40.0, 1e-3),
    "a course far away": course(3, 1 << 60, 1e-3),
    "a course before the beginning": course(-3, 40, 1e-3),
    "a rate that is no number": course(3, 40, NAN),
    "a rate that is infinite": course(3, 40, float("inf")),
    "a rate beyond floats": course(3, 40, 10**400),
    "a rate below zero": course(3, 40, -1e-3),
    "a rate above one": course(3, 40, 1.5),
    "nothing reached": lambda f: f.tensors.pop("reached"),
    "reached on one axis": lambda f: f.set("reached", 1.5, 31.25),
    "reached in threes": lambda f: f.set("reached", [1.5, 31.25, 1.0]),
    "reached after no epoch": lambda f: f.set("reached", [0.0, 31.25]),
    "reached twice at once": lambda f: f.set("reached", [1.5, 31.25], [1.5, 32.0]),
    "reached, going back": lambda f: f.set("reached", [2.5, 31.25], [1.5, 32.0]),
    "reached after NaN epochs": lambda f: f.set("reached", [NAN, 31.25]),
    "reached NaN decibels": lambda f: f.set("reached", [1.5, NAN]),
    "reached minus infinity": lambda f: f.set("reached", [1.5, float("-inf")]),
    "reached in other numbers": lambda f: f.set("reached", [1, 31], dtype=np.int64),
    "another format": lambda f: f.table.update(format="siren"),
    "a newer version": lambda f: f.table.update(version=2),
    "no fit": lambda f: f.table.pop("fit"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_what_is_not_ours_is_not_loaded(tmp_path, name):
    forged = Forged(tmp_path / "a.siren")
    FORGERIES[name](forged)
    forged.write()
    keeper = Keeper(tmp_path / "a.siren", "f")
    with pytest.raises(RepresentationError) as caught:
        keeper.load(MOST)
    assert str(caught.value).isprintable()
    assert keeper.kept == Checkpoint()


LURES: dict[str, Callable[[bytes], bytes]] = {
    "its format": lambda c: c.replace(b'"siren-part', b'"call 55555'),
    "a type": lambda c: c.replace(b'"F32"', b'"555"'),
    "a name": lambda c: c.replace(b'"reached":', b'"call555":'),
    "a key": lambda c: c.replace(b'"course', b'"555555'),
    "its version": lambda c: c.replace(b'version\\": 1', b'version\\":55'),
}


@pytest.mark.parametrize("name", LURES)
def test_what_is_said_of_a_damaged_file_quotes_nothing_of_it(tmp_path, name):
    keeper = Keeper(tmp_path / "a.siren", "f")
    keeper.save(checkpoint())
    content = keeper.path.read_bytes()
    lure = LURES[name](content)
    assert lure != content
    keeper.path.write_bytes(lure)
    with pytest.raises(RepresentationError) as caught:
        keeper.load(MOST)
    assert "55" not in str(caught.value)


def of_cells(*sizes: int, steps: int = 40) -> tuple[Group, ...]:
    return tuple(Group(steps, 0.0, layers(size)) for size in sizes)


def learning(cells: int = 4, parameters: int = 9, end: int = 40) -> Learning:
    variables = np.zeros((3, cells, parameters), np.float32)
    return Learning(State(7, variables), Course(3, end, 1e-3))


MISFITS = {
    "no cells": Checkpoint((), learning(0)),
    "groups of no cells": Checkpoint(of_cells(0, 0)),
    "a small group before others": Checkpoint(of_cells(3, 4), learning()),
    "a small group in the middle": Checkpoint(of_cells(4, 1), learning()),
    "more groups than cells": Checkpoint(of_cells(4, 4, 4, 4)),
    "nothing left to learn": Checkpoint(of_cells(4, 4, 4), learning()),
    "other parameters": Checkpoint((), learning(parameters=10)),
    "a course after the end": Checkpoint((), learning(end=45)),
    "more steps than there are": Checkpoint(of_cells(4, steps=45)),
    "layers of another shape": Checkpoint((Group(40, 0.0, layers(4)[::-1]),)),
    "layers that are not finite": Checkpoint(
        (Group(40, 0.0, (layers(4)[0]._replace(bias=np.full((4, 3), NAN)), layers(4)[1])),)
    ),
    "variables that are not finite": Checkpoint(
        (), Learning(State(7, np.full((3, 4, 9), NAN, np.float32)), Course(3, 40, 1e-3))
    ),
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_does_not_fit_is_not_gone_on_with(name):
    assert not MISFITS[name].fits(layers(1), 9, 12, 44)


def test_finished_groups_come_back_without_one_that_is_learning(tmp_path):
    Keeper(tmp_path / "a.siren", "f").save(Checkpoint(of_cells(4, 4)))
    found = kept(tmp_path / "a.siren").kept
    assert (found.group_cells, len(found.groups), found.learning) == (4, 2, None)


def test_what_is_whole_or_at_its_beginning_fits():
    for fitting in (Checkpoint(), Checkpoint(of_cells(4, 4, 4)), Checkpoint((), learning(20))):
        assert fitting.fits(layers(1), 9, 12, 44)
    assert Checkpoint(of_cells(8, 4)).finished(12)
    assert not Checkpoint(of_cells(8)).finished(12)


def test_a_group_that_cores_cannot_share_is_not_gone_on_with(tmp_path, monkeypatch):
    monkeypatch.setattr(devices, "cpu_cores", lambda: 2)
    keeper = Keeper(tmp_path / "a.siren", "f")
    fitter = Fitter(CONFIG, Resources(group=4))
    whole = fitter.fit(PICTURE, quiet)
    size = next(n for n in range(2, 99) if even_cells(fitter._strategy, n) != n)
    grid = whole.representation.header.grid
    parameters = whole.representation.header.parameters // grid.cells
    keeper.kept = Checkpoint((), learning(size, parameters))
    again = fitter.fit(PICTURE, quiet, Budget(), keeper)
    assert encode(again.representation) == encode(whole.representation)


@pytest.mark.parametrize("cores", [1, 2, 3, 4, 8, 64])
def test_a_group_that_cores_can_share_stays_as_it_is(monkeypatch, cores):
    monkeypatch.setattr(devices, "cpu_cores", lambda: cores)
    strategy = Fitter(CONFIG, Resources())._strategy
    for cells in range(1, 300):
        even = even_cells(strategy, cells)
        assert cells <= even == even_cells(strategy, even)


def test_what_is_of_another_fit_is_not_used(tmp_path):
    Keeper(tmp_path / "a.siren", "f").save(checkpoint())
    with pytest.raises(RepresentationError, match="of another picture or of other settings"):
        kept(tmp_path / "a.siren", "g")


def test_what_was_changed_or_cut_is_not_used(tmp_path):
    keeper = Keeper(tmp_path / "a.siren", "f")
    keeper.save(checkpoint())
    content = keeper.path.read_bytes()
    generator = np.random.default_rng(0)
    for place in generator.integers(0, len(content), 200):
        changed = bytearray(content)
        changed[place] ^= 1 << int(generator.integers(0, 8))
        for damaged in (bytes(changed), content[:place]):
            keeper.path.write_bytes(damaged)
            with pytest.raises(RepresentationError):
                kept(tmp_path / "a.siren")


def test_what_a_killed_run_has_left_of_it_is_removed(tmp_path):
    keeper = Keeper(tmp_path / "a.siren", "f")
    keeper.save(checkpoint())
    keeper.path.with_name("..a.siren.part.tmp").write_bytes(b"half of")
    keeper.remove()
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    keeper = Keeper(tmp_path / "a.siren", "f")
    keeper.path.write_bytes(bytes(1000))
    with pytest.raises(RepresentationError, match="too large"):
        keeper.load(999)


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir])
def test_what_is_no_regular_file_is_not_waited_for(tmp_path, make):
    make(Keeper(tmp_path / "a.siren", "f").path)
    with pytest.raises(RepresentationError, match=r"^Is (not a regular file|a directory)$"):
        kept(tmp_path / "a.siren")


def test_a_fit_is_told_by_its_pixels_and_its_settings():
    brighter = replace(PICTURE, pixels=PICTURE.pixels + np.float32(1e-3))
    found = {
        fingerprint(PICTURE, CONFIG),
        fingerprint(PICTURE, SMALL),
        fingerprint(brighter, CONFIG),
        fingerprint(replace(PICTURE, icc_profile=b"p"), CONFIG),
    }
    assert len(found) == 4
    assert fingerprint(PICTURE, CONFIG) in found
