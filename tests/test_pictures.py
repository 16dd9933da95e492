"""Pictures are read whole and exactly, or refused with a sentence."""

import io
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms

from siren_cli.errors import OutputError, PictureError
from siren_cli.pictures.picture import Picture, PictureFacts, quantize
from siren_cli.pictures.reader import read_picture
from siren_cli.pictures.writer import check_format, encode_picture

Stored = NDArray[Any]
SUFFIXES = [".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp"]
COLORS: list[Any] = ["L", "LA", "RGB", "RGBA"]
LOSSLESS = [
    *product([".png", ".tif", ".webp"], [1, 2, 3, 4]),
    *product([".bmp"], [1, 3]),
]
WRITABLE = [
    *product([".png", ".tif", ".tiff", ".webp"], COLORS),
    *product([".jpg", ".jpeg", ".bmp"], ["L", "RGB"]),
]
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
GRAY_PROFILE = PROFILE[:16] + b"GRAY" + PROFILE[20:]


def noise(channels: int = 3, height: int = 8, width: int = 6, kind: Any = np.uint8) -> Stored:
    high = np.iinfo(kind).max
    generator = np.random.default_rng(channels)
    array = generator.integers(0, high, (height, width, channels), kind, endpoint=True)
    return array[..., 0] if channels == 1 else array


def smooth() -> Stored:
    """Return a picture that JPEG stores almost exactly."""
    y, x = np.mgrid[:8, :6]
    return np.stack([9 * y + 8 * x + 60, 5 * y + 99, 7 * x + 80], axis=-1).astype(np.uint8)


def premultiplied(stored: Stored) -> Stored:
    pixels = stored.reshape(*stored.shape[:2], -1) / 255.0
    if pixels.shape[-1] in (2, 4):
        pixels[..., :-1] *= pixels[..., -1:]
    return pixels


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def hand_made_png(stored: Stored, bits: int, *extra: bytes, width: int = 6) -> bytes:
    """Return a PNG with 8 rows of packed bytes, without Pillow (W3C PNG, section 5)."""
    channels = 1 if stored.ndim == 2 else stored.shape[2]
    color = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, 8, bits, color, 0, 0, 0)
    big = stored.astype(stored.dtype.newbyteorder(">"))
    rows = b"".join(b"\0" + row.tobytes() for row in big)
    chunks = [chunk(b"IHDR", header), *extra, chunk(b"IDAT", zlib.compress(rows))]
    return b"\x89PNG\r\n\x1a\n" + b"".join([*chunks, chunk(b"IEND", b"")])


def saved(path: Path, stored: Stored, **options: Any) -> Path:
    if path.suffix == ".webp":
        options = {"lossless": True, "exact": True, **options}
    Image.fromarray(stored).save(path, **options)
    return path


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(PictureError) as caught:
        read_picture(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.isprintable()
    return message.removeprefix(f"{path}: ")


def test_pixels_are_floats_of_three_axes(tmp_path: Path) -> None:
    picture = read_picture(saved(tmp_path / "a.png", noise(1)))
    assert picture.pixels.dtype == np.float32
    assert picture.pixels.shape == (8, 6, 1)
    assert picture.facts == PictureFacts(width=6, height=8, color="L", bit_depth=8)


@pytest.mark.parametrize(("suffix", "channels"), LOSSLESS)
def test_every_mode_of_every_lossless_format_is_exact(
    tmp_path: Path, suffix: str, channels: int
) -> None:
    stored = noise(channels)
    picture = read_picture(saved(tmp_path / f"a{suffix}", stored))
    expected = premultiplied(stored)
    if suffix == ".webp" and channels <= 2:  # WebP knows no grey
        assert picture.facts.color == COLORS[channels + 1]
        expected = np.concatenate([expected[..., :1]] * 2 + [expected], axis=-1)
    np.testing.assert_allclose(picture.pixels, expected, atol=1e-7)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_png_made_by_hand_is_exact(tmp_path: Path, channels: int) -> None:
    stored = noise(channels)
    picture = read_picture(written(tmp_path / "a.png", hand_made_png(stored, 8)))
    np.testing.assert_allclose(picture.pixels, premultiplied(stored), atol=1e-7)


def test_a_bmp_made_by_hand_is_exact(tmp_path: Path) -> None:
    stored = noise()
    rows = b"".join(row[:, ::-1].tobytes() + b"\0\0" for row in stored[::-1])
    header = struct.pack("<2sIIIIiiHHIIiiII", b"BM", 214, 0, 54, 40, 6, 8, 1, 24, *[0] * 6)
    picture = read_picture(written(tmp_path / "a.bmp", header + rows))
    np.testing.assert_array_equal(quantize(picture.pixels, 8), stored)


TIFF_KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "planes": {"planarconfig": "separate"},
    "big-endian": {"byteorder": ">"},
    "BigTIFF": {"bigtiff": True},
    "tiles": {"tile": (16, 16)},
    "deflate": {"compression": "zlib"},
    "deflate and differences": {"compression": "zlib", "predictor": True},
}


