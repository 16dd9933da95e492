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

FIRST, SECOND, THIRD = (4, 0), (2, 2), (0, 4)
NARROW, WIDE = make_layers(4), make_layers(0, 4)
NOT_FINITE = (NARROW[0]._replace(bias=np.full((4, 3), np.nan, np.float16)), NARROW[1])
NOT_FINITE_STATE = TrainingState(7, np.full((3, 36), np.nan, np.float32))


def checkpoint(groups, current=None, group_cells=4, epoch_steps=SHAPE.epoch_steps):
    return Checkpoint(groups, current, group_cells, epoch_steps)


def of_layers(*layers):
    return checkpoint((FinishedGroup(40, 0.0, layers),))


MISFITS = {
    "no parameters": checkpoint((), make_current(0)),
    "groups of no cells": checkpoint(make_groups((0, 0), (0, 0))),
    "a small group before others": checkpoint(make_groups((3, 0), SECOND), make_current(48)),
    "groups in another order": checkpoint(make_groups(SECOND, FIRST), make_current(48)),
    "more groups than there are": checkpoint(make_groups(FIRST, SECOND, THIRD, THIRD)),
    "nothing left to train": checkpoint(make_groups(FIRST, SECOND, THIRD), make_current(48)),
    "other parameters": checkpoint((), make_current(40)),
    "parameters of another group": checkpoint((), make_current(48)),
    "a cycle after the end": checkpoint((), make_current(36, end=45)),
    "more steps than there are": checkpoint(make_groups(FIRST, steps=45)),
    "groups of another size": checkpoint((), make_current(36), group_cells=8),
    "epochs of other steps": checkpoint((), make_current(36), epoch_steps=12),
    "layers of another shape": of_layers(NARROW[::-1], WIDE),
    "classes in another order": of_layers(WIDE, NARROW),
    "one class": of_layers(NARROW),
    "layers that are not finite": of_layers(NOT_FINITE, WIDE),
    "variables that are not finite": checkpoint(
        (), GroupState(NOT_FINITE_STATE, Cycle(3, 40, 1e-3))
    ),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_checkpoint_of_another_fit_does_not_match(name):
    assert not MISFITS[name].matches(SHAPE)


@pytest.mark.parametrize(
    "found",
    [
        checkpoint(()),
        checkpoint((), make_current(36)),
        checkpoint(make_groups(FIRST), make_current(42)),
        checkpoint(make_groups(FIRST, SECOND, THIRD)),
    ],
)
def test_a_checkpoint_of_this_fit_matches(found):
    assert found.matches(SHAPE)


def test_a_checkpoint_is_empty_before_anything_was_done():
    assert Checkpoint().is_empty
    assert not checkpoint(make_groups(FIRST)).is_empty
    assert not checkpoint((), make_current(36)).is_empty


def test_a_group_begins_with_its_parameters_and_moments_of_zero():
    state = initial_state(np.ones(36, np.float32))
    assert (state.done, state.variables.shape) == (0, (3, 36))
    assert state.variables.sum(axis=1).tolist() == [36, 0, 0]
