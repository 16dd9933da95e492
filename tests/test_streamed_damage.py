"""Pictures that are not read in bands of rows, or are refused then, and why."""

import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from siren_cli.pictures import bands
from siren_cli.pictures.conversion import Conversion
from siren_cli.pictures.reading import png_chunks, tiff_bands
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.banded_files import (
    HEAD,
    LONG_TEXT,
    PALETTE,
    as_picture,
    assert_same,
    banded,
    png,
    rows_of,
)
from tests.helpers.picture_files import chunk, noise, pillow, refusal, tiff, written


@pytest.fixture(autouse=True)
def _low_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bands, "BAND_ROWS", 3)


def refused_in_bands(path: Path, **limits: int) -> str:
    return refusal(path, lambda path: as_picture(banded(path, **limits)))


@pytest.mark.parametrize("left", [40, 60, 100, 150, -20])
def test_a_png_that_is_cut_off_is_refused_before_its_bands(tmp_path: Path, left: int) -> None:
    path = written(tmp_path / "a.png", png(8, 2)[:left])
    assert refusal(path, banded) == refusal(path)


BROKEN_PNGS = {
    "rows are missing": png(8, 2, rows=rows_of(8, 2)[:-1]),
    "a megabyte and more is left over": png(8, 2, rows=rows_of(8, 2) + bytes(3 << 20)),
    "a chunk is longer than the file": png(8, 2)[:80] + LONG_TEXT,
    "its header is broken": png(8, 2).replace(b"IHDR\0\0\0", b"IHDR\0\0\1"),
    "its palette is broken": png(8, 3).replace(PALETTE[:99], PALETTE[:98] + b"\0"),
    "its color type is unknown": HEAD
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 6, 8, 8, 7, 0, 0, 0))
    + png(8, 2)[33:],
    "its bits are none of its color type": HEAD
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 6, 8, 1, 2, 0, 0, 0))
    + png(8, 2, rows=bytes(152))[33:],
}


@pytest.mark.parametrize("name", BROKEN_PNGS)
def test_a_broken_png_is_refused_as_one_that_is_read_whole(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "a.png", BROKEN_PNGS[name])
    assert refusal(path, banded) == refusal(path)


def test_a_filter_that_is_none_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.png", png(8, 2, rows=b"\5" + rows_of(8, 2)[1:]))
    assert refusal(path, banded).startswith("damaged picture: its pixels are broken")


def strips(tmp_path: Path) -> tuple[Path, int]:
    """Return a TIFF of four strips, and the place of the last one."""
    path = written(tmp_path / "a.tif", tiff(noise(), rowsperstrip=2, compression="zlib"))
    with tifffile.TiffFile(path) as file:
        return path, file.pages[0].dataoffsets[-1]


def test_a_tiff_without_its_last_strip_is_refused_before_its_bands(tmp_path: Path) -> None:
    path, place = strips(tmp_path)
    path.write_bytes(path.read_bytes()[: place + 5])
    assert refusal(path, banded) == refusal(path)
    plain = tiff(noise())
    path.write_bytes(plain[:-9])
    assert refusal(path, banded) == refusal(path)


def test_a_broken_strip_is_refused_in_its_band(tmp_path: Path) -> None:
    path, place = strips(tmp_path)
    content = bytearray(path.read_bytes())
    content[place + 4 : place + 9] = bytes(5)
    path.write_bytes(content)
    passed = banded(path).bands()
    next(passed)
    assert refusal(path, lambda _: list(passed)) == refusal(path)


CHANGED = "has changed while it was read"
FILES = {
    "a.png": png(8, 2),
    "a.tif": tiff(noise(), rowsperstrip=2, compression="zlib"),
    "b.tif": tiff(noise()),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_shrinks_in_mid_pass_is_noticed(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, FILES[name])
    passed = banded(path).bands()
    next(passed)
    path.write_bytes(FILES[name][:20])
    assert refusal(path, lambda _: next(passed)) == CHANGED


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_replaced_between_passes_is_noticed(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, FILES[name])
    stream = banded(path)
    list(stream.bands())
    os.utime(written(tmp_path / "other", FILES[name]), ns=(1, 1))
    (tmp_path / "other").replace(path)
    assert refusal(path, lambda _: next(stream.bands())) == CHANGED


def upside_down() -> bytes:
    exif = Image.Exif()
    exif[274] = 3
    return pillow(noise(), "PNG", exif=exif)


def animation() -> bytes:
    frame = Image.fromarray(noise(3))
    return pillow(noise(3)[::-1], "PNG", save_all=True, append_images=[frame])


def interlaced() -> bytes:
    content = png(8, 0, rows=b"".join(bytes([0]) + bytes(6) for _ in range(20)))
    header = struct.pack(">IIBBBBB", 6, 8, 8, 0, 0, 0, 1)
    return HEAD + chunk(b"IHDR", header) + content[33:]


WHOLE: dict[str, tuple[bytes, dict[str, Any], str]] = {
    "interlaced": (interlaced(), {}, "saved without interlacing"),
    "an animation": (animation(), {}, "saved as a PNG of its own"),
    "a frame": (animation(), {"page": 2}, "saved as a PNG of its own"),
    "upside down": (upside_down(), {}, "saved upright"),
    "shrunken": (png(8, 2), {"max_side": 7}, "without --max-side"),
    "damage is kept": (png(8, 2), {"damaged": "keep"}, "without --damaged keep"),
    "floats": (tiff(noise().astype(np.float32)), {}, "saved with 8 or 16 bits"),
    "a large strip": (
        tiff(noise(height=20), compression="zlib"), {},
        "saved with tiles, or with strips of fewer rows",
    ),
    "upside down in a TIFF": (
        tiff(noise(), extratags=[(274, 3, 1, 3, True)]), {}, "saved upright"
    ),
    "BMP": (pillow(noise(), "BMP"), {}, "saved as TIFF or PNG"),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_not_read_in_bands_is_read_whole_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    content, changes, hint = WHOLE[name]
    monkeypatch.setattr(tiff_bands, "MAX_SEGMENT_BYTES", 8 * 6 * 3)
    path, conversion = written(tmp_path / "a", content), Conversion(**changes)
    (whole,) = banded(path, conversion).bands()
    np.testing.assert_array_equal(whole, read_picture(path, conversion).pixels)
    message = refusal(path, lambda path: banded(path, conversion, max_pixels=47))
    limit = "over the 47 pixels limit (--max-pixels)"
    assert message.endswith(f"{limit}; {hint} it would be read in bands of rows")


def test_too_many_chunks_beside_the_pixels_are_not_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(png_chunks, "MAX_OTHER_BYTES", 5 * png_chunks.CHUNK_BYTES)
    path = written(tmp_path / "a.png", png(8, 2, *[chunk(b"abCd", b"")] * 4))
    assert "with smaller chunks" in refused_in_bands(path, max_pixels=1)
    assert_same(written(tmp_path / "b.png", png(8, 2, parts=20)))
