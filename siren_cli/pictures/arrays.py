"""Pictures from arrays, and arrays from pictures, for programs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import PictureError, UsageError
from siren_cli.pictures.conversion import AS_IT_IS, convert
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.numbers import mapped, scene_of
from siren_cli.pictures.picture import (
    BIT_DEPTHS,
    COLORS,
    FLOAT_BITS,
    MAX_SIDE,
    Picture,
    Stored,
)
from siren_cli.pictures.stored_values import stored
from siren_cli.pictures.value_mapping import UNIT_RANGE, ValueMapping

# All rows, or all columns.
ALL = slice(None)


def picture_of_array(array: Any) -> Picture:
    """Return a picture from an array.

    Args:
        array: Array of shape (H, W) or (H, W, C) with 1 to 4 channels: gray, gray and
            alpha, red, green and blue, and these with alpha, colors not premultiplied;
            of uint8, of uint16, or of other numbers, which are mapped into [0, 1] if they
            are not there; floats in [0, 1] count as 16 bits deep.

    Raises:
        PictureError: The array has another shape or type, or values out of range.
    """
    if np.ma.is_masked(array):
        raise PictureError("an array with masked values: fill them first, by .filled(0)")
    try:
        values = np.asarray(array)
    except (TypeError, ValueError) as error:
        raise PictureError(f"no array: {error}") from error
    # Whatever their order of bytes, they are in that of this machine from here on.
    values = values.astype(values.dtype.newbyteorder("="), copy=False)
    if values.ndim == 2:  # noqa: PLR2004 - rows and columns
        values = values[..., None]
    if values.ndim != 3 or values.shape[2] not in COLORS or 0 in values.shape:  # noqa: PLR2004
        raise PictureError(
            f"an array of shape {np.shape(array)}: is not (H, W) or (H, W, 1 to 4)"
        )
    if max(values.shape) > MAX_SIDE:
        raise PictureError(f"an array of shape {values.shape}: is over {MAX_SIDE} a side")
    if values.dtype.kind not in "uif":
        raise PictureError(f"an array of {values.dtype}: is not of numbers")
    mapping = None
    if values.dtype not in (np.uint8, np.uint16):
        values, mapping = _mapped(values)
    return convert(Decoded(np.ascontiguousarray(values), mapping=mapping), AS_IT_IS)


def _mapped(values: NDArray[Any]) -> tuple[Stored, ValueMapping | None]:
    """Return numbers as float32 in [0, 1], and what they mean if they were not there."""
    with np.errstate(over="ignore"):
        numbers = values.astype(np.float32)
    try:
        inside, mapping = mapped(numbers, scene_of(values))
    except PictureError as error:
        raise PictureError(f"an array of {values.dtype}: {error}") from error
    return inside, None if mapping == UNIT_RANGE else mapping


def stored_array(picture: Picture, depth: int | None) -> NDArray[Any]:
    """Return a picture as an array, as a file of that depth holds it.

    Args:
        picture: The picture.
        depth: 8 for uint8, 16 for uint16, 32 for float32, which are in [0, 1] or in the
            picture's own units; None is that of the picture.

    Returns:
        Array of shape (H, W) for gray, else (H, W, C), colors not premultiplied.

    Raises:
        UsageError: There is no such depth.
    """
    depth = picture.facts.stored_bits if depth is None else depth
    if depth not in (*BIT_DEPTHS, FLOAT_BITS):
        raise UsageError(f"depth {depth!r}: is not 8, 16 or 32")
    held = stored(picture.source(), int(depth), 0.0, as_light=False)  # 8.0 is 8, too
    values: NDArray[Any] = held.block(ALL, ALL)
    if depth == FLOAT_BITS and picture.facts.mapping is None:
        values = np.clip(values, 0.0, 1.0)
    array: NDArray[Any] = values[..., 0] if picture.facts.channels == 1 else values
    return array
