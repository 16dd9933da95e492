"""The segments of a JPEG file before its pixels (ITU-T T.81, annex B)."""

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from siren_cli.errors import PictureError
from siren_cli.pictures.exif_block import EXIF_NAME

# Markers of frames: baseline to lossless, by Huffman or arithmetic codes. Those between them
# define tables.
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
# Markers of lossless frames.
LOSSLESS_FRAMES = frozenset({0xC3, 0xC7, 0xCB, 0xCF})
# Markers of frames whose scans refine each other.
PROGRESSIVE_FRAMES = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
# Marker of a scan.
SCAN = 0xDA
# Markers of segments for programs: JFIF; EXIF and XMP; color profiles and more pictures.
JFIF, APP1, APP2, APP13 = 0xE0, 0xE1, 0xE2, 0xED
# Least bytes of a JFIF segment that says a density.
JFIF_BYTES = 12
# The end marker, with which a whole file ends.
END_MARKER = b"\xff\xd9"
# Coefficients of a block of 8x8 pixels.
COEFFICIENTS = 64

ICC_NAME = b"ICC_PROFILE\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
# Photoshop's name of the block that holds IPTC.
_IPTC = b"8BIM\x04\x04"
# Words in the segments of a picture that carries a second one, of what is brighter than white.
_GAIN_MAP_WORDS = (b"hdrgm:Version", b"urn:iso:std:iso:ts:21496:-1", b"HDRGainMap")


class JpegHeader(NamedTuple):
    """What a JPEG file says before its pixels.

    Attributes:
        bits: Bits of a value.
        size: Width and height.
        components: Number of values of a pixel.
        is_lossless: Whether it is compressed without the cosine transform.
        icc_profile: The color profile, or None.
        exif: The EXIF block, or nothing.
        xmp: The XMP packet, or nothing.
        density: JFIF's unit, and pixels per unit across and down, or None.
        has_iptc: Whether words for the press are with it.
        has_gain_map: Whether a second picture says what is brighter than white.
    """

    bits: int
    size: tuple[int, int]
    components: int
    is_lossless: bool
    icc_profile: bytes | None
    exif: bytes
    xmp: bytes
    density: tuple[int, int, int] | None
    has_iptc: bool
    has_gain_map: bool


class Segment(NamedTuple):
    """A segment: its marker's second byte, its content, and where its marker stands."""

    marker: int
    body: bytes
    place: int


def segments(content: bytes) -> Iterator[Segment]:
    """Yield the segments up to the first scan's.

    Raises:
        PictureError: They are cut off.
    """
    place = 2
    while True:
        place = _next_marker(content, place)
        marker = content[place + 1]
        (length,) = struct.unpack(">H", content[place + 2 : place + 4])
        yield Segment(marker, content[place + 4 : place + 2 + length], place)
        if marker == SCAN:
            return
        place += 2 + length


def _next_marker(content: bytes, place: int) -> int:
    """Return the place of the next marker, which any number of bytes 255 may precede."""
    place = content.find(b"\xff", place)
    while 0 <= place < len(content) - 1 and content[place + 1] in (0, 0xFF):
        place = content.find(b"\xff", place + 1)
    if not 0 <= place < len(content) - 3:
        raise PictureError("damaged picture: its header is cut off or broken")
    return place


def read_segments(content: bytes) -> JpegHeader:
    """Return what a JPEG file says before its pixels.

    Raises:
        PictureError: The segments are cut off, or there is no frame.
    """
    found = list(segments(content))
    frame = _frame(found)
    bits, height, width, components = struct.unpack(">BHHB", frame.body[:6])
    jfif = next((each.body for each in found if _is(each, JFIF, b"JFIF\0")), b"")
    tagged = [each.body for each in found if each.marker in (APP1, APP2)]
    return JpegHeader(
        bits=bits,
        size=(width, height),
        components=components,
        is_lossless=frame.marker in LOSSLESS_FRAMES,
        icc_profile=_icc_profile(found),
        exif=_first(found, EXIF_NAME),
        xmp=_first(found, _XMP),
        density=struct.unpack(">BHH", jfif[7:12]) if len(jfif) >= JFIF_BYTES else None,
        has_iptc=any(
            _is(each, APP13, b"Photoshop 3.0") and _IPTC in each.body for each in found
        ),
        has_gain_map=any(word in body for word in _GAIN_MAP_WORDS for body in tagged),
    )


def _frame(found: Iterable[Segment]) -> Segment:
    frame = next((each for each in found if each.marker in FRAMES), None)
    if frame is None:
        raise PictureError("damaged picture: JPEG without a frame")
    return frame


def _is(segment: Segment, marker: int, name: bytes) -> bool:
    return segment.marker == marker and segment.body.startswith(name)


def _first(found: list[Segment], name: bytes) -> bytes:
    """Return the content of the first APP1 segment of a name, without the name."""
    return next((each.body[len(name) :] for each in found if _is(each, APP1, name)), b"")


def _icc_profile(found: list[Segment]) -> bytes | None:
    """Return the color profile, whose parts are numbered (ICC.1:2010, section B.4)."""
    parts = [each.body[len(ICC_NAME) :] for each in found if _is(each, APP2, ICC_NAME)]
    parts.sort(key=lambda part: part[:1])
    numbers = [part[0] for part in parts if part]
    # A profile with a part twice, or with one missing, is none.
    is_whole = numbers == [*range(numbers[0], numbers[0] + len(parts))] if numbers else False
    return b"".join(part[2:] for part in parts) if is_whole else None


def has_all_scans(content: bytes) -> bool:
    """Return whether the scans of a file bring every coefficient of every component.

    A file whose last scans are missing decodes without a word, but blurred.
    """
    found = list(segments(content))
    frame = _frame(found)
    left = {component: set(range(COEFFICIENTS)) for component in frame.body[6::3]}
    for scan in _scans(content, found[-1].place):
        count = scan[0]
        first, last, approximation = scan[1 + 2 * count : 4 + 2 * count]
        if frame.marker not in PROGRESSIVE_FRAMES:
            first, last, approximation = 0, COEFFICIENTS - 1, 0
        # Its lower half says how many bits of the coefficients are still to come.
        if approximation & 15 == 0:
            for component in scan[1 : 1 + 2 * count : 2]:
                left.get(component, set()).difference_update(range(first, last + 1))
    return not any(left.values())


def _scans(content: bytes, place: int) -> Iterator[bytes]:
    """Yield the headers of all scans from a place on."""
    end = content.find(END_MARKER, place)
    while place >= 0 and (end < 0 or place < end):
        length = int.from_bytes(content[place + 2 : place + 4])
        yield content[place + 4 : place + 2 + length]
        place = content.find(b"\xff\xda", place + 2)
