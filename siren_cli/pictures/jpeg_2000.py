"""Whether a JPEG 2000 file is whole, tile by tile (ISO 15444-1, annexes A and I).

OpenJPEG paints gray what is missing of a file that ends where a tile begins.
"""

import math
import os
import struct
from typing import Any, BinaryIO

from siren_cli.errors import PictureError

CODESTREAM = b"\xff\x4f"
SIZE, TILE_PART, END = 0xFF51, 0xFF90, 0xFFD9
# Bytes of a marker, of one with the length that follows it, and of a tile part's header.
MARKER, SEGMENT, TILE_HEADER = 2, 4, 12
FIRST_MARKER = 0xFF00


def check_whole(file: BinaryIO) -> None:
    """Check that every tile is there, and the end; the file is left at its start.

    Raises:
        PictureError: Something is not.
    """
    try:
        _check_tiles(file)
    except struct.error as error:
        raise PictureError("damaged picture: it is cut off") from error
    file.seek(0)


def _check_tiles(file: BinaryIO) -> None:
    place, end = _codestream(file)
    place += MARKER
    tiles = 0
    while (marker := _at(file, place, ">H")[0]) != TILE_PART:
        if marker == SIZE:
            tiles = _tile_count(file, place)
        (length,) = _at(file, place + MARKER, ">H")
        if marker < FIRST_MARKER or length < MARKER:
            raise PictureError("damaged picture: its header is no list of segments")
        place += MARKER + length
    missing = set(range(tiles))
    while marker == TILE_PART:
        tile, length = _at(file, place + SEGMENT, ">HI")
        missing.discard(tile)
        if 0 < length < TILE_HEADER:
            raise PictureError("damaged picture: a tile is shorter than its header")
        place = place + length if length else end - MARKER  # 0: all that is left
        (marker,) = _at(file, place, ">H")
    if marker != END or missing or tiles < 1:
        raise PictureError("damaged picture: not all of its tiles are there")


def _codestream(file: BinaryIO) -> tuple[int, int]:
    """Return where the codestream begins and ends, alone or in a box of a JP2 file."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if file.read(MARKER) == CODESTREAM:
        return 0, size
    place = 0
    while True:
        length, kind = _at(file, place, ">I4s")
        begin = place + 8
        if length == 1:
            (length,) = _at(file, begin, ">Q")
            begin += 8
        end = place + length if length else size
        if end < begin or end > size:
            raise PictureError("damaged picture: its boxes do not fit into the file")
        if kind == b"jp2c":
            return begin, end
        place = end


def _tile_count(file: BinaryIO, place: int) -> int:
    """Return the number of tiles, which the marker segment of the size holds."""
    right, bottom, _, _, width, height, left, top = _at(file, place + SEGMENT + 2, ">8I")
    if not width or not height:
        raise PictureError("damaged picture: its tiles have no pixels")
    # A tile's number has 16 bits.
    count: int = math.ceil((right - left) / width) * math.ceil((bottom - top) / height)
    return min(count, 1 << 16)


def _at(file: BinaryIO, place: int, code: str) -> tuple[Any, ...]:
    file.seek(place)
    return struct.unpack(code, file.read(struct.calcsize(code)))
