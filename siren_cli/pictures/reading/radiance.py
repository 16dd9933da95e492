"""Radiance pictures (.hdr, .pic): colors of 8 bits each with an exponent they share.

The format: Ward, Real Pixels, Graphics Gems II, 1991, and
https://radsite.lbl.gov/radiance/refer/filefmts.pdf. It is decoded here, for the runs of old
files, which a picture may mix with new ones, are taken for colors by other decoders.
"""

import math
import re
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import PictureError, shown
from siren_cli.pictures.colors.chromaticities import Chromaticities
from siren_cli.pictures.reading.raw_values import (
    RawValues,
    checked_chromaticities,
)

SIGNATURES = (b"#?RADIANCE", b"#?RGBE")
RGBE, XYZE = b"32-bit_rle_rgbe", b"32-bit_rle_xyze"
# CIE XYZ to linear sRGB (IEC 61966-2-1).
XYZ_TO_RGB = np.array(
    [
        [3.2406, -1.5372, -0.4986],
        [-0.9689, 1.8758, 0.0415],
        [0.0557, -0.2040, 1.0570],
    ],
    np.float32,
)
# Exponent of a color whose value is that of its byte: excess 128, and 8 bits of the byte.
UNIT_EXPONENT = 136
# Pixels of a row that may have new runs.
NEW_RUN_COLUMNS = range(8, 1 << 15)
# Bytes of a pixel.
PIXEL_BYTES = 4
# Count of a new run that begins the repeated bytes; one below counts other bytes.
REPEATED = 128
# Largest shift of the count of an old run.
MAX_RUN_SHIFT = 24
# A blank line ends the text; the size stands after it, the axis of the rows first.
_SIZE = re.compile(rb"\n\r?\n([-+][XY])\s+(\d{1,9})\s+([-+][XY])\s+(\d{1,9})[ \t]*\r?\n")
_CUT_OFF = "damaged picture: it is cut off"
# Axes along which pixels stand from the top down or from left to right.
_FORWARD = (b"-Y", b"+X")


class _Header(NamedTuple):
    """The header of a file.

    Attributes:
        lines: The lines of its text that state something: name and value.
        axes: The axis of the rows of the file, and of the pixels in one of them.
        counts: The number of rows of the file, and of pixels in one of them.
        end: Bytes of the header, after which the pixels begin.
    """

    lines: list[tuple[bytes, bytes]]
    axes: tuple[bytes, bytes]
    counts: tuple[int, int]
    end: int


def header(start: bytes) -> tuple[int, int]:
    """Return the width and the height that the start of a file states.

    Raises:
        PictureError: The header is broken, or is of another kind of file.
    """
    own = _header(start)
    height, width = own.counts if own.axes[0].endswith(b"Y") else own.counts[::-1]
    return width, height


def read(file: BinaryIO) -> RawValues:
    """Return the radiance of a file's pixels.

    Raises:
        PictureError: The file is damaged.
    """
    content = file.read()
    own = _header(content)
    stored = _stored(content, own)
    exponents = stored[..., 3:].astype(np.int32) - UNIT_EXPONENT
    colors = np.ldexp(stored[..., :3].astype(np.float32), exponents)
    # An exponent of 0 means black.
    values = _upright(np.where(stored[..., 3:] == 0, np.float32(0), colors), own.axes)
    if _format(own) == XYZE:
        values = values @ XYZ_TO_RGB.T
    with np.errstate(over="ignore"):
        values /= _multipliers(own)
    chromaticities, notes = _chromaticities(own)
    return RawValues(
        values, notes + _shape_notes(own), is_light=True, chromaticities=chromaticities
    )


def _header(start: bytes) -> _Header:
    match = _SIZE.search(start)
    if not match or match[1][1:] == match[3][1:]:
        raise PictureError("damaged picture: its header is not that of Radiance")
    lines = [line.partition(b"=") for line in start[: match.start()].splitlines()]
    own = _Header(
        # A line that begins with a tab tells the history of another picture.
        [(name.rstrip(b" "), value.strip()) for name, _, value in lines],
        (match[1], match[3]),
        (int(match[2]), int(match[4])),
        match.end(),
    )
    if _format(own) not in (RGBE, XYZE):
        raise PictureError(
            f"is of Radiance's format {shown(_format(own))}, no picture of colors"
        )
    return own


def _format(own: _Header) -> bytes:
    return dict(own.lines).get(b"FORMAT", RGBE)


def _numbers(own: _Header, name: bytes, count: int) -> list[list[float]]:
    """Return the numbers of each line of a name."""
    try:
        found = [
            [float(word) for word in value.split()] for key, value in own.lines if key == name
        ]
    except ValueError:
        found = [[]]
    if any(len(numbers) != count or not all(map(math.isfinite, numbers)) for numbers in found):
        raise PictureError(f"damaged picture: its line {name.decode()} is broken")
    return found


