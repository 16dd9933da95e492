"""Pictures that cannot be read whole are refused with a sentence, by their header."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image

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
