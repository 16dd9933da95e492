"""Stored values brought to the form that all decoders return."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.picture import HIGH_BIT_DEPTH, LOW_BIT_DEPTH, peak


def spread(values: NDArray[Any], own_peak: int) -> NDArray[Any]:
    """Return values from 0 to `own_peak` as uint8 or uint16, whichever holds them.

    The lowest becomes 0 and the highest the largest value of the type. Higher ones are clipped.
    """
    is_low = own_peak <= peak(LOW_BIT_DEPTH)
    kind = np.uint8 if is_low else np.uint16
    full = peak(LOW_BIT_DEPTH if is_low else HIGH_BIT_DEPTH)
    if own_peak == full:
        return values.astype(kind, copy=False)
    # A table takes less memory than floats, which would be eight times the picture.
    table = np.rint(np.arange(own_peak + 1) * (full / own_peak)).astype(kind)
    spread_values: NDArray[Any] = table[np.minimum(values, own_peak)]
    return spread_values


def unpremultiplied(values: NDArray[Any]) -> NDArray[Any]:
    """Return values with alpha whose colors are divided by it, black where it is 0."""
    colors, alpha = values[..., :-1], values[..., -1:]
    if values.dtype.kind == "f":
        divided = np.divide(colors, alpha, out=np.zeros_like(colors), where=alpha > 0)
    else:
        full = np.iinfo(values.dtype).max
        visible = np.maximum(alpha, 1).astype(np.float64)
        divided = np.minimum(np.rint(colors * (full / visible)), full).astype(values.dtype)
    return np.concatenate([divided, alpha], axis=2)
