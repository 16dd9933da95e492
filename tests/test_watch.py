import numpy as np
import pytest

from siren_cli.errors import DivergedError
from siren_cli.planning.checkpoint import State
from siren_cli.planning.divergence import RETRIES, Watch
from siren_cli.planning.schedule import Course

NOTHING = np.zeros((3, 1, 1), np.float32)
COURSE = Course(0, 320, 1e-3)


def watch() -> Watch:
    return Watch(State(0, NOTHING), 10, COURSE)


def test_a_course_is_looked_at_after_whole_epochs_about_sixteen_times():
    assert watch().interval == 20
    assert watch().steps_left(30) == 10
    assert Watch(State(0, NOTHING), 10, Course(0, 20, 1e-3)).interval == 10


def test_twice_the_best_loss_is_a_lost_picture():
    watched = watch()
    assert not watched.has_lost(0.1, 20, 20)
    assert not watched.has_lost(0.19, 20, 40)
    assert watched.has_lost(0.21, 20, 60)


def test_the_loss_is_that_of_all_steps_since_the_last_look():
    watched = watch()
    assert not watched.has_lost(0.1, 20, 20)
    assert not watched.has_lost(0.9, 2, 22)
    assert not watched.has_lost(0.1, 18, 40)


def test_a_good_fit_may_be_restless():
    watched = watch()
    assert not watched.has_lost(1e-6, 20, 20)
    assert not watched.has_lost(1e-4, 20, 40)


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_what_is_no_number_is_a_lost_picture_at_once(loss):
    assert watch().has_lost(loss, 1, 1)


def test_the_fit_goes_back_to_its_last_good_state_and_not_for_ever():
    watched, good = watch(), State(40, NOTHING)
    watched.note(good)
    for _ in range(RETRIES):
        assert watched.retry() is good
    with pytest.raises(DivergedError, match="after 40 steps, whatever the rate"):
        watched.retry()
