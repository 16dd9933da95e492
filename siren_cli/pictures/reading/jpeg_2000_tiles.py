"""Whether a JPEG 2000 file is whole, tile by tile (ISO 15444-1, annexes A and I).

Where a file ends before one of its tiles, OpenJPEG paints that tile gray without a word.
"""

import math
import os
import struct
from typing import Any, BinaryIO

from siren_cli.errors import PictureError
from siren_cli.pictures.reading.damage import NO_END

# The marker that begins a codestream.
CODESTREAM_START = b"\xff\x4f"
# The marker of the segment that holds the sizes of the picture and of its tiles.
SIZE_MARKER = 0xFF51
# The marker of a tile part.
TILE_PART_MARKER = 0xFF90
# The marker that ends a codestream.
END_MARKER = b"\xff\xd9"
# The lowest number of a marker.
FIRST_MARKER = 0xFF00
# Bytes of a marker.
MARKER_BYTES = 2
# Bytes of a marker and of the length of its segment.
SEGMENT_BYTES = 4
# Bytes of the header of a tile part.
TILE_HEADER_BYTES = 12
# Bytes of the header of a box with a length of 32 bits.
BOX_HEADER_BYTES = 8
# Most tiles of a picture, whose numbers have 16 bits.
MAX_TILES = 1 << 16


def missing(file: BinaryIO) -> str | None:
    """Return what is missing of a file, `NO_END` if only its end is; None if it is whole.

    The file is left at its start.
    """
    try:
        return _missing_tiles(file)
    except struct.error:
        return "it is cut off"
    finally:
        file.seek(0)


def _missing_tiles(file: BinaryIO) -> str | None:
    place, end = _codestream(file)
    place += MARKER_BYTES
    tiles = 0
    while (marker := _at(file, place, ">H")[0]) != TILE_PART_MARKER:
        if marker == SIZE_MARKER:
            tiles = _tile_count(file, place)
        (length,) = _at(file, place + MARKER_BYTES, ">H")
        if marker < FIRST_MARKER or length < MARKER_BYTES:
            return "its header is no list of segments"
        place += MARKER_BYTES + length
    left = set(range(tiles))
    while marker == TILE_PART_MARKER:
        tile, length = _at(file, place + SEGMENT_BYTES, ">HI")
        left.discard(tile)
        if 0 < length < TILE_HEADER_BYTES:
            return "a tile is shorter than its header"
        # A length of 0 means that the tile part goes on to the end of the codestream.
        place = place + length if length else end - MARKER_BYTES
        if place == file.seek(0, os.SEEK_END) and not left and tiles:
            return NO_END
        (marker,) = _at(file, place, ">H")
    if marker != int.from_bytes(END_MARKER) or left or tiles < 1:
        return "not all of its tiles are there"
    return None


def _codestream(file: BinaryIO) -> tuple[int, int]:
    """Return where the codestream begins and ends, alone or in a box of a JP2 file."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if file.read(MARKER_BYTES) == CODESTREAM_START:
        return 0, size
    place = 0
    while True:
        length, kind = _at(file, place, ">I4s")
        begin = place + BOX_HEADER_BYTES
        if length == 1:  # the length has 64 bits and follows
            (length,) = _at(file, begin, ">Q")
            begin += 8
        end = place + length if length else size
        if end < begin or end > size:
            raise PictureError("damaged picture: its boxes do not fit into the file")
        if kind == b"jp2c":
            return begin, end
        place = end


def _tile_count(file: BinaryIO, place: int) -> int:
    """Return the number of tiles, from the segment of the sizes at a place."""
    right, bottom, _, _, width, height, left, top = _at(file, place + SEGMENT_BYTES + 2, ">8I")
    if not width or not height:
        raise PictureError("damaged picture: its tiles have no pixels")
    count: int = math.ceil((right - left) / width) * math.ceil((bottom - top) / height)
    return min(count, MAX_TILES)


def _at(file: BinaryIO, place: int, code: str) -> tuple[Any, ...]:
    file.seek(place)
    return struct.unpack(code, file.read(struct.calcsize(code)))
