"""The sizes and regions people ask for: 1024, 1024x768, 1024x, x768, 2x, 50%."""

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siren_cli.errors import UsageError

if TYPE_CHECKING:
    from siren_cli.pictures.picture import PictureFacts

# Up to here `Nx` is a factor, above it a width: nobody wants 2 pixels or 1024 times.
MAX_FACTOR = 64
# A row of more pixels would take much memory.
MAX_OUTPUT_SIDE = 1_000_000

_NUMBER = r"[0-9]{1,9}"
_FORMS = {
    "factor": re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,6})?)x"),
    "percent": re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)%"),
    "long": re.compile(rf"({_NUMBER})"),
    "both": re.compile(rf"({_NUMBER})x({_NUMBER})"),
    "width": re.compile(rf"({_NUMBER})x"),
    "height": re.compile(rf"x({_NUMBER})"),
}
_COORDINATE = re.compile(r"-?[0-9]{1,7}(?:\.[0-9]{1,12})?")


@dataclass(frozen=True)
class Size:
    """Pixels of a picture."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def pixels(self) -> int:
        """Number of pixels."""
        return self.width * self.height


@dataclass(frozen=True)
class Region:
    """A part of a picture, in its own continuous pixels.

    X runs to the right and y down; the first pixel covers [0, 1] x [0, 1].

    Attributes:
        x: The left edge.
        y: The upper edge.
        width: Above 0.
        height: Above 0.
    """

    x: float
    y: float
    width: float
    height: float

    def __str__(self) -> str:
        return f"{self.width:g}x{self.height:g}{self.x:+g}{self.y:+g}"

    def inside(self, whole: Size) -> bool:
        """Return whether it lies in a picture of that size."""
        right, bottom = self.x + self.width, self.y + self.height
        return min(self.x, self.y) >= 0 and right <= whole.width and bottom <= whole.height


def size_of(facts: "PictureFacts") -> Size:
    """Return the size of a picture."""
    return Size(facts.width, facts.height)


def same_aspect(ours: Size, theirs: Size) -> bool:
    """Return whether one may be the other, enlarged or shrunken, but for rounding."""
    # Factors for which the larger is the smaller, rounded.
    factors = []
    for own, other in ((ours.width, theirs.width), (ours.height, theirs.height)):
        small, large = sorted((own, other))
        low, high = large / (small + 0.5), large / (small - 0.5)
        factors.append((low, high) if own <= other else (1.0 / high, 1.0 / low))
    (low, high), (other_low, other_high) = factors
    return max(low, other_low) <= min(high, other_high)


def with_longer_side(pixels: int, own: Size | Region) -> Size:
    """Return the size of the same aspect whose longer side is so long."""
    by_width = own.width >= own.height
    return _with_width(pixels, own) if by_width else _with_height(pixels, own)


def check(size: str | None, region: str | None) -> None:
    """Check all that can be known of a size and a region without a picture.

    Raises:
        UsageError: One is none, or is empty.
    """
    if size is not None:
        _form(size)
    if region is not None:
        _region(region)


def parse_region(text: str | None, whole: Size, *, extrapolate: bool = False) -> Region:
    """Return the region that X,Y,WIDTH,HEIGHT asks for; None is the whole picture.

    Args:
        text: Four numbers, with fractions if you like.
        whole: The picture's size.
        extrapolate: Allow what lies beyond the picture's edges.

    Raises:
        UsageError: It is no region, is empty, or leaves the picture.
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
    """Return the size that `text` asks of a picture or region whose own is `own`.

    A single number is the longer side; what is not said follows from the
    picture's aspect, rounded half up, and is at least one pixel.

    Args:
        text: One of the forms above; None is the picture's own size.
        own: The size of the picture or region, in the picture's pixels.
        stretch: Allow both sides to be given with another aspect.

    Raises:
        UsageError: It is no size, has no pixels or another aspect, or no file holds it.
    """
    size = _of_form(*_form("1x" if text is None else text), own)
    if max(size.width, size.height) > MAX_OUTPUT_SIDE:
        raise UsageError(f"--size {text}: {size} is over {MAX_OUTPUT_SIDE} pixels a side")
    if not stretch and not _keeps_aspect(size, own):
        raise UsageError(
            f"--size {text}: another aspect than the picture's, which gives "
            f"{_with_width(size.width, own)} (--stretch allows it)"
        )
    return size


def _form(text: str) -> tuple[str, list[float]]:
    """Return the name of the form that a size has, and its numbers, all above 0."""
    for form, pattern in _FORMS.items():
        match = pattern.fullmatch(text)
        numbers = list(map(float, match.groups())) if match else []
        if match and min(numbers) == 0.0:
            raise UsageError(f"--size {text}: has no pixels")
        if match and (form != "factor" or numbers[0] <= MAX_FACTOR):
            return form, numbers
    raise UsageError(
        f"--size {text}: not a size such as 1024, 1024x768, 1024x, x768, 2x or 50%"
    )


def _of_form(form: str, numbers: list[float], own: Size | Region) -> Size:
    first = numbers[0]
    if form in ("factor", "percent"):
        factor = first if form == "factor" else first / 100.0
        return Size(_pixels(own.width * factor), _pixels(own.height * factor))
    if form == "both":
        return Size(*map(int, numbers))
    if form == "long":
        return with_longer_side(int(first), own)
    return _with_width(int(first), own) if form == "width" else _with_height(int(first), own)


def _with_width(width: int, own: Size | Region) -> Size:
    return Size(width, _pixels(own.height * width / own.width))


def _with_height(height: int, own: Size | Region) -> Size:
    return Size(_pixels(own.width * height / own.height), height)


def _keeps_aspect(size: Size, own: Size | Region) -> bool:
    # Some factor rounds both sides to what is asked: the intervals overlap. A side
    # below half a pixel was raised to one.
    factors = [
        ((asked - 0.5 if asked > 1 else 0.0) / side, (asked + 0.5) / side)
        for asked, side in ((size.width, own.width), (size.height, own.height))
    ]
    (low, high), (other_low, other_high) = factors
    return max(low, other_low) < min(high, other_high)


def _pixels(number: float) -> int:
    """Return a number of pixels, rounded half up; no side of something vanishes."""
    return max(1, math.floor(number + 0.5))
