"""An unfinished fit goes on only if it matches the picture and the settings."""

import numpy as np
import pytest

from siren_cli.planning.checkpoint import (
    Checkpoint,
    FinishedGroup,
    GroupState,
    TrainingState,
    initial_state,
)
from siren_cli.planning.schedule import Cycle
from tests.helpers.unfinished_fits import SHAPE, make_current, make_groups, make_layers

STEPS = SHAPE.epoch_steps
FIRST, SECOND = make_layers(4)
NOT_FINITE = FIRST._replace(bias=np.full((4, 3), np.nan, np.float16))
NOT_FINITE_STATE = TrainingState(7, np.full((3, 4, 9), np.nan, np.float32))


def of_layers(*layers):
    return Checkpoint((FinishedGroup(40, 0.0, layers),), None, STEPS)


MISFITS = {
    "no cells": Checkpoint((), make_current(0), STEPS),
    "groups of no cells": Checkpoint(make_groups(0, 0), None, STEPS),
    "a small group before others": Checkpoint(make_groups(3, 4), make_current(), STEPS),
    "a small group in the middle": Checkpoint(make_groups(4, 1), make_current(), STEPS),
    "more groups than cells": Checkpoint(make_groups(4, 4, 4, 4), None, STEPS),
    "nothing left to train": Checkpoint(make_groups(4, 4, 4), make_current(), STEPS),
    "other parameters": Checkpoint((), make_current(parameters=10), STEPS),
    "a cycle after the end": Checkpoint((), make_current(end=45), STEPS),
    "more steps than there are": Checkpoint(make_groups(4, steps=45), None, STEPS),
    "epochs of other steps": Checkpoint((), make_current(), STEPS + 1),
    "layers of another shape": of_layers(SECOND, FIRST),
    "layers that are not finite": of_layers(NOT_FINITE, SECOND),
    "variables that are not finite": Checkpoint(
        (), GroupState(NOT_FINITE_STATE, Cycle(3, 40, 1e-3)), STEPS
    ),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_checkpoint_of_another_fit_does_not_match(name):
    assert not MISFITS[name].matches(SHAPE)


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint(),
        Checkpoint(make_groups(4, 4, 4), None, STEPS),
        Checkpoint(make_groups(4), make_current(), STEPS),
        Checkpoint((), make_current(20), STEPS),
    ],
)
def test_a_checkpoint_of_this_fit_matches(checkpoint):
    assert checkpoint.matches(SHAPE)


def test_a_fit_is_complete_when_all_cells_are_finished():
    assert Checkpoint(make_groups(8, 4)).is_complete(12)
    assert not Checkpoint(make_groups(8)).is_complete(12)
    assert not Checkpoint(make_groups(8), make_current()).is_complete(12)


def test_a_group_begins_with_its_parameters_and_moments_of_zero():
    state = initial_state(np.ones((4, 9), np.float32))
    assert (state.done, state.variables.shape) == (0, (3, 4, 9))
    assert state.variables.sum(axis=(1, 2)).tolist() == [36, 0, 0]
