"""Resolution is kept and put back; EXIF and XMP are dropped and said, or kept and put back."""

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tifffile
from PIL import Image

from siren_cli.pictures.picture import Metadata, Resolution
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.commands import siren
from tests.helpers.picture_files import (
    chunk,
    encoded,
    hand_made_png,
    noise,
    pillow,
    tiff,
    written,
)

XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>a</x:xmpmeta>"


def exif(orientation: int = 1) -> Image.Exif:
    """Return EXIF of a place, an author, a camera and an orientation."""
    tags = Image.Exif()
    tags[274], tags[315], tags[271] = orientation, "Nobody", "Camera"
    position = tags.get_ifd(0x8825)
    position[1], position[2] = "N", (52.0, 30.0, 0.0)
    return tags


RESOLVED: dict[str, tuple[Callable[[], bytes], tuple[float, float]]] = {
    "PNG": (lambda: pillow(noise(), "PNG", dpi=(300, 150)), (299.9994, 149.9997)),
    "JPEG": (lambda: pillow(noise(), "JPEG", dpi=(300, 150)), (300, 150)),
    "JPEG in cm": (
        lambda: pillow(noise(), "JPEG").replace(b"\0\0\1\0\1", b"\2\0\x64\0\x32", 1),
        (254, 127),
    ),
    "TIFF": (lambda: tiff(noise(), resolution=(300, 150), resolutionunit="inch"), (300, 150)),
    "TIFF in cm": (
        lambda: tiff(noise(), resolution=(100, 50), resolutionunit="centimeter"),
        (254, 127),
    ),
    "big-endian BigTIFF": (
        lambda: tiff(
            noise(), resolution=(300, 150), resolutionunit="inch", bigtiff=True, byteorder=">"
        ),
        (300, 150),
    ),
    "BMP": (lambda: pillow(noise(), "BMP", dpi=(300, 150)), (299.9994, 149.9997)),
}


@pytest.mark.parametrize("name", RESOLVED)
def test_a_resolution_is_read(tmp_path: Path, name: str) -> None:
    make, expected = RESOLVED[name]
    picture = read_picture(written(tmp_path / "a", make()))
    assert picture.metadata.resolution == pytest.approx(expected, abs=0.03)
    assert any("its pixels are not square" in note for note in picture.notes)


def test_a_turned_picture_has_a_turned_resolution(tmp_path: Path) -> None:
    content = pillow(noise(), "JPEG", dpi=(300, 150), exif=exif(6))
    picture = read_picture(written(tmp_path / "a", content))
    assert picture.metadata.resolution == Resolution(150, 300)


WITHOUT_UNIT: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: hand_made_png(noise(), 8, chunk(b"pHYs", struct.pack(">IIB", 2, 1, 0))),
    "JPEG": lambda: pillow(noise(), "JPEG").replace(b"\0\0\1\0\1", b"\0\0\2\0\1", 1),
}


@pytest.mark.parametrize("name", WITHOUT_UNIT)
def test_pixels_that_are_not_square_are_said_without_a_unit(tmp_path: Path, name: str) -> None:
    picture = read_picture(written(tmp_path / "a", WITHOUT_UNIT[name]()))
    assert picture.metadata.resolution is None
    assert "its pixels are not square: 2 x 1 in equal lengths" in picture.notes


def described(content: bytes) -> tuple[Any, Image.Exif, Any]:
    """Return resolution, EXIF and XMP of a file, by Pillow."""
    with Image.open(io.BytesIO(content)) as image:
        tags = image.getexif()
        dots = image.info.get("dpi") or (tags.get(282), tags.get(283))
        return dots, tags, image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".avif", ".tif", ".bmp"])
def test_a_resolution_is_put_back(tmp_path: Path, suffix: str) -> None:
    content = pillow(noise(), "PNG", dpi=(300, 150))
    picture = read_picture(written(tmp_path / "a", content))
    dots = described(encoded(picture, Path(f"a{suffix}")))[0]
    assert tuple(map(float, dots)) == pytest.approx((300, 150), abs=0.5)


def original(folder: Path) -> None:
    content = pillow(noise(3, 24, 32), "JPEG", exif=exif(3), xmp=XMP, dpi=(300, 300))
    written(folder / "a.jpg", content)


def test_what_is_personal_is_dropped_and_said(tmp_path: Path) -> None:
    original(tmp_path)
    run = siren(tmp_path, "fit", "a.jpg", "--preset=fast", "--epochs=2")
    assert run.err[1:] == [
        "a.jpg: its EXIF (position, author) and XMP are dropped (--keep-metadata keeps them)"
    ]
    content = (tmp_path / "a.siren").read_bytes()
    assert b"Nobody" not in content
    assert XMP not in content


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "avif"])
def test_what_is_personal_is_kept_if_asked_for(tmp_path: Path, suffix: str) -> None:
    original(tmp_path)
    command = ["fit", "a.jpg", "--preset=fast", "--epochs=2", "--keep-metadata", "-q"]
    assert siren(tmp_path, *command).code == 0
    drawn = f"b.{suffix}"
    run = siren(tmp_path, "render", "a.siren", "-o", drawn)
    assert (run.code, len(run.err)) == (0, 1)
    _, tags, xmp = described((tmp_path / drawn).read_bytes())
    assert (tags[315], tags[271]) == ("Nobody", "Camera")
    assert tags.get_ifd(0x8825)[1] == "N"
    assert 274 not in tags or tags[274] == 1  # the picture is upright now
    assert (xmp.encode() if isinstance(xmp, str) else xmp) == XMP


def test_xmp_goes_into_tiff_and_exif_that_does_not_is_said(tmp_path: Path) -> None:
    original(tmp_path)
    siren(tmp_path, "fit", "a.jpg", "--preset=fast", "--epochs=2", "--keep-metadata", "-q")
    run = siren(tmp_path, "render", "a.siren", "-o", "b.tif")
    assert run.err[1:] == ["b.tif: its EXIF is not written"]
    with tifffile.TiffFile(tmp_path / "b.tif") as file:
        assert file.pages.first.tags[700].value == XMP


def test_a_damaged_exif_is_said(tmp_path: Path) -> None:
    content = pillow(noise(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    picture = read_picture(written(tmp_path / "a.jpg", content))
    assert picture.notes == ("its EXIF is damaged and left out",)
    assert picture.metadata == Metadata()


def test_an_orientation_alone_is_nothing_to_miss(tmp_path: Path) -> None:
    tags = Image.Exif()
    tags[274] = 6
    picture = read_picture(written(tmp_path / "a.jpg", pillow(noise(), "JPEG", exif=tags)))
    assert picture.metadata.exif == b""


def test_what_is_too_large_to_be_kept_is_dropped_and_said(tmp_path: Path) -> None:
    text = b"XML:com.adobe.xmp\0\0\0\0\0" + bytes([120]) * (1 << 20) + b"xx"
    written(tmp_path / "a.png", hand_made_png(noise(), 8, chunk(b"iTXt", text)))
    run = siren(tmp_path, "fit", "a.png", "--preset=fast", "--epochs=2", "--keep-metadata")
    assert run.err[1:] == ["a.png: its XMP is over 1 MiB and is dropped"]
    assert siren(tmp_path, "info", "a.siren", "--verify").code == 0
