"""JSON of files that are not trusted: a strict parser, and a check of each value."""

import json
import math
from typing import Any

from siren_cli.errors import RepresentationError, shown


class Table:
    """A JSON object that checks each value when it is taken.

    Every method raises RepresentationError for a value that it does not allow.

    Args:
        values: The parsed JSON, which should be an object.
        name: Name of the object in messages.
    """

    def __init__(self, values: Any, name: str) -> None:
        if not isinstance(values, dict):
            raise RepresentationError(f"{name} is not a JSON object")
        self.values: dict[str, Any] = values
        self.name = name

    def take(self, key: str, kind: type, wanted: str) -> Any:
        """Return the value of `key`, which must be of exactly the type `kind`.

        A message says that it is not what `wanted` describes.
        """
        value = self.values.get(key)
        if type(value) is not kind:
            raise RepresentationError(f"{self.name}.{key} is not {wanted}")
        return value

    def integer(self, key: str, low: int, high: int) -> int:
        """Return the integer of `key`, which must be in [low, high]."""
        value: int = self.take(key, int, "an integer")
        if not low <= value <= high:
            raise RepresentationError(f"{self.name}.{key} is not between {low} and {high}")
        return value

    def word(self, key: str, choices: tuple[str, ...]) -> Any:
        """Return the string of `key`, which must be one of `choices`."""
        value = self.take(key, str, "a string")
        if value not in choices:
            known = ", ".join(choices)
            raise RepresentationError(
                f"{self.name}.{key} {shown(value)} is unknown (not {known})"
            )
        return value

    def number(self, key: str) -> float:
        """Return the integer or float of `key`, as a float."""
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
    """Return a JSON object from its text in UTF-8.

    Raises:
        RepresentationError: The text is not JSON, or it has a duplicate key or a number
            that is not finite. The message calls it `name`.
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
