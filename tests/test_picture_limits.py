"""Pictures with too many pixels for the limit or the memory are refused early."""

import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from siren_cli.errors import PictureError
from siren_cli.pictures.reading.reader import check_picture, read_picture
from tests.helpers.picture_files import (
    chunk,
    hand_made_tiff,
    noise,
    refusal,
    saved,
    tiff,
    written,
)

SIDE = 40_000
HUGE = "40000x40000 is 1600 Mpx, over the 178 Mpx limit (--max-pixels)"

CUT = "damaged picture: it is cut off (--damaged keep reads what is left)"


def huge_png(bits: int) -> bytes:
    header = struct.pack(">IIBBBBB", SIDE, SIDE, bits, 2, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(bytes(6_000 * 24_001), 1))
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
    assert refusal(path) == HUGE
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize("name", [name for name in BOMBS if name[:3] not in ("PNG", "TIF")])
def test_too_many_pixels_are_refused_by_the_header_alone(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "a", BOMBS[name]())
    hint = "saved as TIFF or PNG it would be read in bands of rows"
    assert refusal(path, check_picture) == f"{HUGE}; {hint}"


def test_the_header_refuses_no_picture_that_is_read_in_bands(tmp_path: Path) -> None:
    check_picture(written(tmp_path / "a.png", huge_png(8)))
    check_picture(written(tmp_path / "a.tif", tiff(noise(), rowsperstrip=2)), max_pixels=1)
    assert refusal(written(tmp_path / "a.tif", huge_tiff(8)), check_picture) == CUT


def test_the_limit_of_pixels_is_exact(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", noise())
    assert read_picture(path, max_pixels=48).facts.width == 6
    with pytest.raises(PictureError, match=r"6x8 is 48 pixels, over the 47 pixels limit"):
        read_picture(path, max_pixels=47)


NARROW = """
import resource, sys
from pathlib import Path
from siren_cli.errors import ResourceError
from siren_cli.pictures.reading.reader import read_picture
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
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 6_000, 6_000, 8, 6, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes(6_000 * 24_001), 1))
    path = written(tmp_path / "a.png", b"\x89PNG\r\n\x1a\n" + header + rows)
    command = [sys.executable, "-c", NARROW, path]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert done.stdout == f"{path}: larger than the memory that is left\n"
