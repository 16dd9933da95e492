"""JPEG files read in bands of rows, by libvips of the extra vips.

Baseline files alone are, for a decoder holds all coefficients of others. Libvips as its wheels
bring it decodes to the same bits as the reader of whole files. One of another build may round
otherwise.
"""

import logging
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from siren_cli.pictures.bands import bands
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Stored
from siren_cli.pictures.reading import exif, jpeg, multi_picture
from siren_cli.pictures.reading.banded import BandedPicture, NotInBandsError
from siren_cli.pictures.reading.damage import kept
from siren_cli.pictures.reading.jpeg_segments import (
    APP2,
    END_MARKER,
    FRAMES,
    JpegHeader,
    Segment,
    read_segments,
    segments,
)
from siren_cli.pictures.reading.picture_header import PictureHeader
from siren_cli.system import extras

# Markers of the frames whose blocks are decoded one after another, by Huffman codes.
SEQUENTIAL_FRAMES = (0xC0, 0xC1)
# Components of gray and of colors.
COMPONENTS = (1, 3)
# Largest file, in bytes, which is in memory for a moment while its pixels are checked.
MAX_FILE_BYTES = 1 << 30
# Last bytes of a file that are searched for its end marker, which programs put others after.
TAIL_BYTES = 64 << 10

# pyvips raises what it logs; without a handler Python would print it, too.
logging.getLogger("pyvips").addHandler(logging.NullHandler())


def check(file: BinaryIO, _: PictureHeader, page: int | None) -> None:
    """Check that a JPEG file can be read in bands.

    Raises:
        NotInBandsError: It cannot.
    """
    content = _start(file)
    parts, found = list(segments(content)), read_segments(content)
    _check_frame(parts, found)
    if page not in (None, 1) or any(_is_list(each) for each in parts):
        raise NotInBandsError("saved as a JPEG of its own")
    if exif.of_block(found.exif).orientation != 1:
        raise NotInBandsError("saved upright")
    size = file.seek(0, os.SEEK_END)
    if size > MAX_FILE_BYTES:
        raise NotInBandsError("saved as TIFF or PNG")
    file.seek(max(0, size - TAIL_BYTES))
    if END_MARKER not in file.read():
        raise NotInBandsError("with its end, which is missing,")
    if not extras.is_installed("vips"):
        raise NotInBandsError("with the extra vips (pip install 'siren-cli[vips]')")


def survey(file: BinaryIO, _: PictureHeader, __: int | None) -> BandedPicture:
    """Look at all of a JPEG file that passes `check`.

    Raises:
        PictureError: It is damaged.
        NotInBandsError: Its color profile is.
    """
    file.seek(0)
    content = file.read()
    found = read_segments(content)
    _check_pixels(content, found)
    del content
    width, height = found.size

    def stored_bands(again: BinaryIO) -> Iterator[Stored]:
        vips: Any = extras.load("vips", "A JPEG is read in bands")
        try:
            region = vips.Region.new(_opened(again, vips))
            for rows in bands(height, width):
                # Crops, which are pictures, would want each band to begin with a new block.
                content = region.fetch(0, rows.start, width, rows.stop - rows.start)
                band = np.frombuffer(content, np.uint8)
                yield band.reshape(-1, width, found.components)
        except vips.Error as error:
            # The last line is the decoder's, after its name.
            reason = str(error).strip().splitlines()[-1].rpartition("VipsJpeg: ")[2]
            kept(reason, keep=False)

    first = jpeg.described(Decoded(next(stored_bands(file))), found)
    return BandedPicture(height, first, stored_bands)


def _start(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(jpeg.MAX_HEADER_BYTES)


def _check_frame(parts: list[Segment], found: JpegHeader) -> None:
    if found.bits != LOW_BIT_DEPTH or found.components not in COMPONENTS:
        raise NotInBandsError("saved as RGB of 8 bits")
    frame = next(each for each in parts if each.marker in FRAMES)
    is_one_scan = parts[-1].body[:1] == bytes([found.components])
    if frame.marker not in SEQUENTIAL_FRAMES or not is_one_scan:
        raise NotInBandsError("saved as a baseline JPEG")


def _check_pixels(content: bytes, found: JpegHeader) -> None:
    """Check that a decoder does not warn, which libvips may leave out at the end of a file."""
    import simplejpeg

    try:
        # At an eighth of its sides the picture takes a sixty-fourth of the memory.
        simplejpeg.decode_jpeg(
            content, jpeg.SPACES[found.components], min_height=1, min_width=1, min_factor=8
        )
    except ValueError as error:
        if jpeg.BAD_PROFILE in str(error):
            raise NotInBandsError("saved without its broken color profile") from error
        kept(str(error), keep=False)


def _is_list(segment: Segment) -> bool:
    """Return whether a segment is a list of more pictures."""
    return segment.marker == APP2 and segment.body.startswith(multi_picture.NAME)


def _opened(file: BinaryIO, vips: Any) -> Any:
    # The decoder reads by itself, from where the file stands for the system.
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    source = vips.Source.new_from_descriptor(file.fileno())
    return vips.Image.jpegload_source(
        source, access="sequential", fail_on="warning", autorotate=False
    )
