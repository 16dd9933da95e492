"""Pictures read in bands of rows are those that are read whole."""

import os
import struct
import subprocess
import sys
import threading
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from siren_cli.pictures import bands
from siren_cli.pictures.conversion import Conversion
from siren_cli.pictures.metadata import without_personal
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.pictures.reading.stream_reader import read_stream
from tests.helpers.banded_files import HEAD, LONG_TEXT, assert_same, banded, png, rows_of
from tests.helpers.picture_files import (
    GRAY_PROFILE,
    PROFILE,
    chunk,
    noise,
    pillow,
    tiff,
    written,
)

# Kinds of PNG: bits and color type; filters go round, and one row has no filter.
PNG_TYPES = {
    "gray": (8, 0), "gray of 1 bit": (1, 0), "gray of 2 bits": (2, 0), "gray of 4 bits": (4, 0),
    "gray and alpha": (8, 4), "RGB": (8, 2), "RGBA": (8, 6), "16-bit gray": (16, 0),
    "16-bit gray and alpha": (16, 4), "16-bit RGB": (16, 2), "16-bit RGBA": (16, 6),
    "palette": (8, 3), "palette of 1 bit": (1, 3), "palette of 4 bits": (4, 3),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _low_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bands, "BAND_ROWS", 3)


@pytest.mark.parametrize("kind", PNG_TYPES)
def test_a_png_in_bands_is_that_which_is_read_whole(tmp_path: Path, kind: str) -> None:
    assert_same(written(tmp_path / "a.png", png(*PNG_TYPES[kind])))


@pytest.mark.parametrize(
    ("bits", "color", "colorless"),
    [(8, 3, bytes([0, 99, 255])), (1, 3, b"\0"), (4, 0, b"\0\7"), (8, 0, b"\0\x63"),
     (8, 2, bytes(6)), (16, 0, b"\1\2"), (16, 2, bytes(6))],
)  # fmt: skip
def test_transparent_colors_of_a_png_are_so_in_bands(
    tmp_path: Path, bits: int, color: int, colorless: bytes
) -> None:
    assert_same(written(tmp_path / "a.png", png(bits, color, chunk(b"tRNS", colorless))))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("filter_number", range(5))
