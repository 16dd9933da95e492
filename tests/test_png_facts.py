"""What PNG files say beside their pixels, where other programs put it."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from siren_cli.errors import PictureError
from siren_cli.pictures.conversion import Conversion
from siren_cli.pictures.picture import quantize
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.picture_files import (
    PROFILE,
    chunk,
    encoded,
    hand_made_png,
    noise,
    written,
)


def raw_profile(name: bytes, block: bytes) -> bytes:
    """Return a text of digits, as ImageMagick wrote profiles before PNG had chunks for them."""
    digits = block.hex().encode()
    lines = b"\n".join(digits[start : start + 72] for start in range(0, len(digits), 72))
    return b"Raw profile type %s\0\0" % name + zlib.compress(
        b"\n%s\n%8d\n%s\n" % (name, len(block), lines)
    )


@pytest.mark.parametrize("name", [b"exif", b"APP1"])
def test_exif_in_a_text_turns_a_picture(tmp_path: Path, name: bytes) -> None:
    tags = Image.Exif()
    tags[274] = 3
    content = hand_made_png(noise(), 8, chunk(b"zTXt", raw_profile(name, tags.tobytes())))
    picture = read_picture(written(tmp_path / "a.png", content))
    np.testing.assert_array_equal(quantize(picture.pixels, 8), noise()[::-1, ::-1])


def test_a_profile_in_a_text_is_kept(tmp_path: Path) -> None:
    content = hand_made_png(noise(), 8, chunk(b"zTXt", raw_profile(b"icc", PROFILE)))
    assert read_picture(written(tmp_path / "a.png", content)).icc_profile == PROFILE


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_what_is_huge_beside_the_pixels_is_left_out(tmp_path: Path, kind: bytes) -> None:
    between = b"\0\1\0\0\0" if kind == b"iTXt" else b"\0\0"
    huge = chunk(kind, b"a" + between + zlib.compress(bytes(9_000_000)))
    picture = read_picture(written(tmp_path / "a.png", hand_made_png(noise(), 8, huge)))
    np.testing.assert_array_equal(quantize(picture.pixels, 8), noise())
    dropped = "its color profile is damaged or too large, and is dropped"
    assert picture.notes == ((dropped,) if kind == b"iCCP" else ())


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ((10, 13, 0, 1), "its color space 10/13 is unknown and taken for sRGB"),
        ((12, 2, 0, 1), "its color space 12/2 is unknown and taken for sRGB"),
        ((9, 16, 0, 1), "its values are those of Rec. 2020 PQ, and are kept as they are"),
        ((12, 13, 0, 0), "its values are of video range, and are kept as they are"),
    ],
)
def test_code_points_that_are_not_converted_are_said(
    tmp_path: Path, points: tuple[int, ...], words: str
) -> None:
    content = hand_made_png(noise(), 8, chunk(b"cICP", bytes(points)))
    assert read_picture(written(tmp_path / "a.png", content)).notes == (words,)


def test_pq_is_put_back_by_its_code_points(tmp_path: Path) -> None:
    named = chunk(b"cICP", bytes([9, 16, 0, 1]))
    picture = read_picture(written(tmp_path / "a.png", hand_made_png(noise(), 8, named)))
    assert named in encoded(picture, Path("a.png"))
    with pytest.raises(PictureError, match=r"Rec. 2020 PQ; tone-map it to sRGB first"):
        read_picture(tmp_path / "a.png", Conversion(icc="srgb"))


def test_a_part_of_an_animation_of_16_bits_is_refused(tmp_path: Path) -> None:
    def frame(number: int, width: int, height: int) -> bytes:
        return chunk(b"fcTL", struct.pack(">5I2H2B", number, width, height, 0, 0, 1, 1, 0, 0))

    part = zlib.compress((b"\0" + bytes(4 * 6)) * 5)
    extra = [chunk(b"acTL", struct.pack(">II", 2, 0)), frame(0, 6, 8)]
    content = hand_made_png(noise(kind=np.uint16), 16, *extra)
    later = frame(1, 4, 5) + chunk(b"fdAT", struct.pack(">I", 2) + part)
    path = written(tmp_path / "a.png", content[:-12] + later + content[-12:])
    np.testing.assert_array_equal(
        quantize(read_picture(path).pixels, 16), noise(kind=np.uint16)
    )
    with pytest.raises(PictureError, match="frame 2 of 16 bits is laid over others"):
        read_picture(path, Conversion(page=2))


def test_what_a_person_wrote_is_dropped_and_said(tmp_path: Path) -> None:
    texts = [
        chunk(b"tEXt", b"Software\0a"),
        chunk(b"tEXt", b"Author\0Nobody"),
        chunk(b"iTXt", b"Title\0\0\0\0\0a"),
    ]
    picture = read_picture(written(tmp_path / "a.png", hand_made_png(noise(), 8, *texts)))
    assert picture.notes == ("its text (Author, Title) is dropped",)
