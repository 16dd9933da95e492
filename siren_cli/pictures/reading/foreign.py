"""Files that are no picture this program reads: what they are, and what makes a picture of one.

Only the start of a file is read, its last bytes, and the directories of a TIFF file. These
are parsed here: the libraries would read all values of all tags, and warn of broken ones.
"""

import codecs
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from siren_cli.errors import PictureError
from siren_cli.pictures.reading import signatures
from siren_cli.pictures.reading.jpeg_segments import segments

# Bytes from the start of a file that are searched.
SEARCHED_BYTES = 64 << 10
# The last bytes of a Targa file, and how many bytes of a file's end are searched.
TGA_FOOTER, TAIL_BYTES = b"TRUEVISION-XFILE.\0", 4096
# Brands of ISO media that are pictures (ISO 23008-12, annex B, and AVIF).
PICTURE_BRANDS = frozenset(b"avif avis mif1 mif2 msf1 heic heix heim heis hevc hevx".split())
# Marker of the frame of JPEG-LS (ITU-T T.87, section C.1.1).
JPEG_LS_FRAME = 0xF7
# Tags of TIFF 6.0, section 8, TIFF/EP and DNG.
SUBFILE_TAG, COMPRESSION_TAG, PHOTOMETRIC_TAG = 254, 259, 262
MAKE_TAG, SUB_DIRECTORIES_TAG, DNG_VERSION_TAG = 271, 330, 50706
READ_TAGS = (
    *(SUBFILE_TAG, COMPRESSION_TAG, PHOTOMETRIC_TAG),
    *(MAKE_TAG, SUB_DIRECTORIES_TAG, DNG_VERSION_TAG),
)
# The flag of a reduced picture.
REDUCED = 1
# TIFF's PhotometricInterpretation of a color filter array, and of raw values of all colors.
RAW_COLORS = frozenset((32803, 34892))
# TIFF's Compression of Sony, Samsung, Nikon, Kodak and Pentax.
RAW_COMPRESSIONS = frozenset((32767, 32770, 34713, 65000, 65535))
# Codes of TIFF's types of whole numbers and of text, as `struct` names them.
TYPES = {1: "B", 2: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
# Most directories of a file, tags of a directory and values of a tag that are read.
MAX_DIRECTORIES, MAX_TAGS, MAX_VALUES = 32, 4096, 64

Directory = dict[int, tuple[int, ...]]


def foreign_kind(file: BinaryIO) -> str | None:
    """Return what a file is that holds no picture this program reads, and what helps.

    Args:
        file: The file, at its start, where it is left.

    Returns:
        A part of a sentence, in one line, or None where the file may be such a picture, or
        nothing is known about it.
    """
    start = file.read(SEARCHED_BYTES)
    try:
        return _kind(file, start)
    except (struct.error, IndexError, ValueError, OverflowError, OSError, PictureError):
        # A broken file may name any place. The reader of its format will find the words.
        return None
    finally:
        file.seek(0)


def _kind(file: BinaryIO, start: bytes) -> str | None:
    for magics, relative in _READABLE.items():
        if start.startswith(magics):
            return relative(file, start)
    if start[8:12] == b"WEBP" or _is_iso_picture(start):
        return None
    return _by_contents(file, start) or _by_table(start) or _by_text(start)


def _by_contents(file: BinaryIO, start: bytes) -> str | None:
    """Return what is known by all of a file, by its end, or by what it unpacks to."""
    if not start:
        return signatures.EMPTY
    tail = _tail(file)
    if not any(start) and not any(tail):
        return signatures.ZEROS
    if tail.endswith(TGA_FOOTER):
        return signatures.TGA
    if start.startswith(b"\x1f\x8b") and _by_text(_unpacked(start)) == signatures.SVG:
        return signatures.SVG
    return None


def _tail(file: BinaryIO) -> bytes:
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL_BYTES))
    return file.read()


