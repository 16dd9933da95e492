"""Portable float maps (.pfm): PF of colors, Pf of gray, PF4 of colors and alpha.

The format: Debevec, https://www.pauldebevec.com/Research/HDR/PFM/. It does not say that values
are light: disparities and optical flow are kept in it, too.
"""

import math
import re
from typing import BinaryIO, NamedTuple

import numpy as np

from siren_cli.errors import PictureError
from siren_cli.pictures.reading.raw_values import (
    RawValues,
    read_numbers,
    rest_notes,
    with_alpha_clipped,
)

SIGNATURES = (b"PF", b"Pf")
CHANNELS = {b"PF": 3, b"Pf": 1, b"PF4": 4}
# Bytes from the start of a file that hold its header.
HEADER_BYTES = 4096
# Whitespace and comments separate the words; one end of line stands before the values.
_GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
_SCALE = rb"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,9})?)"
_HEADER = re.compile(
    _GAP.join([rb"(PF4?|Pf)", rb"(\d{1,9})", rb"(\d{1,9})", _SCALE]) + rb"(?:\r\n|\s)"
)


class _Header(NamedTuple):
    """The header of a file.

    Attributes:
        width: Pixels in a row.
        height: Number of rows.
        channels: Values of a pixel.
        scale: Negative for little-endian values.
        end: Bytes of the header, after which the values begin.
    """

    width: int
    height: int
    channels: int
    scale: float
    end: int


def header(start: bytes) -> tuple[int, int]:
    """Return the width and the height that the start of a file states.

    Raises:
        PictureError: The header is broken.
    """
    own = _header(start)
    return own.width, own.height


def read(file: BinaryIO) -> RawValues:
    """Return the values of a file.

    Raises:
        PictureError: It is damaged.
    """
    own = _header(file.read(HEADER_BYTES))
    file.seek(own.end)
    shape = own.height, own.width, own.channels
    kind = np.dtype("<f4" if own.scale < 0 else ">f4")
    # Rows stand from the bottom up.
    stored = read_numbers(file, kind, math.prod(shape)).reshape(shape)[::-1]
    values, notes = with_alpha_clipped(stored.astype(np.float32, copy=False))
    if abs(own.scale) != 1:
        # Most programs write any number here, and read none.
        notes += (f"its scale of {abs(own.scale):g} is ignored",)
    return RawValues(values, (*notes, *rest_notes(file)))


def _header(start: bytes) -> _Header:
    match = _HEADER.match(start)
    if not match:
        raise PictureError("damaged picture: its header is not that of PFM")
    magic, width, height, scale = match.groups()
    own = _Header(int(width), int(height), CHANNELS[magic], float(scale), match.end())
    if own.scale == 0 or not math.isfinite(own.scale):
        raise PictureError("damaged picture: its scale gives no byte order")
    return own