def _multipliers(own: _Header) -> NDArray[np.float64]:
    """Return by what red, green and blue of the radiance were multiplied, shape (3,)."""
    lines = [*_numbers(own, b"EXPOSURE", 1), *_numbers(own, b"COLORCORR", 3)]
    product = np.ones(3)
    for numbers in lines:
        product *= numbers
    if not (product > 0).all() or not np.isfinite(product).all():
        raise PictureError("damaged picture: its exposure is not positive")
    return product


def _chromaticities(own: _Header) -> tuple[Chromaticities | None, tuple[str, ...]]:
    primaries = _numbers(own, b"PRIMARIES", 8)
    if not primaries or _format(own) == XYZE:
        return None, ()
    return checked_chromaticities(primaries[-1])


def _shape_notes(own: _Header) -> tuple[str, ...]:
    ratio = math.prod(number for (number,) in _numbers(own, b"PIXASPECT", 1))
    return () if ratio == 1 else (f"its pixels are not square (PIXASPECT is {ratio:g})",)


def _upright(values: NDArray[Any], axes: tuple[bytes, bytes]) -> NDArray[Any]:
    """Return values of shape (height, width, 3) from those in the order of the file."""
    rows, columns = (slice(None, None, 1 if axis in _FORWARD else -1) for axis in axes)
    turned = values[rows, columns]
    return turned if axes[0].endswith(b"Y") else turned.transpose(1, 0, 2)


def _stored(content: bytes, own: _Header) -> NDArray[np.uint8]:
    """Return the bytes of the pixels: red, green, blue and exponent.

    Returns:
        Array of shape (rows, columns, 4), in the order of the file.
    """
    rows, columns = own.counts
    if len(content) - own.end < PIXEL_BYTES * rows:  # the least that rows of any kind take
        raise PictureError(_CUT_OFF)
    stored = np.empty((rows, columns, PIXEL_BYTES), np.uint8)
    place = own.end
    for row in stored:
        start = content[place : place + PIXEL_BYTES]
        if len(start) < PIXEL_BYTES:
            raise PictureError(_CUT_OFF)
        is_new = columns in NEW_RUN_COLUMNS and start[:2] == b"\2\2" and start[2] < REPEATED
        if is_new and int.from_bytes(start[2:]) != columns:
            raise PictureError("damaged picture: a row of it is of another width")
        place = (_read_new_row if is_new else _read_old_row)(content, place, row)
    return stored


def _read_new_row(content: bytes, place: int, row: NDArray[np.uint8]) -> int:
    """Decode a row of which each channel has runs of its own.

    Args:
        content: The file.
        place: Where the row begins in it.
        row: Where the pixels are written, shape (columns, 4).

    Returns:
        Where the next row begins.
    """
    line = bytearray()
    place += PIXEL_BYTES
    for end in range(len(row), PIXEL_BYTES * len(row) + 1, len(row)):
        while len(line) < end and place < len(content):
            count = content[place]
            if count > REPEATED:
                line += content[place + 1 : place + 2] * (count - REPEATED)
                place += 2
            else:
                line += content[place + 1 : place + 1 + count]
                place += 1 + count
        if len(line) < end:
            raise PictureError(_CUT_OFF)
        if len(line) > end:
            raise PictureError("damaged picture: a run goes over the end of its row")
    row[:] = np.frombuffer(line, np.uint8).reshape(PIXEL_BYTES, -1).T
    return place


def _read_old_row(content: bytes, place: int, row: NDArray[np.uint8]) -> int:
    """Decode a row of pixels, among which 1, 1, 1, n repeats the last one n times.

    The first of several runs in succession holds the lowest byte of their count. Arguments and
    return value are as of `_read_new_row`.
    """
    part = content[place : place + PIXEL_BYTES * len(row)]
    pixels = np.frombuffer(part[: len(part) // PIXEL_BYTES * PIXEL_BYTES], np.uint8)
    pixels = pixels.reshape(-1, PIXEL_BYTES)
    is_run = (pixels[:, :3] == 1).all(axis=1)
    numbers = np.arange(len(pixels))
    repeated = np.maximum.accumulate(np.where(is_run, -1, numbers))
    shifts = np.minimum(8 * (numbers - repeated - 1), MAX_RUN_SHIFT)
    counts = np.where(is_run, pixels[:, 3].astype(np.int64) << np.maximum(shifts, 0), 1)
    ends = np.cumsum(counts)
    used = int(np.searchsorted(ends, len(row))) + 1
    if used > len(pixels):
        raise PictureError(_CUT_OFF)
    if ends[used - 1] != len(row) or repeated[0] < 0:
        raise PictureError("damaged picture: a run goes over the end of its row")
    row[:] = np.repeat(pixels[repeated[:used]], counts[:used], axis=0)
    return place + PIXEL_BYTES * used
