"""Changes to JSON that leave it JSON."""

import copy
from typing import Any

import numpy as np

NASTY_TEXT = "xyzzy"
NASTY: tuple[Any, ...] = (
    *(0, -1, 1, 2, 3, 7, 255, 1 << 16, 1 << 31, 1 << 53, 1 << 63, 1 << 64, 10**30, 10**400),
    *(0.0, -0.5, 1e-300, 1e308, True, False, None),
    *("", "0", "sine", "F32", "\x1b[2J", "\udcff", "\u202e", NASTY_TEXT, NASTY_TEXT * 14_000),
    *([], [0], [0, 0], [-1, 1], [[]], [1 << 40, 1 << 41], [None] * 100, {}, {"": {}}),
)


def edited(generator: np.random.Generator, value: dict[str, Any]) -> dict[str, Any]:
    """Return a copy in which one place is changed, missing or new."""
    changed = copy.deepcopy(value)
    table, key = _place(generator, changed)
    kind = int(generator.integers(4))
    if kind == 0:
        del table[key]
    elif kind == 1 and type(table[key]) is int:
        table[key] += int(generator.integers(-3, 4))
    elif kind == 2 and isinstance(table, dict):  # noqa: PLR2004
        table[f"{key}0"] = _nasty(generator)
    else:
        table[key] = _nasty(generator)
    return changed


def _place(generator: np.random.Generator, value: Any) -> tuple[Any, Any]:
    places: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        table = waiting.pop()
        keys = list(table) if isinstance(table, dict) else range(len(table))
        places += [(table, key) for key in keys]
        waiting += [table[key] for key in keys if isinstance(table[key], dict | list)]
    return places[int(generator.integers(len(places)))]


def _nasty(generator: np.random.Generator) -> Any:
    return copy.deepcopy(NASTY[int(generator.integers(len(NASTY)))])
