"""PNG files: their checksums believed, their color space read, their 16 bits kept."""

import io
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

from PIL import Image

from siren_cli.errors import PictureError
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Metadata, peak
from siren_cli.pictures.reading import pillow, png_damage, png_facts
from siren_cli.pictures.reading.damage import kept
from siren_cli.pictures.reading.orientation import upright, upright_resolution
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions
from siren_cli.pictures.reading.png_chunks import (
    Chunk,
    chunks,
    is_whole,
    joined,
    repaired,
)
from siren_cli.pictures.reading.spread import spread

# What an animation's frame is put over, and how: over the frames before it, by its alpha.
BLEND_SOURCE = 0


def read_header(start: bytes, _: BinaryIO) -> PictureHeader:
    """Return the header of a PNG file (W3C PNG, section 11.2.1)."""
    if start[12:16] != b"IHDR":
        raise PictureError("damaged picture: its first chunk is not IHDR")
    width, height, bits = struct.unpack(">IIB", start[16:25])
    return PictureHeader("PNG", bits, (width, height))


def read(file: BinaryIO, header: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of a PNG file, or of a frame of an APNG."""
    found, damage_notes = _sound(list(chunks(file.read())), keep=options.keep_damaged)
    return described(decoded(found, header, options), found, damage_notes)


def decoded(found: Sequence[Chunk], header: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of a file of some chunks, as they are stored."""
    content = joined(each for each in found if each.kind in png_facts.PIXEL_CHUNKS)

    def decode(image: Image.Image) -> Any:
        if header.bits > LOW_BIT_DEPTH:
            return _sixteen_bits(content, found, header, options.page or 1)
        return pillow.values(image, header.bits)

    return pillow.read_by(io.BytesIO(content), header, options, decode)


def described(plain: Decoded, found: Sequence[Chunk], damage_notes: tuple[str, ...]) -> Decoded:
    """Return stored pixels with all that the chunks say of them, turned upright."""
    tags = png_facts.exif_tags(found)
    profile, color_notes = png_facts.color(found)
    resolution, shape_notes = png_facts.resolution(found)
    resolution = upright_resolution(resolution or tags.resolution, tags.orientation)
    return Decoded(
        upright(plain.stored, tags.orientation),
        profile or tags.icc_profile,
        (
            *damage_notes,
            *plain.notes,
            *color_notes,
            *shape_notes,
            *tags.notes,
            *png_facts.text_notes(found),
        ),
        metadata=Metadata(resolution, tags.rest, png_facts.xmp(found)),
    )


def _sixteen_bits(
    content: bytes, found: Sequence[Chunk], header: PictureHeader, page: int
) -> Any:
    import imagecodecs

    if page > 1:
        _check_frame(found, header, page)
        stored = imagecodecs.apng_decode(content, page - 1)
    else:
        stored = imagecodecs.png_decode(content)
    return spread(stored.reshape(*stored.shape[:2], -1), peak(header.bits))


def _check_frame(found: Sequence[Chunk], header: PictureHeader, page: int) -> None:
    """Check that a frame is a picture by itself, for frames of 16 bits are not composed.

    Raises:
        PictureError: It is a part that is laid over the frames before it.
    """
    frames = [each.body for each in found if each.kind == b"fcTL"]
    width, height, left, top = struct.unpack_from(">4I", frames[page - 1], 4)
    if (width, height) != header.size or left or top or frames[page - 1][-1] != BLEND_SOURCE:
        raise PictureError(
            f"frame {page} of 16 bits is laid over others; save it as a PNG of its own"
        )


def _sound(found: list[Chunk], *, keep: bool) -> tuple[list[Chunk], tuple[str, ...]]:
    """Return the chunks without those that are damaged beside the pixels, and notes of it."""
    pixels = b"".join(each.body for each in found if each.kind == b"IDAT")
    header = png_facts.first(found, b"IHDR")
    checked = png_damage.checked(found, lambda: is_whole(pixels, header))
    if checked.damage:
        note = kept(checked.damage, keep=keep)
        return _with_pixels(checked.found, repaired(pixels, header)), (*checked.notes, note)
    if checked.is_mended:
        return _with_pixels(checked.found, pixels), checked.notes
    return checked.found, checked.notes


def _with_pixels(found: list[Chunk], stream: bytes) -> list[Chunk]:
    """Return the chunks with another stream of the pixels, one frame and an end."""
    left_out = {b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT"}
    others = [each for each in found if each.kind not in left_out and each.kind.isalpha()]
    return [*others, Chunk(b"IDAT", stream, True), Chunk(b"IEND", b"", True)]
