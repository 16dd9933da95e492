"""What cannot be read whole is refused with a sentence, and early."""

import io
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from siren_cli.errors import PictureError
from siren_cli.pictures.reader import check_picture, read_picture
from tests.helpers.picture_files import (
    chunk,
    hand_made_png,
    netpbm,
    noise,
    pillow,
    refusal,
    saved,
    tiff,
    written,
)

pillow_heif.register_heif_opener()


def hand_made_tiff(entries: dict[int, tuple[int, int]]) -> bytes:
    """Return a TIFF of a header and tags, {tag: (type, value)} (TIFF 6.0, section 2)."""
    tags = b"".join(
        struct.pack("<HHII", tag, kind, 1, value) for tag, (kind, value) in entries.items()
    )
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + tags + bytes(4)


def uneven_tiff() -> bytes:
    """Return a TIFF whose green has fewer bits (5, 6 and 5 were usual once)."""
    return tiff(noise()).replace(struct.pack("<HHH", 8, 8, 8), struct.pack("<HHH", 8, 6, 8), 1)


def lab() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(noise()).convert("LAB").save(buffer, "TIFF")
    return buffer.getvalue()


def gray_tiff(kind: type) -> bytes:
    return tiff(noise(1).astype(kind))


SIXTEEN_BITS = noise(kind=np.uint16)
NOT_PNM = "damaged picture: its header is not that of PGM or PPM"
HEADER_REFUSALS: dict[str, tuple[Callable[[], bytes], str]] = {
    "half.tif": (lambda: gray_tiff(np.float16), "16-bit floating-point TIFF is not supported"),
    "float.tif": (lambda: gray_tiff(np.float32), "32-bit floating-point TIFF is not supported"),
    "double.tif": (
        lambda: gray_tiff(np.float64),
        "64-bit floating-point TIFF is not supported",
    ),
    "signed.tif": (lambda: gray_tiff(np.int16), "16-bit signed TIFF is not supported"),
    "long.tif": (lambda: gray_tiff(np.uint32), "32-bit TIFF is not supported"),
    "lab.tif": (lab, "is of Pillow's mode LAB, which is not supported"),
    "lab16.tif": (
        lambda: tiff(SIXTEEN_BITS, photometric="cielab"),
        "16-bit LAB TIFF is not supported; convert it to RGB",
    ),
    "cmyk16.tif": (
        lambda: tiff(noise(4, kind=np.uint16), photometric="separated", extrasamples=None),
        "16-bit CMYK TIFF is not supported; convert it to RGB",
    ),
    "uneven.tif": (uneven_tiff, "has channels of different depths"),
    "sizeless.tif": (lambda: hand_made_tiff({}), "damaged picture: TIFF without a width"),
    "big-endian.tif": (
        lambda: tiff(noise(), bigtiff=True, byteorder=">"),
        "big-endian BigTIFF is not supported",
    ),
    "a.eps": (lambda: pillow(noise(), "EPS"), "not a picture in"),
    "a.pdf": (lambda: pillow(noise(), "PDF"), "not a picture in"),
    "empty.png": (lambda: b"", "not a picture in"),
    "text.jpg": (lambda: b"a picture", "not a picture in"),
    "svg.png": (lambda: b"<svg/>", "not a picture in"),
    "12 bits.jpg": (
        lambda: imagecodecs.jpeg8_encode(SIXTEEN_BITS >> 4, bitspersample=12),
        "not a picture in",
    ),
    "gray alpha.jxl": (
        lambda: imagecodecs.jpegxl_encode(noise(2, kind=np.uint16), lossless=True),
        "16-bit gray JPEG XL with alpha is not supported; convert it to PNG",
    ),
    "float.jxl": (
        lambda: imagecodecs.jpegxl_encode(np.float32(noise() / 255), lossless=True),
        "floating-point JPEG XL is not supported",
    ),
    "magic.ppm": (lambda: b"P6", NOT_PNM),
    "short.ppm": (lambda: b"P6 6 8\n", NOT_PNM),
    "negative.ppm": (lambda: b"P6 -6 8 255\n" + bytes(144), NOT_PNM),
    "fraction.ppm": (lambda: b"P6 6.5 8 255\n" + bytes(144), NOT_PNM),
    "comment.ppm": (lambda: b"P6 # a comment without an end", NOT_PNM),
    "long.ppm": (lambda: b"P6 99999999999 8 255\n" + bytes(144), NOT_PNM),
    "narrow.ppm": (lambda: b"P6 0 8 255\n", "damaged picture: 0x8 has no pixels"),
    "dark.ppm": (lambda: b"P6 6 8 0\n", "damaged picture: its largest value is 0"),
    "light.ppm": (lambda: b"P6 6 8 65536\n", "damaged picture: its largest value is 65536"),
}