@pytest.mark.parametrize("kind", TIFF_KINDS)
def test_every_kind_of_tiff_is_exact(tmp_path: Path, kind: str) -> None:
    stored = noise()
    planes = np.moveaxis(stored, -1, 0) if kind == "planes" else stored
    tifffile.imwrite(tmp_path / "a.tif", planes, photometric="rgb", **TIFF_KINDS[kind])
    picture = read_picture(tmp_path / "a.tif")
    np.testing.assert_array_equal(quantize(picture.pixels, 8), stored)


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits"])
def test_a_tiff_compressed_by_others_is_exact(tmp_path: Path, compression: str) -> None:
    stored = noise()
    picture = read_picture(saved(tmp_path / "a.tif", stored, compression=compression))
    np.testing.assert_array_equal(quantize(picture.pixels, 8), stored)


def test_a_tiff_with_white_as_zero_is_not_inverted(tmp_path: Path) -> None:
    stored = noise(1)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="miniswhite")
    np.testing.assert_array_equal(
        quantize(read_picture(tmp_path / "a.tif").pixels, 8)[..., 0], 255 - stored
    )


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("gray", [True, False])
def test_a_jpeg_is_close(tmp_path: Path, options: dict[str, Any], gray: bool) -> None:
    stored = smooth()[..., 0] if gray else smooth()
    path = saved(tmp_path / "a.jpg", stored, quality=100, subsampling=0, **options)
    np.testing.assert_allclose(read_picture(path).pixels, premultiplied(stored), atol=3 / 255)


def test_a_png_of_4_bits_spans_black_to_white(tmp_path: Path) -> None:
    packed = np.tile(np.uint8([0x01, 0x78, 0xEF]), (8, 1))
    picture = read_picture(written(tmp_path / "a.png", hand_made_png(packed, 4)))
    expected = np.float32([0, 1, 7, 8, 14, 15]) / 15
    np.testing.assert_allclose(picture.pixels[0, :, 0], expected, atol=1e-7)


def test_colors_are_premultiplied_with_alpha(tmp_path: Path) -> None:
    stored = np.tile(np.uint8([200, 100, 50, 51]), (8, 6, 1))
    pixels = read_picture(saved(tmp_path / "a.png", stored)).pixels
    np.testing.assert_allclose(pixels[0, 0], np.array([40, 20, 10, 51]) / 255, rtol=1e-6)


@pytest.mark.parametrize("channels", [2, 4])
def test_an_opaque_alpha_is_dropped(tmp_path: Path, channels: int) -> None:
    stored = noise(channels)
    stored[..., -1] = 255
    picture = read_picture(saved(tmp_path / "a.png", stored))
    assert picture.facts.color == COLORS[channels - 2]
    np.testing.assert_array_equal(quantize(picture.pixels, 8), stored[..., :-1])


def test_an_alpha_that_is_opaque_but_for_one_pixel_is_kept(tmp_path: Path) -> None:
    stored = noise(4)
    stored[..., -1] = 255
    stored[7, 5, -1] = 254
    assert read_picture(saved(tmp_path / "a.png", stored)).facts.color == "RGBA"


