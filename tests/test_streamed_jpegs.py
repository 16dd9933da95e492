"""Baseline JPEG files are read in bands of rows by the extra vips."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from siren_cli.pictures import bands
from siren_cli.pictures.conversion import Conversion
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.system import extras
from tests.helpers.banded_files import assert_same, banded
from tests.helpers.picture_files import PROFILE, noise, pillow, refusal, written

needs_vips = pytest.mark.skipif(not extras.is_installed("vips"), reason="needs the extra vips")


@pytest.fixture(autouse=True)
def _low_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bands, "BAND_ROWS", 3)


def jpeg(channels: int = 3, **options: Any) -> bytes:
    return pillow(noise(channels, height=37, width=22), "JPEG", **options)


@needs_vips
@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_jpeg_in_bands_is_that_which_is_read_whole(
    tmp_path: Path, channels: int, subsampling: int
) -> None:
    assert_same(written(tmp_path / "a.jpg", jpeg(channels, subsampling=subsampling)))


@needs_vips
def test_what_a_jpeg_says_is_kept_in_bands(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[271], exif[282], exif[283] = "a camera", 99.0, 72.0
    path = written(tmp_path / "a[shrink=2].jpg", jpeg(exif=exif, icc_profile=PROFILE))
    assert_same(path)
    assert_same(path, Conversion(icc="srgb", gray=True, page=1))


@needs_vips
@pytest.mark.parametrize("place", [-60, -12])
def test_a_damaged_jpeg_is_refused_before_its_bands(tmp_path: Path, place: int) -> None:
    content = bytearray(jpeg())
    content[place : place + 5] = b"\xff\xd9\0\0\0"
    path = written(tmp_path / "a.jpg", bytes(content))
    assert refusal(path, banded) == refusal(path)


@needs_vips
def test_a_jpeg_that_shrinks_in_mid_pass_is_noticed(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jpg", jpeg())
    passed = banded(path).bands()
    next(passed)
    path.write_bytes(path.read_bytes()[:200])
    assert refusal(path, lambda _: next(passed)) == "has changed while it was read"


def upside_down() -> bytes:
    exif = Image.Exif()
    exif[274] = 3
    return jpeg(exif=exif)


def cmyk() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(noise(4, height=37, width=22), "CMYK").save(buffer, "JPEG")
    return buffer.getvalue()


WHOLE = {
    "progressive": (jpeg(progressive=True), "saved as a baseline JPEG"),
    "CMYK": (cmyk(), "saved as RGB of 8 bits"),
    "upside down": (upside_down(), "saved upright"),
    "without its end": (jpeg()[:-2], "with its end, which is missing,"),
    "no vips": (jpeg(), "with the extra vips (pip install 'siren-cli[vips]')"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_jpeg_that_is_not_read_in_bands_is_read_whole_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    content, hint = WHOLE[name]
    monkeypatch.setattr(extras, "is_installed", lambda _: name != "no vips")
    path = written(tmp_path / "a.jpg", content)
    (whole,) = banded(path).bands()
    np.testing.assert_array_equal(whole, read_picture(path).pixels)
    message = refusal(path, lambda path: banded(path, max_pixels=99))
    assert message.endswith(f"(--max-pixels); {hint} it would be read in bands of rows")
