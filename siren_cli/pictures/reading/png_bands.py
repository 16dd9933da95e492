"""PNG files read in bands of rows, of which all but one at a time stay in the file."""

import struct
from collections.abc import Iterator
from itertools import groupby
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.picture import Stored
from siren_cli.pictures.reading import png, png_damage, png_facts
from siren_cli.pictures.reading.banded import BandedPicture, NotInBandsError
from siren_cli.pictures.reading.damage import kept
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions
from siren_cli.pictures.reading.png_chunks import HEAD_BYTES, SIGNATURE, Chunk, pixel_parts
from siren_cli.pictures.reading.png_rows import (
    Inflated,
    RowLayout,
    are_whole,
    layout_of,
    picture_chunks,
    plain_bands,
)

# Bytes of the header chunk's content, whose last says whether rows are interlaced.
HEADER_BYTES = 13
# Chunks of an animation.
ANIMATION = frozenset({b"acTL", b"fcTL", b"fdAT"})


def check(file: BinaryIO, _: PictureHeader, page: int | None) -> None:
    """Check by its header alone that a PNG can be read in bands.

    Raises:
        NotInBandsError: It cannot.
    """
    if page not in (None, 1):
        raise NotInBandsError("saved as a PNG of its own")
    if _header_chunk(file)[-1]:
        raise NotInBandsError("saved without interlacing")


def survey(file: BinaryIO, header: PictureHeader, _: int | None) -> BandedPicture:
    """Look at all of a PNG that passes `check`, its checksums and its rows.

    Raises:
        PictureError: It is damaged.
        NotInBandsError: It cannot be read in bands, as the rest of the file shows.
    """
    content = _header_chunk(file)
    layout, found = layout_of(content), list[Chunk]()
    parts = pixel_parts(file, found)
    is_whole = are_whole(Inflated(parts), layout)
    for _part in parts:
        pass  # the chunks after the pixels
    sound = png_damage.checked(found, lambda: is_whole)
    if sound.damage:
        kept(sound.damage, keep=False)
    _check_chunks(sound.found, is_mended=sound.is_mended)
    beside = [each for each in sound.found if each.kind in (b"PLTE", b"tRNS")]
    decoder = _BandDecoder(header, layout, content, beside)
    first = next(decoder.decoded(file))
    return BandedPicture(
        layout.height, png.described(first, sound.found, sound.notes), decoder.bands
    )


def _header_chunk(file: BinaryIO) -> bytes:
    file.seek(len(SIGNATURE) + HEAD_BYTES)
    return file.read(HEADER_BYTES)


def _check_chunks(found: list[Chunk], *, is_mended: bool) -> None:
    kinds = [each.kind for each in found if each.kind in png_facts.PIXEL_CHUNKS]
    if ANIMATION.intersection(kinds) and not is_mended:  # a mended one has a single frame
        raise NotInBandsError("saved as a PNG of its own")
    if png_facts.exif_tags(found).orientation != 1:
        raise NotInBandsError("saved upright")
    order = [kind for kind, _ in groupby(kinds) if kind not in ANIMATION]
    if order[-1:] == [b"IDAT"]:  # its end is missing
        order.append(b"IEND")
    usual = [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"]
    if order != [kind for kind in usual if kind in order] or kinds.count(b"IHDR") != 1:
        raise NotInBandsError("saved with its chunks in order")


class _BandDecoder(NamedTuple):
    """Decodes the bands of a picture as if each were a picture.

    Attributes:
        header: The header of the picture.
        layout: The layout of its rows.
        content: The content of its header chunk.
        beside: The chunks that decide what its values mean.
    """

    header: PictureHeader
    layout: RowLayout
    content: bytes
    beside: list[Chunk]

    def bands(self, file: BinaryIO) -> Iterator[Stored]:
        return (each.stored for each in self.decoded(file))

    def decoded(self, file: BinaryIO) -> Iterator[Decoded]:
        return map(self._decoded, plain_bands(Inflated(pixel_parts(file, [])), self.layout))

    def _decoded(self, plain: NDArray[np.uint8]) -> Decoded:
        size = self.layout.width, len(plain)
        rows = np.pad(plain, ((0, 0), (1, 0))).tobytes()
        content = struct.pack(">II", *size) + self.content[8:]
        found = picture_chunks(content, rows, *self.beside)
        return png.decoded(found, self.header._replace(size=size), ReadOptions())
