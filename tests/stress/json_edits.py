"""Changes to the values of a JSON object; the result is a JSON object again."""

import copy
from typing import Any

import numpy as np

from tests.stress.random_choices import one_of

# A text of the file that no message may quote.
UNQUOTED_TEXT = "xyzzy"
HOSTILE_VALUES: tuple[Any, ...] = (
    *(0, -1, 1, 2, 3, 7, 255, 1 << 16, 1 << 31, 1 << 53, 1 << 63, 1 << 64, 10**30, 10**400),
    *(0.0, -0.5, 1e-300, 1e308, True, False, None),
    *("", "0", "sine", "F32", "\x1b[2J", "\udcff", "\u202e"),
    *(UNQUOTED_TEXT, UNQUOTED_TEXT * 14_000),
    *([], [0], [0, 0], [-1, 1], [[]], [1 << 40, 1 << 41], [None] * 100, {}, {"": {}}),
)
# Largest change of an integer that stays nearly right.
MAX_STEP = 3
EDITS = ("remove", "step", "add", "replace")


def edited(generator: np.random.Generator, value: dict[str, Any]) -> dict[str, Any]:
    """Return a copy in which one place is changed, missing or new."""
    changed = copy.deepcopy(value)
    table, key = one_of(generator, _places(changed))
    edit = one_of(generator, EDITS)
    hostile = copy.deepcopy(one_of(generator, HOSTILE_VALUES))
    if edit == "remove":
        del table[key]
    elif edit == "step" and type(table[key]) is int:
        table[key] += int(generator.integers(-MAX_STEP, MAX_STEP + 1))
    elif edit == "add" and isinstance(table, dict):
        table[f"{key}0"] = hostile
    else:
        table[key] = hostile
    return changed


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return every place in nested objects and lists: its container and its key there."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    places = [(value, key) for key in keys]
    for key in keys:
        if isinstance(value[key], dict | list):
            places += _places(value[key])
    return places
