"""Points of a picture, as people write them: pairs of numbers, X to the right, Y down."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from siren_cli.errors import UsageError
from siren_cli.rendering.geometry import Size

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,9}(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]{1,2})?", re.I)
# Single precision can tell pixels apart up to here.
FARTHEST = 1e7
_BETWEEN = re.compile(r"[\s,;]+")


class Point(NamedTuple):
    """A point, in continuous pixels: the first pixel covers [0, 1] x [0, 1]."""

    x: float
    y: float

    def normalized(self, whole: Size) -> "Point":
        """Return it in [-1, 1] on both axes of a picture."""
        return Point(2.0 * self.x / whole.width - 1.0, 2.0 * self.y / whole.height - 1.0)

    def denormalized(self, whole: Size) -> "Point":
        """Return the point whose normalized form this is."""
        return Point((self.x + 1.0) / 2.0 * whole.width, (self.y + 1.0) / 2.0 * whole.height)

    def inside(self, whole: Size) -> bool:
        """Return whether it lies in a picture, its edges included."""
        return 0.0 <= self.x <= whole.width and 0.0 <= self.y <= whole.height


def parse_point(text: str, what: str) -> Point:
    """Return the point of two numbers with a comma or space between.

    Args:
        text: Such as 1.2,200.5.
        what: Where it was written, for the message.

    Raises:
        UsageError: It is no point.
    """
    parts = _BETWEEN.split(text.strip())
    if len(parts) != 2 or not all(map(_NUMBER.fullmatch, parts)):  # noqa: PLR2004
        raise UsageError(f"{what}: {text.strip()[:40]!a} is not two numbers X Y")
    return _point(*parts)


def parse_arguments(words: Sequence[str]) -> list[Point]:
    """Return the points of pairs of arguments.

    Raises:
        UsageError: They are none.
    """
    for word in words:
        if not _NUMBER.fullmatch(word):
            option = "no option or number" if word.startswith("-") else "not a number"
            raise UsageError(f"query: {word[:40]!a} is {option}")
    if not words or len(words) % 2:
        raise UsageError("query: needs X and Y, as in: siren query photo.siren 1.2 200.5")
    return [_point(x, y) for x, y in zip(words[::2], words[1::2], strict=True)]


def _point(x: str, y: str) -> Point:
    point = Point(float(x), float(y))
    if max(map(abs, point)) > FARTHEST:
        raise UsageError(f"point {x} {y}: is farther away than {FARTHEST:g} pixels")
    return point


def parse_lines(lines: Iterable[str]) -> list[Point]:
    """Return the points of lines; empty ones and comments (#) are none.

    Raises:
        UsageError: A line is no point.
    """
    numbered = ((number, line.partition("#")[0]) for number, line in enumerate(lines, 1))
    return [parse_point(line, f"line {number}") for number, line in numbered if line.strip()]
