"""The chunks of a PNG file, each with its checksum (W3C PNG, section 5)."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from siren_cli.errors import PictureError
from siren_cli.pictures.reading.banded import NotInBandsError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Bytes of a chunk's length and name, and of its checksum.
HEAD_BYTES, CHECKSUM_BYTES = 8, 4
# Chunks that decide what the pixels are though a small letter says that they are not needed.
DECIDING = frozenset({b"tRNS", b"acTL", b"fcTL", b"fdAT"})
# Bytes that are decompressed at a time.
STEP_BYTES = 1 << 20
# Bytes that are read at a time of a file which is not read as a whole, the most that its chunks
# beside the pixels may have together, and those that a chunk takes by itself in memory.
PART_BYTES, MAX_OTHER_BYTES, CHUNK_BYTES = 1 << 16, 64 << 20, 256
# Passes of an interlaced picture: first column and row, and the steps (W3C PNG, section 8.2).
PASSES: tuple[tuple[int, int, int, int], ...] = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
    (0, 1, 1, 2),
)  # fmt: skip
# Values of a pixel by its color type.
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


class Chunk(NamedTuple):
    """A chunk.

    Attributes:
        kind: Its name.
        body: Its content.
        is_sound: Whether its checksum is right.
    """

    kind: bytes
    body: bytes
    is_sound: bool


def chunks(content: bytes) -> Iterator[Chunk]:
    """Yield the chunks of a file as far as they go; the last may be cut off."""
    place = len(SIGNATURE)
    while place + HEAD_BYTES <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        start = place + HEAD_BYTES
        body = content[start : start + length]
        place = start + length + CHECKSUM_BYTES
        checksum = content[start + length : place]
        yield Chunk(kind, body, checksum == struct.pack(">I", zlib.crc32(kind + body)))
        if kind == b"IEND":
            return


def pixel_parts(file: BinaryIO, found: list[Chunk]) -> Iterator[bytes]:
    """Yield the stream of the pixels part by part, while a file is read to its end.

    Args:
        file: The file.
        found: A list that takes the chunks that were read, as `chunks` yields them. Those of
            pixels have no bodies, and count as one where their checksums are equally right.

    Raises:
        NotInBandsError: The chunks beside the pixels would take too much memory.
    """
    file.seek(len(SIGNATURE))
    held, kind = 0, b""
    while kind != b"IEND" and len(head := file.read(HEAD_BYTES)) == HEAD_BYTES:
        length, kind = struct.unpack(">I4s", head)
        checksum, parts, is_pixels = zlib.crc32(kind), [], kind == b"IDAT"
        while length and (part := file.read(min(length, PART_BYTES))):
            length -= len(part)
            checksum = zlib.crc32(part, checksum)
            if is_pixels:
                yield part
                continue
            parts.append(part)
            held += len(part)
            _check_held(held)
        is_sound = file.read(CHECKSUM_BYTES) == struct.pack(">I", checksum)
        chunk = Chunk(kind, b"".join(parts), is_sound)
        if not (is_pixels and found and found[-1] == chunk):
            held += CHUNK_BYTES
            _check_held(held)
            found.append(chunk)


def _check_held(held: int) -> None:
    if held > MAX_OTHER_BYTES:
        raise NotInBandsError("with smaller chunks beside its pixels")


def joined(found: Iterable[Chunk]) -> bytes:
    """Return a file of chunks, with the right checksums."""
    return SIGNATURE + b"".join(
        struct.pack(">I4s", len(each.body), each.kind)
        + each.body
        + struct.pack(">I", zlib.crc32(each.kind + each.body))
        for each in found
    )


def is_beside_pixels(chunk: Chunk) -> bool:
    """Return whether pixels are whole without a chunk, as its first letter says (5.4)."""
    is_ancillary = chunk.kind.isalpha() and chunk.kind[:1].islower()
    return is_ancillary and chunk.kind not in DECIDING


def is_whole(stream: bytes, header: bytes) -> bool:
    """Return whether the pixels' stream brings all rows, and ends with its checksum.

    Args:
        stream: The stream.
        header: The content of the header chunk.
    """
    inflate, left = zlib.decompressobj(), _inflated_bytes(header)
    try:
        for place in range(0, len(stream), STEP_BYTES):
            part = stream[place : place + STEP_BYTES]
            while part and not inflate.eof and left >= 0:
                left -= len(inflate.decompress(part, STEP_BYTES))
                part = inflate.unconsumed_tail
    except zlib.error:
        return False
    return inflate.eof and left <= 0


def repaired(stream: bytes, header: bytes) -> bytes:
    """Return a stream of all rows, those that are missing black.

    Args:
        stream: The stream as far as it goes.
        header: The content of the header chunk.
    """
    size = _inflated_bytes(header)
    inflate, parts, left = zlib.decompressobj(), [], size
    try:
        # In steps, for an error takes all that was decoded with it.
        for place in range(0, len(stream), 64):
            parts.append(inflate.decompress(stream[place : place + 64], left))
            left -= len(parts[-1])
            if left <= 0:
                break
    except zlib.error:
        pass  # what came before it is what is left
    rows = b"".join(parts)
    return zlib.compress(rows + bytes(size - len(rows)), 1)


def _inflated_bytes(header: bytes) -> int:
    """Return the bytes of all rows, each after the number of its filter."""
    width, height, bits, color, _, _, interlace = struct.unpack(">IIBBBBB", header)
    if color not in CHANNELS:
        raise PictureError("damaged picture: its color type is unknown")
    pixel_bits = bits * CHANNELS[color]
    total = 0
    for left, top, across, down in PASSES if interlace else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * pixel_bits + 7) // 8)
    return total
