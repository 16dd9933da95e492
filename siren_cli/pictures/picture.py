"""A picture in memory.

Pixels are float32 in [0, 1], of shape (height, width, channels). Colors are
premultiplied with alpha where there is one, for colors that nobody sees should
cost nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Color = Literal["L", "LA", "RGB", "RGBA"]
Pixels = NDArray[np.float32]
# Values as files hold them, shape (height, width, channels), colors not premultiplied.
Stored = NDArray[np.uint8] | NDArray[np.uint16]
# Gives the stored values of some rows and columns, in any order, to any thread.
Block = Callable[[slice, slice], Stored]

COLORS: dict[int, Color] = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
BIT_DEPTHS = LOW_BIT_DEPTH, HIGH_BIT_DEPTH = 8, 16
# Of values that are written as float32.
FLOAT = 32
MAX_SIDE = 10**6
BAND_ROWS, BAND_PIXELS = 64, 1 << 18
MAX_ICC_BYTES = 4 << 20


@dataclass(frozen=True)
class PictureFacts:
    """What is known of a picture besides its pixels.

    Attributes:
        width: Pixels in a row.
        height: Rows.
        color: Pillow's name of the channels.
        bit_depth: Bits of a stored value, 8 or 16.
    """

    width: int
    height: int
    color: Color
    bit_depth: int = 8

    @property
    def pixels(self) -> int:
        """Number of pixels."""
        return self.width * self.height

    @property
    def channels(self) -> int:
        """Number of channels, alpha included."""
        return len(self.color)

    @property
    def has_alpha(self) -> bool:
        """Whether the last channel is alpha and the others are premultiplied."""
        return self.color.endswith("A")


@dataclass(frozen=True)
class Picture:
    """A picture in memory.

    Attributes:
        pixels: Array of shape (height, width, channels), float32 in [0, 1].
        facts: What else is known of it.
        icc_profile: The color profile, or None.
        notes: What a person should know of its reading, a sentence each.
        changes: What was changed, as `Conversion.table` says it.
    """

    pixels: Pixels
    facts: PictureFacts
    icc_profile: bytes | None = None
    notes: tuple[str, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)

    def source(self) -> "Source":
        """Return it as it is written."""
        return Source(
            self.facts, self.icc_profile, lambda rows, columns: self.pixels[rows, columns]
        )


class Source(NamedTuple):
    """What can be written block by block.

    Attributes:
        facts: What is known of the whole.
        icc_profile: The color profile, or None.
        block: Gives some rows and columns, as in `Picture.pixels`, in any order and
            to several threads.
    """

    facts: PictureFacts
    icc_profile: bytes | None
    block: Callable[[slice, slice], Pixels]


def bands(height: int, width: int) -> Iterator[slice]:
    """Yield the rows of a picture in parts that are small enough for a core."""
    step = max(1, min(BAND_ROWS, BAND_PIXELS // width))
    for top in range(0, height, step):
        yield slice(top, min(top + step, height))


def unpremultiplied(pixels: Pixels, bit_depth: int) -> Pixels:
    """Return pixels whose last channel is alpha, the others divided by it.

    Where alpha is stored as 0, colors are black.
    """
    alpha = np.clip(pixels[..., -1:], 0.0, 1.0)
    half_step = np.float32(0.5 / peak(bit_depth))
    colors = np.where(alpha < half_step, 0.0, pixels[..., :-1] / np.maximum(alpha, half_step))
    return np.concatenate([colors, alpha], axis=-1)


def colored(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return gray, with alpha or without, as red, green and blue, along the last axis."""
    return np.concatenate([pixels[..., :1]] * 2 + [pixels], axis=-1)


def peak(bit_depth: int) -> int:
    """Return the largest stored value of so many bits."""
    return (1 << bit_depth) - 1


def quantize(pixels: Pixels, bit_depth: int) -> Any:
    """Return pixels clamped to [0, 1] and rounded as a file of that depth stores them.

    Returns:
        Array of uint8 or uint16.
    """
    stored = np.rint(np.clip(pixels, 0.0, 1.0) * np.float32(peak(bit_depth)))
    return stored.astype(np.uint8 if bit_depth == LOW_BIT_DEPTH else np.uint16)
