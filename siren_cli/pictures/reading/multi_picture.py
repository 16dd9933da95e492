"""The pictures of a multi-picture JPEG (CIPA DC-007, section 5): views, previews, gain maps."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from siren_cli.errors import PictureError
from siren_cli.pictures.reading.frames import check_page, frame_notes
from siren_cli.pictures.reading.jpeg_segments import APP2, read_segments, segments

# The name of the segment that lists the pictures.
NAME = b"MPF\0"
# The tag of the list of pictures, and the bytes of an entry of it.
ENTRIES_TAG, ENTRY_BYTES = 0xB002, 16
# Most pictures that are looked at.
MAX_PICTURES = 256
# Bytes of a tag, and of a segment's marker and length.
TAG_BYTES, SEGMENT_BYTES = 12, 4
# The part of an entry that says the kind of its picture: none, or one that shows more than the
# first, such as panoramas, stereo and angles.
KIND_BITS, UNDEFINED, VIEWS = 0xFFFFFF, 0, range(0x020000, 0x030000)


class Pages(NamedTuple):
    """The pictures in a JPEG file.

    Attributes:
        content: The file.
        places: Where each picture begins; the first is 0.
    """

    content: bytes
    places: tuple[int, ...]

    def picture(self, page: int) -> bytes:
        """Return a picture and all after it; its end marker ends it.

        Raises:
            PictureError: There is none of that number.
        """
        check_page(page, len(self.places))
        return self.content[self.places[page - 1] :] if page > 1 else self.content

    def notes(self, page: int) -> tuple[str, ...]:
        """Return a note if there are several pictures."""
        return frame_notes(len(self.places), page)


def pages(file: BinaryIO) -> Pages:
    """Return the pictures of a JPEG file that are more than a preview of the first."""
    content = file.read()
    try:
        return Pages(content, (0, *_views(content)))
    except (struct.error, IndexError, PictureError):
        return Pages(content, (0,))  # a broken list is of more pictures, not of this one


def _views(content: bytes) -> list[int]:
    """Return the places of the other pictures that show as much as the first."""
    own = next(
        (each for each in segments(content) if each.marker == APP2 and each.body[:4] == NAME),
        None,
    )
    if own is None:
        return []
    start = own.place + SEGMENT_BYTES + len(NAME)
    return [place for kind, place in _entries(content, start) if _is_view(content, kind, place)]


def _entries(content: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield the kind and the place of each picture, from the list that begins at `start`."""
    order = "<" if content[start : start + 2] == b"II" else ">"
    (directory,) = struct.unpack_from(order + "I", content, start + 4)
    (count,) = struct.unpack_from(order + "H", content, start + directory)
    for number in range(count):
        place = start + directory + 2 + TAG_BYTES * number
        tag, _, length, offset = struct.unpack_from(order + "HHII", content, place)
        if tag == ENTRIES_TAG:
            first, most = start + offset, MAX_PICTURES * ENTRY_BYTES
            for entry in range(first, first + min(length, most), ENTRY_BYTES):
                attributes, _, own = struct.unpack_from(order + "III", content, entry)
                yield attributes & KIND_BITS, start + own if own else 0
            return


def _is_view(content: bytes, kind: int, place: int) -> bool:
    if not place or not content.startswith(b"\xff\xd8", place):
        return False
    if kind != UNDEFINED:
        return kind in VIEWS
    # It may be anything, such as a gain map or a preview.
    first, other = read_segments(content), read_segments(content[place:])
    return not first.has_gain_map and first.size == other.size
