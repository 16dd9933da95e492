"""Arrays of NumPy (.npy), which hold a picture of any type of numbers.

The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
"""

import io
import math
from collections.abc import Callable
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import PictureError, shown
from siren_cli.pictures.picture import LOW_BIT_DEPTH, peak
from siren_cli.pictures.reading.raw_values import RawValues, read_numbers, rest_notes

SIGNATURE = b"\x93NUMPY"
# Axes of a picture without and with channels.
FLAT_AXES, COLOR_AXES = 2, 3
MAX_CHANNELS = 4
# NumPy's letters of types: boolean, signed and unsigned integers, and floating point.
NUMBERS = "biuf"
COMPLEX = "c"
# Functions that read what stands after the version. Version 3 differs from 2 in the names of
# fields alone, which no picture has.
_SHAPE_READERS: dict[tuple[int, int], Callable[[BinaryIO], Any]] = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
    (3, 0): np.lib.format.read_array_header_2_0,
}


class _Header(NamedTuple):
    """The header of a file.

    Attributes:
        shape: (height, width) or (height, width, channels).
        is_column_major: Whether the first axis varies fastest, as in Fortran.
        kind: The type of a value.
    """

    shape: tuple[int, ...]
    is_column_major: bool
    kind: np.dtype[Any]


def header(start: bytes) -> tuple[int, int]:
    """Return the width and the height that the start of a file states.

    Raises:
        PictureError: The header is broken, or the array is no picture.
    """
    height, width = _header(io.BytesIO(start)).shape[:2]
    return width, height


def read(file: BinaryIO) -> RawValues:
    """Return the values of a file: float32, or the integers that it holds.

    Truth values become 0 and 255.

    Raises:
        PictureError: The file is damaged, or its array is no picture.
    """
    own = _header(file)
    stored = read_numbers(file, own.kind, math.prod(own.shape))
    if own.is_column_major:
        stored = stored.reshape(own.shape[::-1]).transpose()
    values = _native(stored.reshape(*own.shape[:2], -1))
    if values.dtype == np.float32:
        _check_alpha(values)
    return RawValues(values, rest_notes(file))


def _header(file: BinaryIO) -> _Header:
    """Return the header; the file is left where the values begin."""
    try:
        read_shape = _SHAPE_READERS[np.lib.format.read_magic(file)]
        own = _Header(*read_shape(file))
    except Exception as error:
        # NumPy parses a hostile header by Python's own parser, which may raise anything.
        raise PictureError("damaged picture: its header is not that of NumPy") from error
    _check_kind(own.kind)
    _check_shape(own.shape)
    return own


def _check_kind(kind: np.dtype[Any]) -> None:
    if kind.hasobject:
        raise PictureError("holds Python objects, which may be programs and are not read")
    if kind.kind == COMPLEX:
        raise PictureError("holds complex numbers; save one part of them, such as array.real")
    if kind.names or kind.kind not in NUMBERS:
        raise PictureError(f"holds {shown(kind.str)}, which are no numbers")


def _check_shape(shape: tuple[int, ...]) -> None:
    is_picture = len(shape) == FLAT_AXES or (
        len(shape) == COLOR_AXES and 1 <= shape[-1] <= MAX_CHANNELS
    )
    if not is_picture:
        raise PictureError(
            f"is of shape {shown(shape)}, not (height, width) or (height, width, 1 to "
            f"{MAX_CHANNELS}){_way_out(shape)}"
        )
    if min(shape) < 1:
        raise PictureError(f"is of shape {shown(shape)}, which has no pixels")


def _way_out(shape: tuple[int, ...]) -> str:
    if len(shape) == COLOR_AXES and 1 <= shape[0] <= MAX_CHANNELS:
        return "; save np.moveaxis(array, 0, -1)"
    if len(shape) > COLOR_AXES and shape[0] == 1:
        return "; save array[0]"
    return ""


def _native(stored: NDArray[Any]) -> NDArray[Any]:
    """Return values in the byte order of this machine, floating-point ones as float32."""
    if stored.dtype.kind == "b":
        return stored * np.uint8(peak(LOW_BIT_DEPTH))
    if stored.dtype.kind != "f":
        return stored.astype(stored.dtype.newbyteorder("="), copy=False)
    with np.errstate(over="ignore"):
        values = stored.astype(np.float32, copy=False)
    if stored.dtype.itemsize > values.itemsize and np.any(np.isinf(values) & ~np.isinf(stored)):
        raise PictureError("has values over 3.4e38, which float32 cannot hold; scale them down")
    return values


def _check_alpha(values: NDArray[Any]) -> None:
    # An array may as well hold optical flow, so its last channel is not clipped.
    alpha = values[..., -1]
    if values.shape[2] % 2 == 0 and ((alpha < 0) | (alpha > 1)).any():
        raise PictureError(
            f"holds alpha from {np.nanmin(alpha):g} to {np.nanmax(alpha):g} as the last of its "
            f"{values.shape[2]} channels, not in [0, 1]; if it is none, save 1 or 3 channels"
        )
