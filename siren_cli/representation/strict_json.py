"""JSON from files that are not trusted: strict, and checked value by value."""

import json
import math
from typing import Any

from siren_cli.errors import RepresentationError


class Table:
    """A JSON object whose values are checked as they are taken.

    Every method raises RepresentationError for a value that it does not allow.
    """

    def __init__(self, values: Any, name: str) -> None:
        if not isinstance(values, dict):
            raise RepresentationError(f"{name} is not a JSON object")
        self.values: dict[str, Any] = values
        self.name = name

    def take(self, key: str, kind: type, wanted: str) -> Any:
        """Return the value of `key`, of exactly this type."""
        value = self.values.get(key)
        if type(value) is not kind:
            raise RepresentationError(f"{self.name}.{key} is not {wanted}")
        return value

    def integer(self, key: str, low: int, high: int) -> int:
        """Return the integer of `key`, in [low, high]."""
        value: int = self.take(key, int, "an integer")
        if not low <= value <= high:
            raise RepresentationError(f"{self.name}.{key} is not between {low} and {high}")
        return value

    def word(self, key: str, choices: tuple[str, ...]) -> Any:
        """Return the string of `key`, one of `choices`."""
        value = self.take(key, str, "a string")
        if value not in choices:
            known = ", ".join(choices)
            raise RepresentationError(
                f"{self.name}.{key} {value[:40]!a} is unknown (not {known})"
            )
        return value

    def number(self, key: str) -> float:
        """Return the number of `key`, an integer or not."""
        value = self.values.get(key)
        if type(value) is not int:
            value = self.take(key, float, "a number")
        try:
            return float(value)
        except OverflowError as error:
            raise RepresentationError(f"{self.name}.{key} is out of range") from error

    def table(self, key: str) -> "Table":
        """Return the object of `key`."""
        return Table(self.values.get(key), f"{self.name}.{key}")


def loads(text: bytes, name: str) -> dict[str, Any]:
    """Return a JSON object; duplicate keys and what is not finite are refused.

    Raises:
        RepresentationError: It is no such JSON; the message calls it `name`.
    """
    try:
        value = json.loads(
            text.decode("utf-8", "strict"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise RepresentationError(
            f"not a .siren file: its {name} is not strict JSON"
        ) from error
    return Table(value, name).values


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("duplicate key")
    return table


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits} is out of range")
    return number
