"""The bytes of an unfinished fit: a sealed container, checked as a .siren file is.

It says which cells are finished, and holds the trainable values, Adam's moments and the
place in the schedule of the group that is trained at the moment. The finished networks
are in a file of their own, which is never written anew.
"""

from itertools import pairwise
from typing import Any

import numpy as np

from siren_cli.config import MAX_EPOCHS
from siren_cli.model.activations import Array
from siren_cli.planning.checkpoint import (
    Cells,
    Checkpoint,
    FinishedGroup,
    GroupState,
    TrainingState,
)
from siren_cli.planning.schedule import Cycle, Evaluation
from siren_cli.planning.state_table import MAX_STEPS, beginning, opened
from siren_cli.representation import sealed
from siren_cli.representation.digests import DIGEST_BYTES
from siren_cli.representation.strict_json import Table

# PSNR of the smallest error that is not taken for a perfect match, 1e-20, in dB.
MAX_PSNR_DB = 200.0
# Axes of the trainable values: parameters and moments, parameters of the group.
VARIABLES_AXES = 2


def encode(checkpoint: Checkpoint, fingerprint: str) -> bytes:
    """Return the bytes of the file of a fit with a fingerprint."""
    groups, current = checkpoint.groups, checkpoint.current
    table: dict[str, Any] = {
        **beginning(fingerprint),
        "epoch_steps": checkpoint.epoch_steps,
        "group_cells": checkpoint.group_cells,
    }
    nothing = np.zeros(0, np.int64)
    tensors: dict[str, Array] = {
        "cells": np.concatenate([nothing, *(group.cells for group in groups)]),
        "counts": np.array([len(group.cells) for group in groups], np.int64),
        "steps": np.array([group.steps for group in groups], np.int64),
        "psnr": np.array([group.psnr for group in groups], np.float64),
        "digests": np.frombuffer(b"".join(group.digest for group in groups), np.uint8),
    }
    if current:
        table["done"], table["cycle"] = current.training.done, current.cycle._asdict()
        tensors["current"] = current.cells
        tensors["variables"] = current.training.variables
        tensors["evaluations"] = np.array(current.evaluations, np.float64).reshape(-1, 2)
    return sealed.encode(tensors, table, sorted(tensors))


def decode(content: bytes, fingerprint: str) -> Checkpoint:
    """Return the checkpoint in a file, checked.

    Raises:
        RepresentationError: The file belongs to another fit, or is damaged.
        LookupError: Its digest is right, and yet a value is missing.
        TypeError: The same, and a value is of another type.
        ValueError: The same, and a value is out of range.
    """
    table, envelope, rest = opened(content, fingerprint)
    tensors = sealed.decode(envelope, rest)
    return Checkpoint(
        _groups(tensors),
        _current(table, tensors),
        table.integer("group_cells", 0, MAX_STEPS),
        table.integer("epoch_steps", 0, MAX_STEPS),
    )


def _groups(tensors: dict[str, Array]) -> tuple[FinishedGroup, ...]:
    steps = _numbers(tensors["steps"], np.int64, MAX_STEPS)
    psnrs = _numbers(tensors["psnr"], np.float64, MAX_PSNR_DB)
    counts = _numbers(tensors["counts"], np.int64, MAX_STEPS)
    cells, digests = _cells(tensors["cells"]), tensors["digests"]
    if sum(counts) != len(cells):
        raise ValueError("there are cells that belong to no group")
    if digests.dtype != np.uint8 or digests.shape != (DIGEST_BYTES * len(steps),):
        raise ValueError("there is not a digest for each group")
    parts = np.split(cells, np.cumsum(counts)[:-1]) if counts else []
    rows = digests.reshape(-1, DIGEST_BYTES)
    return tuple(
        FinishedGroup(part, group_steps, psnr, row.tobytes())
        for part, group_steps, psnr, row in zip(parts, steps, psnrs, rows, strict=True)
    )


def _cells(array: Array) -> Cells:
    _numbers(array, np.int64, MAX_STEPS)
    return array


def _numbers(array: Array, dtype: type, largest: float) -> list[Any]:
    """Return the numbers of an array with one axis, checked to be in [0, largest]."""
    in_range = array.dtype == dtype and array.ndim == 1 and (array >= 0) & (array <= largest)
    if not np.all(in_range):
        raise ValueError("an array has other numbers than it should")
    return list(array.tolist())


def _current(table: Table, tensors: dict[str, Array]) -> GroupState | None:
    if "variables" not in tensors:
        return None
    variables = tensors["variables"]
    if variables.dtype != np.float32 or variables.ndim != VARIABLES_AXES:
        raise ValueError("the trainable values are of another type or shape")
    cycle = table.table("cycle")
    end = cycle.integer("end", 0, MAX_STEPS)
    done = table.integer("done", 0, end)
    start = cycle.integer("start", 0, done)
    rate, area_share = cycle.number("learning_rate"), cycle.number("area_share")
    if not (0.0 <= rate <= 1.0 and 0.0 <= area_share <= 1.0):
        raise ValueError("the learning rate or the share of areas is out of range")
    evaluations = _evaluations(tensors["evaluations"])
    place = Cycle(start, end, rate, area_share)
    cells = _cells(tensors["current"])
    return GroupState(cells, TrainingState(done, variables), place, evaluations)


def _evaluations(array: Array) -> tuple[Evaluation, ...]:
    epochs, psnrs = array.T
    rising = _numbers(epochs, np.float64, MAX_EPOCHS)
    if any(after <= before for before, after in pairwise([0.0, *rising])):
        raise ValueError("the evaluations are not in order")
    return tuple(map(Evaluation, rising, _numbers(psnrs, np.float64, MAX_PSNR_DB)))
