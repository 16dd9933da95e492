"""A picture in memory.

Pixels are float32 in [0, 1], of shape (height, width, channels). Colors are
premultiplied with alpha where there is one, for colors that nobody sees should
cost nothing.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Color = Literal["L", "LA", "RGB", "RGBA"]
Pixels = NDArray[np.float32]

MAX_SIDE = 10**6
MAX_ICC_BYTES = 4 << 20
# The largest stored value; only 8-bit pictures are read.
PEAK = 255


@dataclass(frozen=True)
class PictureFacts:
    """What is known of a picture besides its pixels.

    Attributes:
        width: Pixels in a row.
        height: Rows.
        color: Pillow's name of the channels.
        bit_depth: Bits of a stored value.
    """

    width: int
    height: int
    color: Color
    bit_depth: int = 8

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
    """

    pixels: Pixels
    facts: PictureFacts
    icc_profile: bytes | None = None


def quantize(pixels: Pixels) -> NDArray[np.uint8]:
    """Return pixels clamped to [0, 1] and rounded as a file of 8 bits stores them."""
    peak = np.float32(PEAK)
    stored: NDArray[np.uint8] = np.rint(np.clip(pixels, 0.0, 1.0) * peak).astype(np.uint8)
    return stored
