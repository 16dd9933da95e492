"""Pictures from arrays, and arrays from pictures, for programs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import PictureError, UsageError
from siren_cli.pictures.conversion import AS_IT_IS, Decoded, convert
from siren_cli.pictures.picture import (
    BIT_DEPTHS,
    COLORS,
    FLOAT_BITS,
    HIGH_BIT_DEPTH,
    MAX_SIDE,
    Picture,
    quantize,
    unpremultiplied,
)


def picture_of_array(array: Any) -> Picture:
    """Return a picture from an array.

    Args:
        array: Array of shape (H, W) or (H, W, C) with 1 to 4 channels: gray, gray and
            alpha, red, green and blue, and these with alpha, colors not premultiplied;
            of uint8, of uint16, or of floats in [0, 1], which count as 16 bits deep.

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
    if values.dtype.kind == "f":
        # NaN fails both comparisons.
        if not (values.min() >= 0.0 and values.max() <= 1.0):
            raise PictureError("an array of floats: has values that are not in [0, 1]")
        values = values.astype(np.float32)
    elif values.dtype not in (np.uint8, np.uint16):
        raise PictureError(f"an array of {values.dtype}: is not uint8, uint16 or floats")
    return convert(Decoded(np.ascontiguousarray(values), None, ()), AS_IT_IS)


def stored_array(picture: Picture, depth: int | None) -> NDArray[Any]:
    """Return a picture as an array, as a file of that depth holds it.

    Args:
        picture: The picture.
        depth: 8 for uint8, 16 for uint16, 32 for float32 in [0, 1]; None is that of
            the picture.

    Returns:
        Array of shape (H, W) for gray, else (H, W, C), colors not premultiplied.

    Raises:
        UsageError: There is no such depth.
    """
    depth = picture.facts.bit_depth if depth is None else depth
    if depth not in (*BIT_DEPTHS, FLOAT_BITS):
        raise UsageError(f"depth {depth!r}: is not 8, 16 or 32")
    depth = int(depth)  # 8.0 is 8, too
    pixels = picture.pixels
    if picture.facts.has_alpha:
        pixels = unpremultiplied(pixels, min(depth, HIGH_BIT_DEPTH))
    values = np.clip(pixels, 0.0, 1.0) if depth == FLOAT_BITS else quantize(pixels, depth)
    array: NDArray[Any] = values[..., 0] if picture.facts.channels == 1 else values
    return array
