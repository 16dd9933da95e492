"""An unfinished fit goes on only if it matches the picture and the settings."""

from dataclasses import replace

import numpy as np
import pytest

from siren_cli.planning.checkpoint import Checkpoint, initial_state
from tests.helpers.unfinished_fits import (
    FIRST,
    SECOND,
    SHAPE,
    THIRD,
    make_current,
    make_groups,
)


def checkpoint(groups, current=None, group_cells=4, epoch_steps=SHAPE.epoch_steps):
    return Checkpoint(groups, current, group_cells, epoch_steps)


STATE = make_current(FIRST)
MISFITS = {
    "cells of no picture": checkpoint(make_groups([11, 12])),
    "a cell that is finished twice": checkpoint(make_groups(FIRST, [3, 4])),
    "a cell that is finished and in training": checkpoint(make_groups(FIRST), STATE),
    "no parameters": checkpoint((), STATE._replace(cells=np.zeros(0, np.int64))),
    "parameters of cells of another class": checkpoint(
        (), STATE._replace(cells=np.array(THIRD))
    ),
    "a cycle after the end": checkpoint((), make_current(FIRST, end=45)),
    "more steps than there are": checkpoint(make_groups(FIRST, steps=45)),
    "groups of no cells": checkpoint((), STATE, group_cells=0),
    "epochs of other steps": checkpoint((), STATE, epoch_steps=12),
    "variables that are not finite": checkpoint((), make_current(FIRST, fill=np.nan)),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_checkpoint_of_another_fit_does_not_match(name):
    assert not MISFITS[name].matches(SHAPE)


@pytest.mark.parametrize(
    "found",
    [
        checkpoint(()),
        checkpoint((), STATE),
        checkpoint(make_groups(THIRD), make_current(SECOND)),
        checkpoint(make_groups([0], [2], [1, 11])),
        checkpoint(make_groups(FIRST, SECOND, THIRD)),
    ],
)
def test_a_checkpoint_of_this_fit_matches(found):
    assert found.matches(SHAPE)
    assert not found.matches(replace(SHAPE, epoch_steps=1))


def test_a_checkpoint_is_empty_before_anything_was_done():
    assert Checkpoint().is_empty
    assert not checkpoint(make_groups(FIRST)).is_empty
    assert not checkpoint((), STATE).is_empty


def test_a_group_begins_with_its_parameters_and_moments_of_zero():
    state = initial_state(np.ones(36, np.float32))
    assert (state.done, state.variables.shape) == (0, (3, 36))
    assert state.variables.sum(axis=1).tolist() == [36, 0, 0]