# What shows the stored array upright, by EXIF orientation (EXIF 2.32, section 4.6.4).
UPRIGHT: dict[int, Callable[[Stored], Stored]] = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.transpose(1, 0, 2),
    6: lambda stored: stored.transpose(1, 0, 2)[:, ::-1],
    7: lambda stored: stored[::-1, ::-1].transpose(1, 0, 2),
    8: lambda stored: stored.transpose(1, 0, 2)[::-1],
}


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_exif_orientation_is_applied(tmp_path: Path, suffix: str, orientation: int) -> None:
    stored = noise()
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path / f"a{suffix}", stored, exif=exif, icc_profile=PROFILE)
    picture = read_picture(path)
    np.testing.assert_array_equal(quantize(picture.pixels, 8), UPRIGHT[orientation](stored))
    assert picture.pixels.shape == (picture.facts.height, picture.facts.width, 3)
    assert picture.icc_profile == PROFILE


def test_a_transparent_color_becomes_alpha(tmp_path: Path) -> None:
    stored = noise()
    key = struct.pack(">HHH", *stored[2, 3])
    path = written(tmp_path / "a.png", hand_made_png(stored, 8, chunk(b"tRNS", key)))
    picture = read_picture(path)
    visible = (stored != stored[2, 3]).any(axis=-1)
    assert picture.facts.color == "RGBA"
    np.testing.assert_array_equal(picture.pixels[..., 3], visible)
    np.testing.assert_array_equal(quantize(picture.pixels, 8)[visible][:, :3], stored[visible])


@pytest.mark.parametrize(("bits", "key"), [(2, 2), (4, 7), (8, 0x78)])
def test_a_transparent_gray_becomes_alpha_at_any_depth(
    tmp_path: Path, bits: int, key: int
) -> None:
    packed = np.tile(np.uint8([0x01, 0x78, 0xEF]), (8, 1))
    transparent = chunk(b"tRNS", struct.pack(">H", key))
    width = 3 * 8 // bits
    content = hand_made_png(packed, bits, transparent, width=width)
    picture = read_picture(written(tmp_path / "a.png", content))
    digits = np.unpackbits(packed[0]).reshape(-1, bits) @ (1 << np.arange(bits)[::-1])
    assert picture.facts.color == "LA"
    np.testing.assert_array_equal(picture.pixels[0, :, 1], digits != key)


def test_a_profile_is_kept_where_it_fits_the_channels(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", noise(), icc_profile=PROFILE)
    assert read_picture(path).icc_profile == PROFILE
    path = saved(tmp_path / "b.png", noise(), icc_profile=GRAY_PROFILE)
    assert read_picture(path).icc_profile is None
    path = saved(tmp_path / "c.png", noise(1), icc_profile=PROFILE)
    assert read_picture(path).icc_profile is None


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_profile_goes_into_the_formats_that_have_one(tmp_path: Path, suffix: str) -> None:
    picture = Picture(np.zeros((8, 6, 3), np.float32), PictureFacts(6, 8, "RGB"), PROFILE)
    path = tmp_path / f"a{suffix}"
    found = read_picture(written(path, encode_picture(picture, path)))
    assert found.icc_profile == (None if suffix == ".bmp" else PROFILE)


@pytest.mark.parametrize(("suffix", "color"), WRITABLE)
def test_what_is_encoded_is_read_again(tmp_path: Path, suffix: str, color: Any) -> None:
    lossy = suffix in (".jpg", ".jpeg")
    stored = smooth()[..., : len(color)] if lossy else noise(len(color))
    pixels = premultiplied(stored).astype(np.float32)
    picture = Picture(pixels, PictureFacts(6, 8, color))
    path = tmp_path / f"a{suffix.upper()}"
    found = read_picture(written(path, encode_picture(picture, path)))
    if suffix == ".webp" and color.startswith("L"):
        pixels = np.concatenate([pixels[..., :1]] * 2 + [pixels], axis=-1)
    np.testing.assert_allclose(found.pixels, pixels, atol=6 / 255 if lossy else 1e-6)


@pytest.mark.parametrize("color", COLORS)
def test_an_encoded_tiff_is_read_by_tifffile(color: Any) -> None:
    stored = noise(len(color))
    picture = Picture(premultiplied(stored).astype(np.float32), PictureFacts(6, 8, color))
    found = tifffile.imread(io.BytesIO(encode_picture(picture, Path("a.tif"))))
    if color.endswith("A"):
        stored[stored[..., -1] == 0] = 0
    np.testing.assert_array_equal(found, stored)


def test_colors_brighter_than_their_alpha_are_clamped() -> None:
    pixels = np.full((8, 6, 4), 0.8, np.float32)
    pixels[..., 3] = 0.4
    content = encode_picture(Picture(pixels, PictureFacts(6, 8, "RGBA")), Path("a.png"))
    with Image.open(io.BytesIO(content)) as image:
        assert image.getpixel((0, 0)) == (255, 255, 255, 102)


def test_quantize_clamps_and_rounds() -> None:
    pixels = np.float32([-1.0, 0.0, 0.49 / 255, 0.51 / 255, 0.5, 1.0, 7.0])
    assert quantize(pixels, 8).tolist() == [0, 0, 0, 1, 128, 255, 255]


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".bmp"])
def test_alpha_is_refused_where_there_is_no_room_for_it(suffix: str) -> None:
    with pytest.raises(OutputError, match=r"cannot hold transparency; write a \.png"):
        check_format(Path(f"a{suffix}"), PictureFacts(6, 8, "RGBA"))