def test_every_filter_goes_on_from_band_to_band(
    tmp_path: Path, bits: int, filter_number: int
) -> None:
    rows = bytearray(rows_of(bits, 2))
    rows[:: len(rows) // 8] = bytes([filter_number]) * 8
    assert_same(written(tmp_path / "a.png", png(bits, 2, rows=bytes(rows))))


TIFFS: dict[str, tuple[int, Any, dict[str, Any]]] = {
    "plain": (3, np.uint8, {}),
    "plain gray": (1, np.uint8, {}),
    "plain of 16 bits, big-endian": (3, np.uint16, {"byteorder": ">"}),
    "plain planes": (3, np.uint16, {"planarconfig": "separate"}),
    "BigTIFF": (3, np.uint8, {"bigtiff": True}),
    "gray and alpha": (2, np.uint8, {"rowsperstrip": 2, "compression": "zlib"}),
    "premultiplied": (4, np.uint8, {"extrasamples": ["assocalpha"], "compression": "lzw"}),
    "strips of a row": (3, np.uint8, {"rowsperstrip": 1, "compression": "packbits"}),
    "strips of 5 rows": (3, np.uint16, {"rowsperstrip": 5, "compression": "lzma"}),
    "one strip": (4, np.uint16, {"compression": "zstd", "predictor": True}),
    "tiles": (3, np.uint8, {"tile": (16, 16), "compression": "zlib", "predictor": True}),
    "plain tiles": (1, np.uint16, {"tile": (16, 16)}),
    "planes of tiles": (
        4, np.uint8, {"tile": (16, 16), "planarconfig": "separate", "compression": "zlib"}
    ),
    "planes of strips": (
        3, np.uint8, {"rowsperstrip": 2, "planarconfig": "separate", "compression": "lzw"}
    ),
    "white is zero": (1, np.uint8, {"photometric": "miniswhite", "compression": "zlib"}),
    "CMYK": (4, np.uint8, {"photometric": "separated", "extrasamples": []}),
    "JPEG": (3, np.uint8, {"tile": (16, 16), "compression": "jpeg", "photometric": "ycbcr"}),
    "resolution": (1, np.uint8, {"resolution": (72, 99), "resolutionunit": 2}),
}  # fmt: skip


@pytest.mark.parametrize("name", TIFFS)
def test_a_tiff_in_bands_is_that_which_is_read_whole(tmp_path: Path, name: str) -> None:
    channels, kind, options = TIFFS[name]
    stored = noise(channels, height=37, width=22, kind=kind)
    assert_same(written(tmp_path / "a.tif", tiff(stored, **options)))


@pytest.mark.parametrize("mode", ["1", "P"])
def test_bits_and_palettes_of_a_tiff_are_so_in_bands(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.tif"
    Image.fromarray(noise()).convert(mode).save(path, compression="packbits")
    assert_same(path)


CONVERSIONS: list[dict[str, Any]] = [
    {"alpha": "drop"}, {"alpha": "over=#f80"}, {"gray": True}, {"icc": "srgb"}, {"page": 1},
    {"alpha": "over=#fff", "gray": True, "icc": "srgb"}, {"max_side": 8},
]  # fmt: skip


@pytest.mark.parametrize("changes", CONVERSIONS)
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_changes_are_made_in_bands(
    tmp_path: Path, channels: int, kind: Any, changes: dict[str, Any]
) -> None:
    profile = GRAY_PROFILE if channels < 3 else PROFILE
    path = tmp_path / "a.tif"
    written(path, tiff(noise(channels, kind=kind), rowsperstrip=2, iccprofile=profile))
    assert_same(path, Conversion(**changes))


@pytest.mark.parametrize("last_alpha", [255, 254])
@pytest.mark.parametrize("alpha", ["keep", "over=#f80"])
def test_an_alpha_is_dropped_if_all_bands_are_opaque(
    tmp_path: Path, last_alpha: int, alpha: str
) -> None:
    stored = noise(4)
    stored[..., 3], stored[-1, -1, 3] = 255, last_alpha
    assert_same(written(tmp_path / "a.png", pillow(stored, "PNG")), Conversion(alpha=alpha))
    assert_same(written(tmp_path / "a.tif", tiff(stored)), Conversion(alpha=alpha))


def test_what_a_png_says_after_its_pixels_is_kept(tmp_path: Path) -> None:
    content = png(8, 2, chunk(b"pHYs", struct.pack(">IIB", 3000, 4000, 1)))
    texts = chunk(b"tEXt", b"Author\0me") + chunk(b"tEXt", b"XML:com.adobe.xmp\0<x/>")
    assert_same(written(tmp_path / "a.png", content[:-12] + texts + content[-12:]))


def test_metadata_of_a_stream_is_dropped_as_that_of_a_picture(tmp_path: Path) -> None:
    content = png(8, 2, chunk(b"tEXt", b"XML:com.adobe.xmp\0<x/>"))
    stream = without_personal(banded(written(tmp_path / "a.png", content)))
    assert stream.metadata.xmp == b""
    assert stream.notes == ("its XMP is dropped (--keep-metadata keeps it)",)


def test_wrong_checksums_are_noted_in_bands(tmp_path: Path) -> None:
    content = bytearray(png(8, 2, chunk(b"tEXt", b"Author\0me")))
    for kind in (b"tEXt", b"IDAT"):
        place = content.index(kind)
        (length,) = struct.unpack_from(">I", content, place - 4)
        content[place + 4 + length] ^= 1
    assert_same(written(tmp_path / "a.png", bytes(content)))
    assert_same(written(tmp_path / "b.png", bytes(content[:-12])))
    assert_same(written(tmp_path / "c.png", bytes(content[:-13])))
    assert_same(written(tmp_path / "d.png", bytes(content[:-12]) + LONG_TEXT))


def test_small_pictures_are_read_whole(tmp_path: Path) -> None:
    path = written(tmp_path / "a.png", png(8, 2))
    assert len(list(read_stream(path, whole_pixels=48).bands())) == 1
    assert len(list(read_stream(path, whole_pixels=47).bands())) == 3


def test_a_picture_in_memory_is_one_band_that_is_not_copied(tmp_path: Path) -> None:
    picture = read_picture(written(tmp_path / "a.png", png(8, 2)))
    assert [each is picture.pixels for each in picture.bands()] == [True]


def test_a_page_of_a_tiff_is_read_in_bands(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    with tifffile.TiffWriter(path) as file:
        for stored in (noise(height=3), noise(height=9)):
            file.write(stored, photometric="rgb", rowsperstrip=2)
    assert_same(path, Conversion(page=2))


def test_a_pipe_is_read_whole(tmp_path: Path) -> None:
    path, content = tmp_path / "pipe", png(8, 2)
    os.mkfifo(path)
    threading.Thread(target=path.write_bytes, args=(content,)).start()
    (whole,) = banded(path).bands()
    expected = read_picture(written(tmp_path / "a.png", content)).pixels
    np.testing.assert_array_equal(whole, expected)


PEAK = """
import sys
from pathlib import Path
from siren_cli.pictures.reading.stream_reader import read_stream

def peak():
    words = Path("/proc/self/status").read_text().split()
    return int(words[words.index("VmHWM:") + 1])

small, large = map(Path, sys.argv[1:])
for path in (small, large):
    for band in read_stream(path, whole_pixels=0).bands():
        pass
    print(peak())
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_a_large_picture_takes_the_memory_of_some_bands(tmp_path: Path) -> None:
    def gray(height: int) -> bytes:
        header = struct.pack(">IIBBBBB", 6000, height, 8, 0, 0, 0, 0)
        rows = chunk(b"IDAT", zlib.compress(bytes(6001 * height), 1)) + chunk(b"IEND", b"")
        return HEAD + chunk(b"IHDR", header) + rows

    paths = [written(tmp_path / f"{height}.png", gray(height)) for height in (100, 5000)]
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *paths], capture_output=True, check=True, text=True
    )
    small, large = map(int, done.stdout.split())
    assert large - small < 8 << 10  # KiB, for 30 megapixels that are 120 megabytes of floats
