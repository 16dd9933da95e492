"""The checks of single settings; each raises UsageError with the name of the setting."""

import difflib
import math
import operator
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import fields
from numbers import Integral, Real
from typing import Any

from siren_cli.errors import MAX_SHOWN_CHARACTERS, UsageError, shown


def check_keys(table: Mapping[str, Any], part: Any, prefix: str) -> None:
    """Check that the keys of a table are fields of a dataclass.

    Args:
        table: The table.
        part: An object of the dataclass.
        prefix: Text that messages show before a key.
    """
    names = [each.name for each in fields(part)]
    for key in table:
        if key not in names:
            word = str(key)
            nearest = difflib.get_close_matches(word, names, n=1, cutoff=0.0)[0]
            is_plain = word.isprintable() and len(word) <= MAX_SHOWN_CHARACTERS
            name = word if is_plain else shown(word)
            raise UsageError(f"{prefix}{name}: unknown key; did you mean {prefix}{nearest}?")


def typed(table: Mapping[str, Any], part: Any, prefix: str) -> dict[str, Any]:
    """Return the values of a table, each of the type that the dataclass's field has.

    Args:
        table: The table; its keys are fields of the dataclass.
        part: An object of the dataclass.
        prefix: Text that messages show before a key.
    """
    return {
        key: _typed(f"{prefix}{key}", value, type(getattr(part, key)))
        for key, value in table.items()
    }


def _typed(name: str, value: Any, kind: type) -> Any:
    is_truth = isinstance(value, bool)
    # NumPy's numbers are of these kinds, too.
    if kind is int and isinstance(value, Integral) and not is_truth:
        return int(value)
    if kind is float and isinstance(value, Real) and not is_truth:
        with suppress(OverflowError):
            return float(value)
    if type(value) is not kind:
        raise UsageError(f"{name}: {shown(value)} is not of type {kind.__name__}")
    return value


def integer(name: str, value: Any) -> int | None:
    """Return an argument of a program as an integer; None stays None."""
    try:
        return None if value is None else operator.index(value)
    except TypeError as error:
        raise UsageError(f"{name}: {shown(value)} is not an integer") from error


def number(name: str, value: Any) -> float | None:
    """Return an argument of a program as a finite number; None stays None."""
    if value is None:
        return None
    if not isinstance(value, Real) or not math.isfinite(value):
        raise UsageError(f"{name}: {shown(value)} is not a finite number")
    return float(value)


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Check that a value is in [low, high]."""
    if not low <= value <= high:
        raise UsageError(f"{name}: {shown(value)} is not between {low} and {high}")


def check_choice(name: str, value: str, choices: Collection[str]) -> None:
    """Check that a value is one of its choices."""
    if value not in choices:
        raise UsageError(f"{name}: {shown(value)} is not one of {', '.join(choices)}")
