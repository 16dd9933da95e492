"""TIFF and BigTIFF files, written tile by tile, of 8 or 16 bits.

(Adobe, TIFF revision 6.0, and its technical notes for deflate; BigTIFF as libtiff
defines it, with 64-bit offsets.) Tiles are what viewers of huge pictures read.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np

from siren_cli.pictures.picture import HIGH_BIT_DEPTH, Block, PictureFacts
from siren_cli.system.parallel import ahead

TILE = 256
LEVEL = 1
# Above this many bytes, before compression, offsets may need more than 32 bits.
CLASSIC_BYTES = 3 << 30
DEFLATE, HORIZONTAL_DIFFERENCE, CHUNKY, UNASSOCIATED_ALPHA, UNSIGNED = 8, 2, 1, 2, 1
BLACK_IS_ZERO, RGB = 1, 2
SHORT, LONG, UNDEFINED, LONG8 = 3, 4, 7, 16
# Number, type and values of an entry of the directory.
Tag = tuple[int, int, list[int] | bytes]
CODES = {SHORT: "H", LONG: "I", UNDEFINED: "B", LONG8: "Q"}


class Flavor(NamedTuple):
    """How classic TIFF and BigTIFF differ.

    Attributes:
        header: The file's first bytes, but for the offset of its directory.
        offset: Type of an offset, and of a number of values.
        room: Bytes of an offset, and of an entry's values; more are elsewhere.
        entries: Code of the number of entries.
    """

    header: bytes
    offset: int
    room: int
    entries: str


CLASSIC = Flavor(struct.pack("<2sH", b"II", 42), LONG, 4, "H")
BIG = Flavor(struct.pack("<2sHHH", b"II", 43, 8, 0), LONG8, 8, "Q")


def write(file: BinaryIO, facts: PictureFacts, icc_profile: bytes | None, block: Block) -> None:
    """Write a TIFF file; a BigTIFF where it may not fit into the other.

    Args:
        file: Where to; it can seek.
        facts: Size, color and depth of the file.
        icc_profile: The color profile, or None.
        block: Gives its stored values.
    """
    raw_bytes = facts.width * facts.height * facts.channels * facts.bit_depth // 8
    flavor = BIG if raw_bytes > CLASSIC_BYTES else CLASSIC
    start = len(flavor.header) + flavor.room
    file.write(bytes(start))
    lengths = []
    for tile in _tiles(facts, block):
        file.write(tile)
        lengths.append(len(tile))
    offsets = np.cumsum([start, *lengths[:-1]]).tolist()
    file.write(bytes(sum(lengths) % 2))
    at = start + sum(lengths) + sum(lengths) % 2
    file.write(_directory(flavor, at, _tags(facts, icc_profile, flavor, offsets, lengths)))
    file.seek(0)
    file.write(flavor.header + _packed(flavor.offset, [at]))


def _tiles(facts: PictureFacts, block: Block) -> Iterator[bytes]:
    places = (
        (top, left)
        for top in range(0, facts.height, TILE)
        for left in range(0, facts.width, TILE)
    )

    def compressed(place: tuple[int, int]) -> bytes:
        top, left = place
        bottom, right = min(top + TILE, facts.height), min(left + TILE, facts.width)
        stored = block(slice(top, bottom), slice(left, right))
        tile = np.zeros(
            (TILE, TILE, facts.channels), "<u2" if facts.bit_depth == HIGH_BIT_DEPTH else "u1"
        )
        tile[: bottom - top, : right - left] = stored
        tile[:, 1:] -= tile[:, :-1].copy()
        return zlib.compress(tile.tobytes(), LEVEL)

    return ahead(compressed, places)


def _tags(
    facts: PictureFacts,
    icc_profile: bytes | None,
    flavor: Flavor,
    offsets: list[int],
    lengths: list[int],
) -> list[Tag]:
    """Return the entries of the directory, by rising numbers."""
    colors = facts.channels - facts.has_alpha
    tags: list[Tag] = [
        (256, LONG, [facts.width]),
        (257, LONG, [facts.height]),
        (258, SHORT, [facts.bit_depth] * facts.channels),
        (259, SHORT, [DEFLATE]),
        (262, SHORT, [BLACK_IS_ZERO if colors == 1 else RGB]),
        (277, SHORT, [facts.channels]),
        (284, SHORT, [CHUNKY]),
        (317, SHORT, [HORIZONTAL_DIFFERENCE]),
        (322, SHORT, [TILE]),
        (323, SHORT, [TILE]),
        (324, flavor.offset, offsets),
        (325, LONG, lengths),
    ]
    if facts.has_alpha:
        tags.append((338, SHORT, [UNASSOCIATED_ALPHA]))
    tags.append((339, SHORT, [UNSIGNED] * facts.channels))
    if icc_profile:
        tags.append((34675, UNDEFINED, icc_profile))
    return tags


def _directory(flavor: Flavor, at: int, tags: list[Tag]) -> bytes:
    """Return the directory, and after it what its entries have no room for."""
    entry_bytes = 4 + 2 * flavor.room
    after = at + struct.calcsize(f"<{flavor.entries}") + entry_bytes * len(tags) + flavor.room
    entries, elsewhere = struct.pack(f"<{flavor.entries}", len(tags)), b""
    for number, kind, values in tags:
        entries += struct.pack("<HH", number, kind) + _packed(flavor.offset, [len(values)])
        content = _packed(kind, values)
        if len(content) <= flavor.room:
            entries += content.ljust(flavor.room, b"\0")
        else:
            entries += _packed(flavor.offset, [after + len(elsewhere)])
            elsewhere += content + bytes(len(content) % 2)
    return entries + bytes(flavor.room) + elsewhere


def _packed(kind: int, values: list[int] | bytes) -> bytes:
    return struct.pack(f"<{len(values)}{CODES[kind]}", *values)
