"""Pictures that cannot be read whole are refused with a sentence, by their header."""

import struct
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from siren_cli.pictures.reading.reader import check_picture, read_picture
from tests.helpers.picture_files import (
    chunk,
    hand_made_png,
    hand_made_tiff,
    netpbm,
    noise,
    pillow,
    refusal,
    tiff,
    written,
)


def uneven_tiff() -> bytes:
    """Return a TIFF whose green has fewer bits (5, 6 and 5 were usual once)."""
    return tiff(noise()).replace(struct.pack("<HHH", 8, 8, 8), struct.pack("<HHH", 8, 6, 8), 1)


def lab_jpeg_2000() -> bytes:
    """Return a JP2 whose color box names number 14 (ISO 15444-2, table M.25)."""
    content = bytes(imagecodecs.jpeg2k_encode(noise(), codecformat="jp2"))
    srgb, cielab = (b"colr\1\0\0" + struct.pack(">I", number) for number in (16, 14))
    assert srgb in content
    return content.replace(srgb, cielab)


# Width, height, bits, color and depth of a volume, each a short.
VOLUME = {256: (3, 6), 257: (3, 8), 258: (3, 8), 262: (3, 1), 32997: (3, 16)}
SIXTEEN_BITS = noise(kind=np.uint16)
NOT_PNM = "damaged picture: its header is not that of PGM or PPM"
HEADER_REFUSALS: dict[str, tuple[Callable[[], bytes], str]] = {
    "uneven.tif": (uneven_tiff, "has channels of different depths"),
    "sizeless.tif": (lambda: hand_made_tiff({}), "damaged picture: TIFF without a size"),
    "complex.tif": (
        lambda: tiff(noise(1).astype(np.complex64)),
        "64-bit values of its kind are not supported in TIFF",
    ),
    "volume.tif": (
        lambda: hand_made_tiff(VOLUME),
        "is a volume of 16 slices; save them as pages",
    ),
    "signed.jp2": (
        lambda: imagecodecs.jpeg2k_encode(noise().astype(np.int16), codecformat="jp2"),
        "has signed or mixed values, or more than 16 bits; convert it",
    ),
    "lab.jp2": (lab_jpeg_2000, "CIELAB JPEG 2000 is not supported; convert it to RGB"),
    "text.jpg": (lambda: b"a picture", "a text file, not a picture"),
    "unknown.png": (lambda: b"\1\2\3" * 99, "not a picture in PNG, JPEG"),
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