def _unpacked(start: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(start, SEARCHED_BYTES)
    except zlib.error:
        return b""


def _by_table(start: bytes) -> str | None:
    for magics, sentence, offset in signatures.SIGNATURES:
        if start.startswith(magics, offset):
            return sentence
    for pattern, sentence in signatures.PATTERNS:
        if re.match(pattern, start, re.DOTALL):
            return sentence
    return None


def _by_text(start: bytes) -> str | None:
    is_wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    # By its parts, as the last letter may be cut off.
    decoder = codecs.getincrementaldecoder("utf-16" if is_wide else "utf-8-sig")("replace")
    text = decoder.decode(start)
    for pattern, sentence in signatures.TEXTS:
        if re.match(pattern, text, re.DOTALL | re.IGNORECASE):
            return sentence
    is_plain = re.fullmatch(r"[^\0-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]+", text)
    return signatures.PLAIN_TEXT if is_plain else None


def _is_iso_picture(start: bytes) -> bool:
    if start[4:8] != b"ftyp":
        return False
    length = int.from_bytes(start[:4])
    brands = {start[place : place + 4] for place in range(8, min(length, len(start)), 4)}
    return not PICTURE_BRANDS.isdisjoint(brands)


def _nothing(_: BinaryIO, __: bytes) -> None:
    return None


def _apple_png(_: BinaryIO, start: bytes) -> str | None:
    return signatures.CGBI if start[12:16] == b"CgBI" else None


def _jpeg_ls(_: BinaryIO, start: bytes) -> str | None:
    is_ls = any(segment.marker == JPEG_LS_FRAME for segment in segments(start))
    return signatures.JPEG_LS if is_ls else None


def _camera_raw(file: BinaryIO, start: bytes) -> str | None:
    """Return the kind of a camera RAW in a TIFF file, whose first picture may be a preview."""
    if start.startswith(b"II*\0\x10\0\0\0CR"):
        return signatures.camera_raw("CR2")
    if re.match(rb"IIII.waR|MMMMRaw", start[8:], re.DOTALL):
        return signatures.camera_raw("IIQ")
    directories = _directories(file, start)
    first = next(directories, {})
    has_dng_tag = DNG_VERSION_TAG in first
    # A developed TIFF may have kept the tag, but has no preview in the first place.
    if has_dng_tag and first.get(SUBFILE_TAG, (0,))[0] & REDUCED:
        return signatures.camera_raw("DNG")
    if not _is_raw(first) and not any(map(_is_raw, directories)):
        return None
    return signatures.camera_raw("DNG" if has_dng_tag else _maker_kind(first))


def _is_raw(directory: Directory) -> bool:
    colors, compression = directory.get(PHOTOMETRIC_TAG, ()), directory.get(COMPRESSION_TAG, ())
    return bool(RAW_COLORS.intersection(colors) or RAW_COMPRESSIONS.intersection(compression))


def _maker_kind(first: Directory) -> str:
    maker = bytes(first.get(MAKE_TAG, ())).decode("latin-1").upper()
    return next(
        (kind for name, kind in signatures.MAKERS.items() if maker.startswith(name)), ""
    )


def _directories(file: BinaryIO, start: bytes) -> Iterator[Directory]:
    """Yield the directories of a TIFF file and those below them, no place twice."""
    layout = _Layout.of(start)
    waiting, seen = [layout.first], {0}
    while waiting and len(seen) <= MAX_DIRECTORIES:
        place = waiting.pop(0)
        if place in seen:
            continue
        seen.add(place)
        directory, following = layout.read(file, place)
        yield directory
        waiting += [*directory.get(SUB_DIRECTORIES_TAG, ()), following]


class _Layout(NamedTuple):
    """How a TIFF file writes its directories: TIFF 6.0, section 2, or as BigTIFF does.

    Attributes:
        order: The order of bytes, as `struct` names it.
        count_type: The type of a number of tags.
        offset_type: The type of a place in the file.
        first: The place of the first directory.
    """

    order: str
    count_type: str
    offset_type: str
    first: int

    @classmethod
    def of(cls, start: bytes) -> "_Layout":
        """Return the layout that the first bytes of a file say."""
        order = "<" if start.startswith(b"II") else ">"
        if b"+" in start[2:4]:
            return cls(order, "Q", "Q", *struct.unpack_from(f"{order}Q", start, 8))
        return cls(order, "H", "I", *struct.unpack_from(f"{order}I", start, 4))

    def read(self, file: BinaryIO, place: int) -> tuple[Directory, int]:
        """Return the directory at a place, and the place of the next one."""
        (count,) = self._numbers(file, place, self.count_type)
        if count > MAX_TAGS:
            raise ValueError("more tags than a directory has")
        # The tag, its type, the number of its values, and these or their place.
        size = struct.calcsize(self.offset_type)
        entry = struct.Struct(f"{self.order}HH{self.offset_type}{size}s")
        entries = file.read(entry.size * count)
        (following,) = self._numbers(file, file.tell(), self.offset_type)
        directory = {
            tag: self._values(file, f"{min(number, MAX_VALUES)}{TYPES[kind]}", field)
            for tag, kind, number, field in entry.iter_unpack(entries)
            if tag in READ_TAGS and kind in TYPES
        }
        return directory, following

    def _values(self, file: BinaryIO, form: str, field: bytes) -> tuple[int, ...]:
        if struct.calcsize(f"{self.order}{form}") <= len(field):
            return struct.unpack_from(f"{self.order}{form}", field)
        (place,) = struct.unpack(f"{self.order}{self.offset_type}", field)
        return self._numbers(file, place, form)

    def _numbers(self, file: BinaryIO, place: int, form: str) -> tuple[int, ...]:
        file.seek(place)
        ordered = f"{self.order}{form}"
        return struct.unpack(ordered, file.read(struct.calcsize(ordered)))


# Starts of the formats that are read, and what looks for relatives which are not.
_READABLE: dict[tuple[bytes, ...], Callable[[BinaryIO, bytes], str | None]] = {
    (b"\x89PNG\r\n\x1a\n",): _apple_png,
    (b"\xff\xd8\xff",): _jpeg_ls,
    (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"): _camera_raw,
    (b"GIF8", b"BM", *(b"P%d" % digit for digit in range(1, 8)), b"PF", b"Pf"): _nothing,
    (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"): _nothing,
    (b"\xff\x0a", b"\0\0\0\x0cJXL ", b"\x93NUMPY"): _nothing,
    (b"v/1\1", b"#?RADIANCE", b"#?RGBE"): _nothing,
}
