"""PNG files of noise made by hand, and pictures that are read in bands of rows."""

import struct
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from siren_cli.pictures.conversion import AS_IT_IS, Conversion
from siren_cli.pictures.picture import Picture
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.pictures.reading.stream_reader import read_stream
from siren_cli.pictures.stream import PictureStream
from tests.helpers.picture_files import chunk

HEIGHT, WIDTH = 8, 6
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# A palette of as many colors as 8 bits have.
PALETTE = chunk(b"PLTE", np.random.default_rng(0).bytes(3 * 256))
# The head of a text of two gigabytes.
LONG_TEXT = struct.pack(">I4s", (1 << 31) - 1, b"tEXt")
HEAD = b"\x89PNG\r\n\x1a\n"


def rows_of(bits: int, color: int) -> bytes:
    """Return rows of noise, each after the number of a filter; any bytes are some pixels."""
    row_bytes = (WIDTH * bits * CHANNELS[color] + 7) // 8
    generator = np.random.default_rng(bits + color)
    return b"".join(b"%c" % (row % 5) + generator.bytes(row_bytes) for row in range(HEIGHT))


def png(bits: int, color: int, *extra: bytes, parts: int = 3, rows: bytes = b"") -> bytes:
    """Return a PNG whose pixels are in several chunks."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, bits, color, 0, 0, 0)
    stream = zlib.compress(rows or rows_of(bits, color))
    step = -(-len(stream) // parts)
    pixels = [
        chunk(b"IDAT", stream[place : place + step]) for place in range(0, len(stream), step)
    ]
    palette = [PALETTE] if color == 3 else []
    middle = b"".join([chunk(b"IHDR", header), *palette, *extra, *pixels])
    return HEAD + middle + chunk(b"IEND", b"")


def banded(path: Path, conversion: Conversion = AS_IT_IS, **limits: int) -> PictureStream:
    return read_stream(path, conversion, **{"whole_pixels": 0, **limits})


def as_picture(stream: PictureStream) -> Picture:
    whole = np.concatenate(list(stream.bands()))
    rest = {name: value for name, value in vars(stream).items() if name != "bands"}
    return Picture(pixels=whole, **rest)


def assert_same(path: Path, conversion: Conversion = AS_IT_IS) -> None:
    """Assert that a picture is read in bands, and twice, as it is read whole."""
    expected, stream = read_picture(path, conversion), banded(path, conversion, max_pixels=1)
    for _ in range(2):
        found = as_picture(stream)
        assert found.pixels.dtype == np.float32
        np.testing.assert_array_equal(found.pixels, expected.pixels)
        assert replace(found, pixels=None) == replace(expected, pixels=None)
    assert len(list(stream.bands())) > 1
