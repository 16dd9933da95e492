"""PNG files: their checksums believed, their color space read, their 16 bits kept."""

import io
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

from PIL import Image

from siren_cli.errors import PictureError
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Metadata, peak
from siren_cli.pictures.reading import pillow, png_facts
from siren_cli.pictures.reading.damage import NO_END, kept
from siren_cli.pictures.reading.orientation import upright, upright_resolution
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions
from siren_cli.pictures.reading.png_chunks import (
    Chunk,
    chunks,
    is_beside_pixels,
    is_whole,
    joined,
    repaired,
)
from siren_cli.pictures.reading.spread import spread

WRONG_CHECKSUM = "has a wrong checksum, but its pixels are whole"
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
    content = joined(each for each in found if each.kind in png_facts.PIXEL_CHUNKS)

    def decode(image: Image.Image) -> Any:
        if header.bits > LOW_BIT_DEPTH:
            return _sixteen_bits(content, found, header, options.page or 1)
        return pillow.values(image, header.bits)

    plain = pillow.read_by(io.BytesIO(content), header, options, decode)
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
    broken = [each for each in found if not each.is_sound]
    beside = [each for each in broken if is_beside_pixels(each)]
    kinds = dict.fromkeys(each.kind.decode() for each in beside)
    notes = [f"its {kind} has a wrong checksum and is left out" for kind in kinds]
    found = [each for each in found if each.is_sound or not is_beside_pixels(each)]
    is_ended = bool(found) and found[-1].kind == b"IEND"
    serious = [each.kind for each in broken if not is_beside_pixels(each)]
    needed = set(serious) - {b"IDAT", b"IEND"}
    pixels = b"".join(each.body for each in found if each.kind == b"IDAT")
    header = png_facts.first(found, b"IHDR")
    if not needed and is_whole(pixels, header):
        if len(broken) > len(beside) or not is_ended:
            notes.append(WRONG_CHECKSUM if is_ended else NO_END)
            found = _with_pixels(found, pixels)
        return found, tuple(notes)
    notes.append(kept(_reason(serious, is_ended=is_ended), keep=keep))
    return _with_pixels(found, repaired(pixels, header)), tuple(notes)


def _reason(kinds: list[bytes], *, is_ended: bool) -> str:
    if not is_ended:
        return "it is cut off"
    if not kinds:
        return "its pixels are broken, or some are missing"
    return (
        f"its {kinds[0].decode()} has a wrong checksum"
        if kinds[0].isalpha()
        else "a chunk is broken"
    )


def _with_pixels(found: list[Chunk], stream: bytes) -> list[Chunk]:
    """Return the chunks with another stream of the pixels, one frame and an end."""
    left_out = {b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT"}
    others = [each for each in found if each.kind not in left_out and each.kind.isalpha()]
    return [*others, Chunk(b"IDAT", stream, True), Chunk(b"IEND", b"", True)]
