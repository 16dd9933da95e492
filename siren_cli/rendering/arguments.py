"""The arguments of programs, checked, as `parsing` checks the words of people."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siren_cli.errors import UsageError
from siren_cli.rendering.geometry import Region, Size, with_height, with_width
from siren_cli.rendering.parsing import MAX_OUTPUT_SIDE, MAX_POINT_DISTANCE
from siren_cli.rendering.view import Quantity

# Shortest side of a region, in pixels: the finest number that the command reads.
MIN_REGION_SIDE = 1e-12


def as_quantity(what: str) -> Quantity:
    """Return what a drawing shows.

    Raises:
        UsageError: There is no such quantity.
    """
    try:
        return Quantity(what)
    except ValueError as error:
        raise UsageError(f"what={what!r}: not one of {', '.join(Quantity)}") from error


def as_region(region: Sequence[float] | None, own: Size) -> Region:
    """Return a region of a picture.

    Args:
        region: Its left and upper edge, width and height; None is the whole picture.
        own: The size of the picture.

    Raises:
        UsageError: It is no region, is empty, or leaves the picture.
    """
    if region is None:
        return Region(0.0, 0.0, own.width, own.height)
    try:
        part = Region(*map(float, region))
    except (OverflowError, TypeError, ValueError) as error:
        raise UsageError(f"region={region!r}: is not (x, y, width, height)") from error
    if not (min(part.width, part.height) >= MIN_REGION_SIDE and part.inside(own)):
        raise UsageError(f"region={region!r}: is empty, or leaves the picture, which is {own}")
    return part


def as_size(width: int | None, height: int | None, region: Region) -> Size:
    """Return the size of a drawing; a side that is None follows from the aspect.

    Raises:
        UsageError: A side is no number of pixels that can be drawn.
    """
    for name, side in (("width", width), ("height", height)):
        if side is not None and not (
            np.ndim(side) == 0 and side in range(1, MAX_OUTPUT_SIDE + 1)
        ):
            raise UsageError(f"{name}={side!r}: is not a number from 1 to {MAX_OUTPUT_SIDE}")
    size = _size(width, height, region)
    if max(size.width, size.height) > MAX_OUTPUT_SIDE:
        raise UsageError(f"{size}: is over {MAX_OUTPUT_SIDE} pixels a side")
    return size


def _size(width: int | None, height: int | None, region: Region) -> Size:
    if width is None and height is None:
        return with_width(max(1, math.floor(region.width + 0.5)), region)
    if width is None:
        return with_height(int(height or 1), region)
    return with_width(int(width), region) if height is None else Size(int(width), int(height))


def as_points(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y as arrays of one shape.

    Raises:
        UsageError: They are no finite numbers, or their shapes do not go together.
    """
    try:
        columns, rows = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    except (TypeError, ValueError) as error:
        raise UsageError(f"x and y are no numbers of one shape: {error}") from error
    for name, values in (("x", columns), ("y", rows)):
        # NaN fails the comparison.
        if not (np.abs(values) <= MAX_POINT_DISTANCE).all():
            raise UsageError(f"{name} has values that are not within {MAX_POINT_DISTANCE:g}")
    return columns, rows
