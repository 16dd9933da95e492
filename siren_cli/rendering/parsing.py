"""Sizes, regions and points as people write them: 1024x, 2x, 50%, 10,20,64,48.

Only the standard library is imported, so a wrong one is refused before NumPy is loaded.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from siren_cli.errors import UsageError, shown
from siren_cli.rendering.geometry import (
    Point,
    Region,
    Size,
    rounded_pixels,
    with_height,
    with_longer_side,
    with_width,
)

# Up to here `Nx` is a factor, above it a width: nobody wants 2 pixels or 1024 times.
MAX_FACTOR = 64
# A row of more pixels would take much memory.
MAX_OUTPUT_SIDE = 1_000_000
# Single precision can tell pixels apart up to here.
MAX_POINT_DISTANCE = 1e7

_DIGITS = r"[0-9]{1,9}"
_FORMS = {
    "factor": re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,6})?)x"),
    "percent": re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)%"),
    "long": re.compile(rf"({_DIGITS})"),
    "both": re.compile(rf"({_DIGITS})x({_DIGITS})"),
    "width": re.compile(rf"({_DIGITS})x"),
    "height": re.compile(rf"x({_DIGITS})"),
}
_COORDINATE = re.compile(r"-?[0-9]{1,7}(?:\.[0-9]{1,12})?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,9}(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]{1,2})?", re.I)
_BETWEEN = re.compile(r"[\s,;]+")


def check_size_and_region(size: str | None, region: str | None) -> None:
    """Check the form of a size and a region, before there is a picture.

    Raises:
        UsageError: One of them is malformed or empty.
    """
    if size is not None:
        _parse_form(size)
    if region is not None:
        _region(region)


def parse_region(text: str | None, whole: Size, *, extrapolate: bool = False) -> Region:
    """Return the region that X,Y,WIDTH,HEIGHT asks for; None is the whole picture.

    Args:
        text: Four numbers, perhaps with fractions.
        whole: The picture's size.
        extrapolate: Whether it may lie beyond the picture's edges.

    Raises:
        UsageError: It is malformed, is empty, or leaves the picture.
    """
    if text is None:
        return Region(0.0, 0.0, whole.width, whole.height)
    region = _region(text)
    if not (extrapolate or region.inside(whole)):
        raise UsageError(
            f"--region {text}: leaves the picture, which is {whole} (--extrapolate allows it)"
        )
    return region


def _region(text: str) -> Region:
    parts = text.split(",")
    if len(parts) != 4 or not all(map(_COORDINATE.fullmatch, parts)):  # noqa: PLR2004
        raise UsageError(
            f"--region {text}: not four numbers X,Y,WIDTH,HEIGHT such as 100,50.5,64,48"
        )
    region = Region(*map(float, parts))
    if min(region.width, region.height) <= 0:
        raise UsageError(f"--region {text}: its width and height are not above 0")
    return region


def parse_size(text: str | None, own: Size | Region, *, stretch: bool = False) -> Size:
    """Return the size of a drawing.

    A single number is the longer side. A side that is not given follows from the
    picture's aspect, rounded half up, and is at least one pixel.

    Args:
        text: A size in one of the forms above; None is the picture's own size.
        own: The size of the picture or region, in the picture's pixels.
        stretch: Whether another aspect is allowed.

    Raises:
        UsageError: It is malformed, has no pixels or too many, or another aspect.
    """
    size = _size_of_form(_parse_form("1x" if text is None else text), own)
    if max(size.width, size.height) > MAX_OUTPUT_SIDE:
        raise UsageError(f"--size {text}: {size} is over {MAX_OUTPUT_SIDE} pixels a side")
    if not stretch and not _keeps_aspect(size, own):
        raise UsageError(
            f"--size {text}: another aspect than the picture's, which gives "
            f"{with_width(size.width, own)} (--stretch allows it)"
        )
    return size


class SizeForm(NamedTuple):
    """A size as it is written.

    Attributes:
        name: The name of its form, of `_FORMS`.
        numbers: Its numbers, all above 0.
    """

    name: str
    numbers: list[float]


def _parse_form(text: str) -> SizeForm:
    for name, pattern in _FORMS.items():
        match = pattern.fullmatch(text)
        numbers = list(map(float, match.groups())) if match else []
        if match and min(numbers) == 0.0:
            raise UsageError(f"--size {text}: has no pixels")
        if match and (name != "factor" or numbers[0] <= MAX_FACTOR):
            return SizeForm(name, numbers)
    raise UsageError(
        f"--size {text}: not a size such as 1024, 1024x768, 1024x, x768, 2x or 50%"
    )


def _size_of_form(form: SizeForm, own: Size | Region) -> Size:
    first = form.numbers[0]
    if form.name in ("factor", "percent"):
        factor = first if form.name == "factor" else first / 100.0
        return Size(rounded_pixels(own.width * factor), rounded_pixels(own.height * factor))
    if form.name == "both":
        return Size(*map(int, form.numbers))
    if form.name == "long":
        return with_longer_side(int(first), own)
    return with_width(int(first), own) if form.name == "width" else with_height(int(first), own)


def _keeps_aspect(size: Size, own: Size | Region) -> bool:
    # As in `geometry.same_aspect`, but all sides are rounded half up, so equality is not
    # possible; and a side below half a pixel becomes one pixel.
    too_wide = size.width * own.height - size.height * own.width
    allowed = (own.width + own.height) / 2
    is_wide, is_high = too_wide >= allowed, -too_wide >= allowed
    return not (is_wide and size.width > 1) and not (is_high and size.height > 1)


def parse_point(text: str, source: str) -> Point:
    """Return the point of two numbers with a comma or a space between them.

    Args:
        text: The numbers, such as 1.2,200.5.
        source: The flag or line that holds the text, for the message.

    Raises:
        UsageError: It is malformed, or far away.
    """
    parts = _BETWEEN.split(text.strip())
    if len(parts) != 2 or not all(map(_NUMBER.fullmatch, parts)):  # noqa: PLR2004
        raise UsageError(f"{source}: {shown(text.strip())} is not two numbers X Y")
    return _point(*parts)


def parse_point_arguments(words: Sequence[str]) -> list[Point]:
    """Return the points of pairs of arguments.

    Raises:
        UsageError: They are no pairs of numbers.
    """
    for word in words:
        if not _NUMBER.fullmatch(word):
            option = "no option or number" if word.startswith("-") else "not a number"
            raise UsageError(f"query: {shown(word)} is {option}")
    if not words or len(words) % 2:
        raise UsageError("query: needs X and Y, as in: siren query photo.siren 1.2 200.5")
    return [_point(x, y) for x, y in zip(words[::2], words[1::2], strict=True)]


def _point(x: str, y: str) -> Point:
    point = Point(float(x), float(y))
    if max(map(abs, point)) > MAX_POINT_DISTANCE:
        raise UsageError(f"point {x} {y}: is farther away than {MAX_POINT_DISTANCE:g} pixels")
    return point


def parse_point_lines(lines: Iterable[str]) -> list[Point]:
    """Return the points of lines; empty lines and comments (#) are left out.

    Raises:
        UsageError: A line holds no point.
    """
    numbered = ((number, line.partition("#")[0]) for number, line in enumerate(lines, 1))
    return [parse_point(line, f"line {number}") for number, line in numbered if line.strip()]
