"""Damage is refused, or what is left is read; what lacks only its end is read, and said."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from siren_cli.errors import PictureError
from siren_cli.pictures.conversion import Conversion
from siren_cli.pictures.picture import quantize
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.picture_files import (
    PROFILE,
    chunk,
    hand_made_png,
    noise,
    pillow,
    smooth,
    tiff,
    written,
)

KEEP = Conversion(damaged="keep")
LARGE = noise(3, 64, 48)
NO_END = "its end is missing, but its pixels are whole"


def broken(content: bytes, place: float = 0.6) -> bytes:
    """Return a file with zeros at a place of its pixels."""
    start = int(len(content) * place)
    return content[:start] + bytes(12) + content[start + 12 :]


def without_restart_marker() -> bytes:
    content = pillow(LARGE, "JPEG", restart_marker_blocks=4)
    assert b"\xff\xd0" in content
    return content.replace(b"\xff\xd0", b"", 1)


DAMAGED: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: broken(pillow(LARGE, "JPEG")),
    "progressive JPEG": lambda: broken(pillow(LARGE, "JPEG", progressive=True)),
    "cut JPEG": lambda: pillow(LARGE, "JPEG")[:-500],
    "JPEG without a restart marker": without_restart_marker,
    "PNG": lambda: broken(
        hand_made_png(LARGE, 8, width=48).replace(b"\0\0\0\x08", b"\0\0\0\x40", 1)
    ),
    "cut PNG": lambda: pillow(LARGE, "PNG")[:-2000],
    "cut PNG 16": lambda: bytes(imagecodecs.png_encode(noise(3, 64, 48, np.uint16)))[:-2000],
    "cut BMP": lambda: pillow(LARGE, "BMP")[:-2000],
    "cut GIF": lambda: pillow(LARGE, "GIF")[:-1000],
    "cut PPM": lambda: pillow(LARGE, "PPM")[:-2000],
    "cut TIFF": lambda: tiff(LARGE)[:-2000],
    "LZW TIFF": lambda: tiff(LARGE, compression="zlib", rowsperstrip=16)[:-2000],
    "JPEG TIFF": lambda: broken(tiff(LARGE, compression="jpeg", rowsperstrip=16), 0.5),
}


# Those whose upper rows are there, and exact.
EXACT = ("PNG", "cut PNG", "cut PPM", "cut TIFF", "LZW TIFF")


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_left_of_a_damaged_picture_is_read_if_asked_for(
    tmp_path: Path, name: str
) -> None:
    path = written(tmp_path / "a", DAMAGED[name]())
    with pytest.raises(PictureError, match=r"\(--damaged keep reads what is left\)"):
        read_picture(path)
    picture = read_picture(path, KEEP)
    assert any("is damaged (" in note for note in picture.notes)
    assert picture.pixels.shape == (64, 48, 3)
    if name in EXACT:
        np.testing.assert_array_equal(quantize(picture.pixels[:4], 8), LARGE[:4])


def png_of(stream: bytes) -> bytes:
    """Return a PNG whose checksums are right, whatever its pixels are."""
    head, tail = hand_made_png(noise(), 8).split(chunk(b"IDAT", PIXELS))
    return head + chunk(b"IDAT", stream) + tail


PIXELS = zlib.compress(b"".join(b"\0" + row.tobytes() for row in noise()))
BROKEN_STREAMS = {
    "zeros": PIXELS[:40] + bytes(12) + PIXELS[52:],
    "half of the rows": zlib.compress(bytes(4 * 19)),
    "a wrong checksum": PIXELS[:-4] + bytes(4),
    "an odd filter": zlib.compress(b"\7" + bytes(8 * 19 - 1)),
}


@pytest.mark.parametrize("name", BROKEN_STREAMS)
def test_broken_pixels_are_damage_whatever_their_chunk_says(tmp_path: Path, name: str) -> None:
    assert read_picture(written(tmp_path / "a.png", png_of(PIXELS))).notes == ()
    with pytest.raises(PictureError, match="damaged picture"):
        read_picture(written(tmp_path / "a.png", png_of(BROKEN_STREAMS[name])))


def test_a_profile_whose_parts_are_numbered_wrongly_is_no_damage(tmp_path: Path) -> None:
    content = pillow(smooth(), "JPEG", icc_profile=PROFILE)
    part = content[content.index(b"\xff\xe2") : content.index(b"\xff\xdb")]
    picture = read_picture(written(tmp_path / "a.jpg", content.replace(part, part + part)))
    assert picture.icc_profile is None
    assert picture.notes == ("the parts of its color profile are numbered wrongly",)
    assert picture.facts.width == 6


WITHOUT_END: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: pillow(smooth(), "JPEG")[:-2],
    "JPEG but for a byte": lambda: pillow(smooth(), "JPEG")[:-1],
    "progressive JPEG": lambda: pillow(smooth(), "JPEG", progressive=True)[:-2],
    "PNG": lambda: pillow(smooth(), "PNG")[:-12],
    "PNG 16": lambda: hand_made_png(noise(kind=np.uint16), 16)[:-12],
    "GIF": lambda: pillow(smooth(), "GIF")[:-1],
    "j2k": lambda: pillow(smooth(), "JPEG2000", no_jp2=True)[:-2],
}


@pytest.mark.parametrize("name", WITHOUT_END)
def test_a_file_that_lacks_its_end_alone_is_read(tmp_path: Path, name: str) -> None:
    content = WITHOUT_END[name]()
    picture = read_picture(written(tmp_path / "a", content))
    assert NO_END in picture.notes
    ends = {"JPEG": b"\xff\xd9", "j2k": b"\xff\xd9", "GIF": b";"}
    end = next((ends[key] for key in ends if key in name), chunk(b"IEND", b""))
    whole = content + (end[1:] if "byte" in name else end)
    same = read_picture(written(tmp_path / "a", whole))
    assert NO_END not in same.notes
    np.testing.assert_array_equal(picture.pixels, same.pixels)


def test_a_progressive_jpeg_without_its_last_scans_is_damaged(tmp_path: Path) -> None:
    content = pillow(smooth(), "JPEG", progressive=True)
    last_scan = content.rindex(b"\xff\xda")
    path = written(tmp_path / "a.jpg", content[:last_scan])
    with pytest.raises(PictureError, match="damaged picture"):
        read_picture(path)


def with_wrong_checksum(kind: bytes, content: bytes) -> bytes:
    place = content.index(kind)
    (length,) = struct.unpack(">I", content[place - 4 : place])
    end = place + 4 + length
    return content[:end] + bytes(4) + content[end + 4 :]


BESIDE = {
    b"tEXt": b"Title\0a",
    b"pHYs": struct.pack(">IIB", 11811, 11811, 1),
    b"tIME": bytes(7),
    b"gAMA": struct.pack(">I", 100_000),
    b"prVW": b"a chunk of some program",
    b"IDAT": b"",
}


@pytest.mark.parametrize("kind", BESIDE)
def test_a_wrong_checksum_beside_the_pixels_is_said(tmp_path: Path, kind: bytes) -> None:
    extra = [chunk(kind, BESIDE[kind])] if BESIDE[kind] else []
    content = with_wrong_checksum(kind, hand_made_png(noise(), 8, *extra))
    picture = read_picture(written(tmp_path / "a.png", content))
    np.testing.assert_array_equal(quantize(picture.pixels, 8), noise())
    (note,) = picture.notes
    assert "wrong checksum" in note


def test_a_wrong_checksum_of_what_makes_the_pixels_is_damage(tmp_path: Path) -> None:
    transparent = chunk(b"tRNS", struct.pack(">3H", 1, 2, 3))
    content = hand_made_png(noise(), 8, transparent)
    for kind in (b"IHDR", b"tRNS"):
        path = written(tmp_path / "a.png", with_wrong_checksum(kind, content))
        with pytest.raises(PictureError, match=f"its {kind.decode()} has a wrong checksum"):
            read_picture(path)


def test_pixels_whose_stream_is_broken_are_damage(tmp_path: Path) -> None:
    content = with_wrong_checksum(b"IDAT", hand_made_png(noise(), 8))
    end = content.index(b"IEND") - 8
    own_checksum = content[: end - 4] + bytes(4) + content[end:]
    with pytest.raises(PictureError, match="its IDAT has a wrong checksum"):
        read_picture(written(tmp_path / "a.png", own_checksum))
