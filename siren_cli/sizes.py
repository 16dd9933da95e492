"""The sizes people ask for: 1024, 1024x768, 1024x, x768, 2x, 50%."""

import math
import re
from dataclasses import dataclass

from siren_cli.config import MAX_PIXELS
from siren_cli.errors import UsageError

# Up to here `Nx` is a factor, above it a width: nobody wants 2 pixels or 1024 times.
MAX_FACTOR = 64

_NUMBER = r"[0-9]{1,9}"
_FORMS = {
    "factor": re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,6})?)x"),
    "percent": re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)%"),
    "long": re.compile(rf"({_NUMBER})"),
    "both": re.compile(rf"({_NUMBER})x({_NUMBER})"),
    "width": re.compile(rf"({_NUMBER})x"),
    "height": re.compile(rf"x({_NUMBER})"),
}


@dataclass(frozen=True)
class Size:
    """Pixels of a picture."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


def parse_size(text: str | None, own: Size, *, stretch: bool = False) -> Size:
    """Return the size that `text` asks of a picture whose own is `own`.

    A single number is the longer side; what is not said follows from the
    picture's aspect, rounded half up.

    Args:
        text: One of the forms above; None is the picture's own size.
        own: The picture's size.
        stretch: Allow both sides to be given with another aspect.

    Raises:
        UsageError: It is no size, has another aspect, or cannot be drawn.
    """
    if text is None:
        return own
    size = _parse(text, own)
    if min(size.width, size.height) < 1:
        raise UsageError(f"--size {text}: {size} has no pixels")
    if size.width * size.height > MAX_PIXELS:
        mega, limit = size.width * size.height / 1e6, MAX_PIXELS / 1e6
        raise UsageError(f"--size {text}: {mega:.0f} Mpx is over the limit of {limit:.0f} Mpx")
    if not stretch and not _keeps_aspect(size, own):
        raise UsageError(
            f"--size {text}: another aspect than the picture's, which gives "
            f"{_with_width(size.width, own)} (--stretch allows it)"
        )
    if size.width < own.width or size.height < own.height:
        raise UsageError(
            f"--size {text}: {size} is smaller than the picture's own {own}; "
            "shrinking is not supported yet"
        )
    return size


def _parse(text: str, own: Size) -> Size:
    for form, pattern in _FORMS.items():
        match = pattern.fullmatch(text)
        if match and (form != "factor" or float(match.group(1)) <= MAX_FACTOR):
            return _of_form(form, match.groups(), own)
    raise UsageError(
        f"--size {text}: not a size such as 1024, 1024x768, 1024x, x768, 2x or 150%"
    )


def _of_form(form: str, numbers: tuple[str, ...], own: Size) -> Size:
    first = float(numbers[0])
    if form in ("factor", "percent"):
        factor = first if form == "factor" else first / 100.0
        return Size(_half_up(own.width * factor), _half_up(own.height * factor))
    if form == "both":
        return Size(int(numbers[0]), int(numbers[1]))
    by_width = form == "width" or (form == "long" and own.width >= own.height)
    return _with_width(int(first), own) if by_width else _with_height(int(first), own)


def _with_width(width: int, own: Size) -> Size:
    return Size(width, max(1, _half_up(own.height * width / own.width)))


def _with_height(height: int, own: Size) -> Size:
    return Size(max(1, _half_up(own.width * height / own.height)), height)


def _keeps_aspect(size: Size, own: Size) -> bool:
    # Some factor rounds both sides to what is asked: the intervals overlap. A side
    # below half a pixel was raised to one.
    factors = [
        ((asked - 0.5 if asked > 1 else 0.0) / side, (asked + 0.5) / side)
        for asked, side in ((size.width, own.width), (size.height, own.height))
    ]
    (low, high), (other_low, other_high) = factors
    return max(low, other_low) < min(high, other_high)


def _half_up(number: float) -> int:
    return math.floor(number + 0.5)