@pytest.mark.parametrize(("name", "limit"), [("a.jpg", 65500), ("a.webp", 16383)])
def test_the_longest_side_that_is_allowed_can_be_encoded(name: str, limit: int) -> None:
    facts = PictureFacts(limit, 1, "L")
    picture = Picture(np.zeros((1, limit, 1), np.float32), facts)
    assert encode_picture(picture, Path(name))
    for longer in (replace(facts, width=limit + 1), PictureFacts(1, limit + 1, "L")):
        with pytest.raises(OutputError, match=f"is limited to {limit} pixels a side"):
            check_format(Path(name), longer)


@pytest.mark.parametrize("name", ["a.gif", "a", "a.siren", ".png", "a.png "])
def test_an_unknown_suffix_is_refused_and_the_known_ones_named(name: str) -> None:
    with pytest.raises(OutputError, match=r"suffix .* is not one of \.png, \.jpg"):
        check_format(Path(name), PictureFacts(6, 8, "RGB"))


def test_standard_output_is_png() -> None:
    picture = Picture(np.zeros((8, 6, 3), np.float32), PictureFacts(6, 8, "RGB"))
    assert encode_picture(picture, Path("-")).startswith(b"\x89PNG")


def test_a_png_that_hides_its_16_bits_is_refused(tmp_path: Path) -> None:
    content = hand_made_png(noise(3, kind=np.uint16), 16)
    moved = content[:8] + chunk(b"gAMA", struct.pack(">I", 45455)) + content[8:]
    assert "its first chunk is not IHDR" in refusal(written(tmp_path / "a.png", moved))


def frames(path: Path, count: int = 2) -> None:
    pages = [Image.fromarray(noise(3) ^ np.uint8(255 * page)) for page in range(count)]
    pages[0].save(path, save_all=True, append_images=pages[1:])


def in_mode(mode: str) -> Callable[[Path], None]:
    return lambda path: Image.fromarray(noise()).convert(mode).save(path)


UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "lab.tif": (
        in_mode("LAB"),
        "is of Pillow's mode LAB, which is not supported; convert it to RGB",
    ),
    "float.tif": (in_mode("F"), "32-bit floating-point TIFF is not supported"),
    "a.eps": (in_mode("RGB"), "not a picture in"),
    "a.pdf": (in_mode("RGB"), "not a picture in"),
    "empty.png": (lambda path: path.write_bytes(b""), "not a picture in"),
    "text.jpg": (lambda path: path.write_bytes(b"a picture"), "not a picture in"),
    "svg.png": (lambda path: path.write_bytes(b"<svg/>"), "not a picture in"),
    "directory.png": (lambda path: path.mkdir(), "Is a directory"),
    "missing.png": (lambda path: None, "No such file or directory"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_come_back_as_it_was_is_refused(tmp_path: Path, name: str) -> None:
    make, reason = UNREADABLE[name]
    make(tmp_path / name)
    assert refusal(tmp_path / name).startswith(reason)


def test_a_photo_with_a_preview_inside_is_read(tmp_path: Path) -> None:
    pages = [Image.fromarray(smooth()), Image.fromarray(smooth()[:4])]
    pages[0].save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=pages[1:], quality=95)
    pixels = read_picture(tmp_path / "a.jpg").pixels
    np.testing.assert_allclose(pixels, smooth() / 255, atol=16 / 255)


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        (".png", {}),
        (".jpg", {"quality": 90}),
        (".jpg", {"progressive": True}),
        (".webp", {}),
        (".tif", {}),
        (".tif", {"compression": "tiff_adobe_deflate"}),
        (".tif", {"compression": "tiff_lzw"}),
        (".bmp", {}),
    ],
)
def test_a_truncated_picture_is_refused_or_whole(
    tmp_path: Path, suffix: str, options: dict[str, Any]
) -> None:
    path = saved(tmp_path / f"a{suffix}", noise(3, 31, 23), **options)
    whole, content = read_picture(path).pixels, path.read_bytes()
    size = len(content)
    messages = []
    for kept in [*range(0, size, size // 10 + 1), *range(size - 14, size)]:
        written(path, content[:kept])
        try:
            found = read_picture(path).pixels
        except PictureError as error:
            messages.append(str(error))
        else:
            np.testing.assert_array_equal(found, whole)
    assert len(messages) >= 10
    assert all(message.isprintable() for message in messages)


def test_a_png_with_a_flipped_bit_is_refused_or_the_same(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", noise(3, 31, 23))
    whole, content = read_picture(path).pixels, path.read_bytes()
    for place in np.random.default_rng(0).integers(0, 8 * len(content), 100):
        damaged = bytearray(content)
        damaged[place // 8] ^= 1 << (place % 8)
        written(path, bytes(damaged))
        with suppress(PictureError):
            np.testing.assert_array_equal(read_picture(path).pixels, whole)


def test_too_many_pixels_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(bytes(10**6)))
    path = written(tmp_path / "a.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + rows)
    start = time.perf_counter()
    message = refusal(path)
    assert message == "40000x40000 is 1600 Mpx, over the 178 Mpx limit (--max-pixels)"
    assert time.perf_counter() - start < 1.0


def test_the_limit_of_pixels_is_exact(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", noise())
    assert read_picture(path, max_pixels=48).facts.width == 6
    with pytest.raises(PictureError, match=r"6x8 is 0 Mpx, over the 0 Mpx limit"):
        read_picture(path, max_pixels=47)


QUIET = """
import sys
from pathlib import Path
from siren_cli.errors import PictureError
from siren_cli.pictures.reader import read_picture
for name in sys.argv[1:]:
    try:
        read_picture(Path(name))
    except PictureError:
        print("refused")
"""


def test_nothing_is_left_on_stderr(tmp_path: Path) -> None:
    """libtiff writes to stderr by itself, and Pillow logs."""
    names = []
    for compression in ("tiff_adobe_deflate", "tiff_lzw", "packbits", "jpeg"):
        path = saved(tmp_path / f"{compression}.tif", noise(3, 31, 23), compression=compression)
        content = bytearray(path.read_bytes())
        content[200:1200] = bytes(range(250)) * 4
        names.append(written(path, bytes(content)))
    tifffile.imwrite(tmp_path / "ten.tif", noise(10), photometric="minisblack")
    done = subprocess.run(
        [sys.executable, "-c", QUIET, *names, tmp_path / "ten.tif"],
        capture_output=True,
        check=True,
    )
    assert done.stdout.count(b"refused") >= 2
    assert done.stderr == b""


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
