"""An unfinished fit goes on where it was stopped, and ends with the same bits."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siren_cli.checkpoint import (
    Checkpoint,
    Group,
    Keeper,
    Learning,
    State,
    fingerprint,
)
from siren_cli.errors import RepresentationError
from siren_cli.fitting import Fit, Fitter
from siren_cli.layers import Layer
from siren_cli.progress import Progress
from siren_cli.representation import encode
from siren_cli.resources import Resources
from siren_cli.schedule import Budget, Course, Reached
from tests.test_fitting import SMALL, quiet, smooth_picture

PICTURE = smooth_picture(50, 70)
CONFIG = SMALL.updated({"fit": {"epochs": 12}})
MOST = 1 << 24


class Stopped(BaseException):
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


@pytest.mark.parametrize("budget", [Budget(), Budget(psnr=34.0)])
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
    return Checkpoint((Group(40, 33.5, layers(4)), Group(44, 34.5, layers(4))), learning)


def test_a_checkpoint_comes_back_as_it_was(tmp_path):
    Keeper(tmp_path / "a.siren", "f").save(checkpoint())
    found, made = kept(tmp_path / "a.siren").kept, checkpoint()
    assert [(group.steps, group.psnr) for group in found.groups] == [(40, 33.5), (44, 34.5)]
    assert found.learning.course == made.learning.course
    assert found.learning.reached == made.learning.reached
    assert found.learning.state.done == 7
    assert (found.learning.state.variables == made.learning.state.variables).all()
    assert found.fits(layers(1), 9, 12)
    assert not found.fits(layers(1), 8, 12)
    assert not found.fits(layers(1), 9, 7)
    assert not found.fits(layers(1)[:1], 9, 12)


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


def learning(**changes: object) -> Learning:
    made = checkpoint().learning
    assert made
    state = made.state._replace(**{k: v for k, v in changes.items() if k in State._fields})
    course = made.course._replace(**{k: v for k, v in changes.items() if k in Course._fields})
    return Learning(state, course, changes.get("reached", made.reached))


FOREIGN = {
    "variables of one axis": {"variables": np.zeros(9, np.float32)},
    "variables of float64": {"variables": np.zeros((3, 4, 9))},
    "steps that are words": {"end": "never"},
    "steps before the first": {"start": -1},
    "a rate beyond all floats": {"learning_rate": 10**400},
    "a quality that is none": {"reached": (Reached(1.5, float("nan")),)},
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_sealed_and_yet_not_ours_is_not_used(tmp_path, name):
    Keeper(tmp_path / "a.siren", "f").save(Checkpoint((), learning(**FOREIGN[name])))
    with pytest.raises(RepresentationError):
        kept(tmp_path / "a.siren")


def test_layers_of_another_number_of_cells_are_not_used(tmp_path):
    first, second = layers(4)
    short = first._replace(weight=first.weight[:3])
    made = Checkpoint((Group(40, 33.5, (short, second)),))
    Keeper(tmp_path / "a.siren", "f").save(made)
    with pytest.raises(RepresentationError, match="damaged"):
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
