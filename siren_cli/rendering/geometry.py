"""Sizes, regions and points of pictures.

X runs to the right and y down, in continuous pixels: the first pixel covers
[0, 1] x [0, 1], and its center is (0.5, 0.5).
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from siren_cli.pictures.picture import PictureFacts


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


class Point(NamedTuple):
    """A point, in continuous pixels: the first pixel covers [0, 1] x [0, 1]."""

    x: float
    y: float

    def normalized(self, whole: Size) -> "Point":
        """Return the point in [-1, 1] on both axes of a picture."""
        return Point(2.0 * self.x / whole.width - 1.0, 2.0 * self.y / whole.height - 1.0)

    def denormalized(self, whole: Size) -> "Point":
        """Return the point whose normalized form this is."""
        return Point((self.x + 1.0) / 2.0 * whole.width, (self.y + 1.0) / 2.0 * whole.height)

    def inside(self, whole: Size) -> bool:
        """Return whether it lies in a picture, its edges included."""
        return 0.0 <= self.x <= whole.width and 0.0 <= self.y <= whole.height


def size_of(facts: "PictureFacts") -> Size:
    """Return the size of a picture."""
    return Size(facts.width, facts.height)


def same_aspect(ours: Size, theirs: Size) -> bool:
    """Return whether one may be the other, enlarged or shrunk, but for rounding.

    A factor f makes w = f W + a and h = f H + b of the sides W and H, where rounding, half
    up or half down, makes a and b at most half a pixel. Without f, that is
    w H - h W = a H - b W, which is at most (W + H) / 2.
    """
    difference = abs(ours.width * theirs.height - ours.height * theirs.width)
    return 2 * difference <= max(ours.width + ours.height, theirs.width + theirs.height)


def with_longer_side(pixels: int, own: Size | Region) -> Size:
    """Return the size of the same aspect whose longer side has `pixels` pixels."""
    by_width = own.width >= own.height
    return with_width(pixels, own) if by_width else with_height(pixels, own)


def with_width(width: int, own: Size | Region) -> Size:
    """Return the size of the same aspect with a width in pixels."""
    return Size(width, rounded_pixels(own.height * width / own.width))


def with_height(height: int, own: Size | Region) -> Size:
    """Return the size of the same aspect with a height in pixels."""
    return Size(rounded_pixels(own.width * height / own.height), height)


def rounded_pixels(number: float) -> int:
    """Return a number of pixels, rounded half up, and at least one."""
    return max(1, math.floor(number + 0.5))
