"""An unfinished fit goes on only if it fits the picture and the settings."""

import numpy as np
import pytest

from siren_cli.planning.checkpoint import Checkpoint, Group, Learning, State
from siren_cli.planning.schedule import Course
from tests.helpers.unfinished_fits import make_groups, make_layers, make_learning

NAN = float("nan")


MISFITS = {
    "no cells": Checkpoint((), make_learning(0)),
    "groups of no cells": Checkpoint(make_groups(0, 0)),
    "a small group before others": Checkpoint(make_groups(3, 4), make_learning()),
    "a small group in the middle": Checkpoint(make_groups(4, 1), make_learning()),
    "more groups than cells": Checkpoint(make_groups(4, 4, 4, 4)),
    "nothing left to learn": Checkpoint(make_groups(4, 4, 4), make_learning()),
    "other parameters": Checkpoint((), make_learning(parameters=10)),
    "a course after the end": Checkpoint((), make_learning(end=45)),
    "more steps than there are": Checkpoint(make_groups(4, steps=45)),
    "layers of another shape": Checkpoint((Group(40, 0.0, make_layers(4)[::-1]),)),
    "layers that are not finite": Checkpoint(
        (
            Group(
                40,
                0.0,
                (make_layers(4)[0]._replace(bias=np.full((4, 3), NAN)), make_layers(4)[1]),
            ),
        )
    ),
    "variables that are not finite": Checkpoint(
        (), Learning(State(7, np.full((3, 4, 9), NAN, np.float32)), Course(3, 40, 1e-3))
    ),
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_does_not_fit_is_not_gone_on_with(name):
    assert not MISFITS[name].fits(make_layers(1), 9, 12, 44)


def test_what_is_whole_or_at_its_beginning_fits():
    for fitting in (
        Checkpoint(),
        Checkpoint(make_groups(4, 4, 4)),
        Checkpoint((), make_learning(20)),
    ):
        assert fitting.fits(make_layers(1), 9, 12, 44)
    assert Checkpoint(make_groups(8, 4)).finished(12)
    assert not Checkpoint(make_groups(8)).finished(12)
