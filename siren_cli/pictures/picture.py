"""A picture in memory.

Pixels are float32 in [0, 1], of shape (height, width, channels). Where there is an alpha,
colors are premultiplied with it, so that a fit spends nothing on colors that nobody sees.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.value_mapping import ValueMapping

# Pillow's names of the channels: gray, gray and alpha, colors, colors and alpha.
Color = Literal["L", "LA", "RGB", "RGBA"]
Pixels = NDArray[np.float32]
# Values as files and arrays of programs hold them, shape (height, width, channels), colors not
# premultiplied; floats are in [0, 1].
Stored = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]
# Returns the stored values of some rows and columns; any thread may call it, in any order.
Block = Callable[[slice, slice], Stored]

# Channels of gray, with alpha and without.
GRAY_CHANNELS = (1, 2)
# The channels' names by their number.
COLORS: dict[int, Color] = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
# Bits of a stored value in most files.
LOW_BIT_DEPTH = 8
# Bits of a stored value in files of finer steps, such as those of scanners.
HIGH_BIT_DEPTH = 16
BIT_DEPTHS = (LOW_BIT_DEPTH, HIGH_BIT_DEPTH)
# Bits of a value that is written as float32.
FLOAT_BITS = 32
# Longest side of a picture, in pixels.
MAX_SIDE = 10**6
# Least and most pixels per inch that make sense.
MIN_DPI, MAX_DPI = 0.01, 1e6
# Largest EXIF block and XMP packet that are kept, in bytes.
MAX_METADATA_BYTES = 1 << 20
# Largest color profile that is kept, in bytes.
MAX_ICC_BYTES = 4 << 20


@dataclass(frozen=True)
class PictureFacts:
    """Size, channels and bit depth of a picture.

    Attributes:
        width: Pixels in a row.
        height: Number of rows.
        color: Pillow's name of the channels.
        bit_depth: Bits of a stored value, 8 or 16.
        mapping: What pixels mean of values of another range, such as those of HDR, which
            count as 16 bits deep; None for values of `bit_depth`.
    """

    width: int
    height: int
    color: Color
    bit_depth: int = 8
    mapping: ValueMapping | None = None

    @property
    def stored_bits(self) -> int:
        """Bits of a value in a file that loses nothing of the picture: 8, 16 or 32."""
        return self.bit_depth if self.mapping is None else FLOAT_BITS

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


class Resolution(NamedTuple):
    """Pixels per inch."""

    across: float
    down: float


class Metadata(NamedTuple):
    """What a picture file holds beside the pixels and their colors.

    Attributes:
        resolution: Pixels per inch, or None.
        exif: The EXIF block, or nothing.
        xmp: The XMP packet, or nothing.
    """

    resolution: Resolution | None = None
    exif: bytes = b""
    xmp: bytes = b""


NO_METADATA = Metadata()


@dataclass(frozen=True)
class Picture:
    """A picture in memory.

    Attributes:
        pixels: Array of shape (height, width, channels), float32 in [0, 1].
        facts: Size, channels and bit depth.
        icc_profile: The color profile, or None.
        notes: Facts that a person should know of how it was read, a sentence each.
        changes: The changes that were made to it, by `Conversion.table`.
        metadata: What else the file holds.
    """

    pixels: Pixels
    facts: PictureFacts
    icc_profile: bytes | None = None
    notes: tuple[str, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    metadata: Metadata = NO_METADATA

    @property
    def held_pixels(self) -> int:
        """Number of pixels in memory, which is all of them."""
        return self.facts.pixels

    def bands(self) -> Iterator[Pixels]:
        """Yield all rows of pixels, as a single band."""
        yield self.pixels

    def source(self) -> "Source":
        """Return the picture as a source to be written from."""

        def block(rows: slice, columns: slice) -> Pixels:
            return self.pixels[rows, columns]

        return Source(self.facts, self.icc_profile, block, self.metadata)


class Source(NamedTuple):
    """A picture that is written block by block, and need not be in memory as a whole.

    Attributes:
        facts: Size, channels and bit depth of the whole.
        icc_profile: The color profile, or None.
        block: Returns the pixels of some rows and columns, as in `Picture.pixels`; several
            threads may call it, in any order.
        metadata: What else its file holds.
    """

    facts: PictureFacts
    icc_profile: bytes | None
    block: Callable[[slice, slice], Pixels]
    metadata: Metadata = NO_METADATA


def unpremultiplied(pixels: Pixels, bit_depth: int) -> Pixels:
    """Return pixels with alpha whose colors are divided by it.

    Where alpha is stored as 0, colors are black.
    """
    alpha = np.clip(pixels[..., -1:], 0.0, 1.0)
    half_step = np.float32(0.5 / peak(bit_depth))
    colors = np.where(alpha < half_step, 0.0, pixels[..., :-1] / np.maximum(alpha, half_step))
    return np.concatenate([colors, alpha], axis=-1)


def colored(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return gray, with alpha or without, as RGB or RGBA of three equal colors."""
    return np.concatenate([pixels[..., :1]] * 2 + [pixels], axis=-1)


def peak(bit_depth: int) -> int:
    """Return the largest stored value of a bit depth."""
    return (1 << bit_depth) - 1


def quantize(pixels: Pixels, bit_depth: int) -> Any:
    """Return pixels clamped to [0, 1] and rounded as a file of that depth stores them.

    Returns:
        Array of uint8 or uint16.
    """
    stored = np.rint(np.clip(pixels, 0.0, 1.0) * np.float32(peak(bit_depth)))
    return stored.astype(np.uint8 if bit_depth == LOW_BIT_DEPTH else np.uint16)
