"""The headers of OpenEXR files, one for each part, without the bindings.

The format: https://openexr.com/en/latest/OpenEXRFileLayout.html.
"""

import struct
from typing import NamedTuple

from siren_cli.errors import PictureError
from siren_cli.pictures.reading.frames import check_page

SIGNATURE = b"v/1\1"
# Bytes from the start of a file in which its headers must end.
HEADER_BYTES = 1 << 20
# Flags of the format's version: deep data, and several parts.
DEEP_FLAG, MULTI_PART_FLAG = 0x800, 0x1000
# Bytes of the signature and of the version.
START_BYTES = 8
# Bytes of the length of an attribute.
LENGTH_BYTES = 4

_BROKEN = "damaged picture: its header is cut off or broken"


class Window(NamedTuple):
    """A rectangle of pixels, both ends inclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.right - self.left + 1, self.bottom - self.top + 1

    def __str__(self) -> str:
        width, height = self.size
        return f"{width}x{height} at ({self.left}, {self.top})"


class Part:
    """A part of a file, whose header is parsed as far as it is asked for.

    Args:
        attributes: The contents of its attributes by their names.
    """

    def __init__(self, attributes: dict[str, bytes]) -> None:
        self._attributes = attributes

    @property
    def is_deep(self) -> bool:
        """Whether its pixels have any number of samples each."""
        return self._attributes.get("type", b"").startswith(b"deep")

    def window(self, name: str) -> Window:
        """Return the attribute `dataWindow` or `displayWindow`."""
        return Window(*self._unpacked(name, "<4i"))

    def floats(self, name: str, *usual: float) -> tuple[float, ...]:
        """Return an attribute of as many numbers as its usual value, which it may lack."""
        form = f"<{len(usual)}f"
        return self._unpacked(name, form) if name in self._attributes else usual

    def _unpacked(self, name: str, form: str) -> tuple[int, ...]:
        try:
            return struct.unpack(form, self._attributes[name])
        except (KeyError, struct.error) as error:
            raise PictureError(_BROKEN) from error


def chosen(parts: list[Part], page: int) -> Part:
    """Return a part by its number, from 1.

    Raises:
        PictureError: There is none, or it is deep data.
    """
    check_page(page, len(parts))
    part = parts[page - 1]
    if part.is_deep:
        raise PictureError(
            "is deep data, of several samples a pixel; flatten it first (oiiotool --flatten)"
        )
    return part


def parse(start: bytes) -> list[Part]:
    """Return the parts of a file.

    Args:
        start: The first `HEADER_BYTES` of it.

    Raises:
        PictureError: The headers are broken.
    """
    if not start.startswith(SIGNATURE):
        raise PictureError(_BROKEN)
    try:
        return _parts(start)
    except (struct.error, IndexError, ValueError) as error:
        raise PictureError(_BROKEN) from error


def _parts(start: bytes) -> list[Part]:
    (flags,) = struct.unpack_from("<I", start, len(SIGNATURE))
    attributes, place = _attributes(start, START_BYTES)
    if not flags & MULTI_PART_FLAG:
        # A file of one part may tell by the flag alone that it is deep.
        return [Part(attributes | ({"type": b"deep"} if flags & DEEP_FLAG else {}))]
    parts = [Part(attributes)]
    # An empty header ends the list.
    while start[place]:
        attributes, place = _attributes(start, place)
        parts.append(Part(attributes))
    return parts


def _attributes(start: bytes, place: int) -> tuple[dict[str, bytes], int]:
    """Return the attributes that stand from a place on, and the place after them."""
    attributes = {}
    while start[place]:
        name_end = start.index(0, place)
        type_end = start.index(0, name_end + 1)
        (length,) = struct.unpack_from("<I", start, type_end + 1)
        begin = type_end + 1 + LENGTH_BYTES
        attributes[start[place:name_end].decode("latin-1")] = start[begin : begin + length]
        place = begin + length
    return attributes, place + 1
