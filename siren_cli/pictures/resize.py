"""Pixels brought to another size, by Pillow's filters."""

from enum import Enum
from typing import NamedTuple

import numpy as np
from PIL import Image

from siren_cli.pictures.picture import Pixels


class Filter(Enum):
    """How the pixels of another size are computed from those that are there."""

    NEAREST = Image.Resampling.NEAREST
    BICUBIC = Image.Resampling.BICUBIC
    LANCZOS = Image.Resampling.LANCZOS
    # The mean of the pixels below each new one.
    BOX = Image.Resampling.BOX


class Box(NamedTuple):
    """A part of a picture by its edges, in pixels from the upper left corner."""

    left: float
    upper: float
    right: float
    lower: float


def resized(
    pixels: Pixels, width: int, height: int, how: Filter, box: Box | None = None
) -> Pixels:
    """Return pixels, or a part of them, brought to another size.

    Filters overshoot at edges, so values are clamped to [0, 1], and colors to their alpha.

    Args:
        pixels: As in `Picture.pixels`, colors premultiplied with the alpha.
        width: Columns of the result.
        height: Rows of the result.
        how: The filter.
        box: The part that is resized; None is the whole.
    """
    channels = pixels.shape[2]
    result: Pixels = np.empty((height, width, channels), np.float32)
    for channel in range(channels):
        plane = Image.fromarray(np.ascontiguousarray(pixels[..., channel]))
        result[..., channel] = np.asarray(plane.resize((width, height), how.value, box))
    np.clip(result, 0.0, 1.0, out=result)
    if channels in (2, 4):
        result[..., :-1] = np.minimum(result[..., :-1], result[..., -1:])
    return result