@pytest.mark.parametrize("name", HEADER_REFUSALS)
def test_what_cannot_come_back_as_it_was_is_refused_by_its_header(
    tmp_path: Path, name: str
) -> None:
    make, reason = HEADER_REFUSALS[name]
    path = written(tmp_path / name, make())
    assert refusal(path).startswith(reason)
    assert refusal(path, check_picture) == refusal(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for read in (read_picture, check_picture):
        assert refusal(tmp_path / "missing.png", read) == "No such file or directory"
        assert refusal(tmp_path, read) == "Is a directory"


def test_a_png_that_hides_its_16_bits_is_refused(tmp_path: Path) -> None:
    content = hand_made_png(noise(3, kind=np.uint16), 16)
    moved = content[:8] + chunk(b"gAMA", struct.pack(">I", 45455)) + content[8:]
    assert "its first chunk is not IHDR" in refusal(written(tmp_path / "a.png", moved))


SIDE = 40_000
HUGE = "40000x40000 is 1600 Mpx, over the 178 Mpx limit (--max-pixels)"


def huge_png(bits: int) -> bytes:
    header = struct.pack(">IIBBBBB", SIDE, SIDE, bits, 2, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(bytes(10**6)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rows


def huge_tiff(bits: int) -> bytes:
    sides = {256: (4, SIDE), 257: (4, SIDE)}
    return hand_made_tiff({**sides, 258: (3, bits), 262: (3, 1), 273: (4, 8), 279: (4, 8)})


def huge_jpeg_2000(form: str, bits: int) -> bytes:
    content = imagecodecs.jpeg2k_encode(noise(kind=np.uint16) >> (16 - bits), codecformat=form)
    return content.replace(struct.pack(">II", 8, 6), struct.pack(">II", SIDE, SIDE)).replace(
        struct.pack(">II", 6, 8), struct.pack(">II", SIDE, SIDE)
    )


def huge_jpeg_xl() -> bytes:
    """Return ISO 18181-1, D.2: no small size, 18 bits of height, a square, all as usual."""
    bits = 2 << 1 | (SIDE - 1) << 3 | 1 << 21 | 1 << 24
    return b"\xff\x0a" + bits.to_bytes(60, "little")


BOMBS: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: huge_png(8),
    "PNG 16": lambda: huge_png(16),
    "TIFF": lambda: huge_tiff(8),
    "TIFF 16": lambda: huge_tiff(16),
    "jp2": lambda: huge_jpeg_2000("jp2", 8),
    "jp2 16": lambda: huge_jpeg_2000("jp2", 16),
    "j2k 16": lambda: huge_jpeg_2000("j2k", 16),
    "JPEG XL": huge_jpeg_xl,
    "JPEG XL in boxes": lambda: b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\0jxlc" + huge_jpeg_xl(),
    "PPM": lambda: b"P6 40000 40000 255\n" + bytes(99),
    "PPM 16": lambda: b"P6 40000 40000 65535\n" + bytes(99),
    "PBM": lambda: b"P4 40000 40000\n" + bytes(99),
}


@pytest.mark.parametrize("name", BOMBS)
def test_too_many_pixels_are_refused_before_they_are_decoded(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "a", BOMBS[name]())
    start = time.perf_counter()
    assert refusal(path) == refusal(path, check_picture) == HUGE
    assert time.perf_counter() - start < 1.0


UNDECODED = {
    "PNG": lambda: hand_made_png(noise(), 8),
    "PNG 16": lambda: hand_made_png(SIXTEEN_BITS, 16),
    "JPEG": lambda: pillow(noise(), "JPEG"),
    "TIFF": lambda: tiff(noise()),
    "TIFF 16": lambda: tiff(SIXTEEN_BITS, compression="zlib"),
    "PPM": lambda: netpbm(b"P6", b" 6 8 255\n", noise()),
    "PPM 16": lambda: netpbm(b"P6", b" 6 8 65535\n", SIXTEEN_BITS),
    "jp2": lambda: imagecodecs.jpeg2k_encode(noise(), codecformat="jp2"),
    "jp2 16": lambda: imagecodecs.jpeg2k_encode(SIXTEEN_BITS, codecformat="jp2"),
}


@pytest.mark.parametrize("name", UNDECODED)
def test_a_check_reads_the_header_alone(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "a", UNDECODED[name]()[:-40])
    check_picture(path)
    assert refusal(path)


WITHOUT_EXTRAS = """
import sys
from pathlib import Path

EXTRAS = {"imagecodecs", "pillow_heif", "pillow_jxl"}


class Without:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in EXTRAS:
            return self.finder.find_spec(name, path, target)


sys.meta_path = [Without(finder) for finder in sys.meta_path]
from siren_cli.errors import SirenError
from siren_cli.pictures.reader import check_picture, read_picture

for name in sys.argv[1:]:
    for read in (read_picture, check_picture):
        try:
            read(Path(name))
        except SirenError as error:
            print(type(error).__name__, error)
        else:
            print("read")
"""
DEEP_EXTRA = "is read by the extra deep: pip install 'siren-cli[deep]'"
EXTRAS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a.png": (lambda: hand_made_png(SIXTEEN_BITS, 16), f"16-bit PNG {DEEP_EXTRA}"),
    "a.tif": (lambda: tiff(SIXTEEN_BITS), f"16-bit TIFF {DEEP_EXTRA}"),
    "a.jp2": (lambda: imagecodecs.jpeg2k_encode(SIXTEEN_BITS), f"16-bit JPEG2000 {DEEP_EXTRA}"),
    "a.heic": (
        lambda: pillow(noise(), "HEIF"),
        "HEIC is read by the extra heif: pip install 'siren-cli[heif]'",
    ),
    "a.jxl": (
        lambda: imagecodecs.jpegxl_encode(noise()),
        "JPEG XL is read by the extra jxl: pip install 'siren-cli[jxl]'",
    ),
    "a.ppm": (lambda: netpbm(b"P6", b" 6 8 65535\n", SIXTEEN_BITS), "read"),
    "b.png": (lambda: hand_made_png(noise(), 8), "read"),
}


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    paths = [written(tmp_path / name, make()) for name, (make, _) in EXTRAS.items()]
    command = [sys.executable, "-c", WITHOUT_EXTRAS, *paths]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    expected = []
    for path, (_, answer) in zip(paths, EXTRAS.values(), strict=True):
        line = answer if answer == "read" else f"ResourceError {path}: {answer}"
        expected += [line, line]
    assert done.stdout.splitlines() == expected


def test_the_limit_of_pixels_is_exact(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", noise())
    assert read_picture(path, max_pixels=48).facts.width == 6
    with pytest.raises(PictureError, match=r"6x8 is 48 pixels, over the 47 pixels limit"):
        read_picture(path, max_pixels=47)


NARROW = """
import resource, sys
from pathlib import Path
from siren_cli.errors import ResourceError
from siren_cli.pictures.reader import read_picture
pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + (100 << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    read_picture(Path(sys.argv[1]))
except ResourceError as error:
    print(error)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
def test_a_picture_larger_than_memory_is_refused_in_one_line(tmp_path: Path) -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 13_000, 13_000, 8, 6, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes(10**6)))
    path = written(tmp_path / "a.png", b"\x89PNG\r\n\x1a\n" + header + rows)
    command = [sys.executable, "-c", NARROW, path]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stdout == f"{path}: larger than the memory that is left\n"
