"""What the readers of floating-point files return, and what several of them check."""

import os
from collections.abc import Sequence
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import PictureError
from siren_cli.pictures.colors.chromaticities import Chromaticities


class RawValues(NamedTuple):
    """The values of a file, as it holds them.

    Attributes:
        values: Array of shape (height, width, channels), 1 to 4 channels, upright, colors not
            premultiplied; float32, whose alpha is in [0, 1], or an integer type. It may be
            read-only.
        notes: Facts that a person should know, a sentence each.
        frames: Number of pictures in the file.
        is_light: Whether the format says that values are proportional to light.
        chromaticities: Those of the colors, or None for those of sRGB and for a file that
            does not name them.
    """

    values: NDArray[Any]
    notes: tuple[str, ...] = ()
    frames: int = 1
    is_light: bool = False
    chromaticities: Chromaticities | None = None


def read_numbers(file: BinaryIO, kind: np.dtype[Any], count: int) -> NDArray[Any]:
    """Return the next numbers of a file, one after another.

    Args:
        file: A file that can seek, so that nothing is reserved for what is not there.
        kind: The type of a number.
        count: How many there are.

    Raises:
        PictureError: The file ends before.
    """
    wanted, there = count * kind.itemsize, _bytes_left(file)
    if there < wanted:
        raise PictureError(
            f"damaged picture: it is cut off, {there} of {wanted} bytes are there"
        )
    return np.frombuffer(file.read(wanted), kind, count)


def rest_notes(file: BinaryIO) -> tuple[str, ...]:
    """Return a note if a file goes on after its values."""
    left = _bytes_left(file)
    return (f"{left} bytes after its values are left out",) if left else ()


def with_alpha_clipped(values: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return values whose alpha, if any, is clipped to [0, 1], and a note if that changed it.

    Args:
        values: Array of shape (height, width, channels), float32.
    """
    alpha = values[..., -1:]
    outside = (alpha < 0) | (alpha > 1)
    if values.shape[2] % 2 or not outside.any():
        return values, ()
    clipped = np.concatenate([values[..., :-1], np.clip(alpha, 0, 1)], axis=2)
    return clipped, (f"the alpha of {_pixel_count(outside)} is clipped to [0, 1]",)


def without_premultiplication(values: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return values whose colors are divided by their alpha, and a note if some are lost.

    Args:
        values: Array of shape (height, width, 2 or 4), float32, alpha in [0, 1].
    """
    colors, alpha = values[..., :-1], values[..., -1:]
    lost = (alpha == 0) & (colors != 0).any(axis=2, keepdims=True)
    with np.errstate(over="ignore"):
        plain = np.divide(colors, alpha, out=np.zeros_like(colors), where=alpha != 0)
    notes = (f"the colors of {_pixel_count(lost)} are lost, for their alpha is 0",)
    return np.concatenate([plain, alpha], axis=2), notes if lost.any() else ()


def checked_chromaticities(
    numbers: Sequence[float],
) -> tuple[Chromaticities | None, tuple[str, ...]]:
    """Return chromaticities, None for those of sRGB, and a note if they make no sense.

    Args:
        numbers: x and y of red, green, blue and white.
    """
    red, green, blue, white = zip(numbers[::2], numbers[1::2], strict=True)
    own = Chromaticities(white, red, green, blue)
    if not own.are_sound:
        return None, ("its chromaticities make no sense and are ignored",)
    return (None if own.are_srgb else own), ()


def _bytes_left(file: BinaryIO) -> int:
    place = file.tell()
    end = file.seek(0, os.SEEK_END)
    file.seek(place)
    return end - place


def _pixel_count(chosen: NDArray[np.bool_]) -> str:
    count = np.count_nonzero(chosen)
    return "1 pixel" if count == 1 else f"{count} pixels"
