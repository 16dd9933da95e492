"""A damaged picture is refused quietly, with a sentence, or it is read."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401 - importing it registers it
import pytest
import tifffile

from siren_cli.errors import PictureError, ResourceError
from siren_cli.pictures.arrays import picture_of_array
from siren_cli.pictures.reading.reader import read_picture
from tests.helpers.commands import installed
from tests.helpers.picture_files import encoded, netpbm, noise, pillow, saved, tiff, written

pillow_heif.register_heif_opener()

EIGHT_BITS = noise(3, 31, 23)
SIXTEEN_BITS = noise(3, 31, 23, np.uint16)
LIGHT = np.float32(EIGHT_BITS) / 16


WHOLE: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: pillow(EIGHT_BITS, "PNG"),
    "PNG 16": lambda: imagecodecs.png_encode(SIXTEEN_BITS),
    "JPEG": lambda: pillow(EIGHT_BITS, "JPEG"),
    "progressive JPEG": lambda: pillow(EIGHT_BITS, "JPEG", progressive=True),
    "BMP": lambda: pillow(EIGHT_BITS, "BMP"),
    "PPM": lambda: pillow(EIGHT_BITS, "PPM"),
    "PPM 16": lambda: netpbm(b"P6", b" 23 31 65535\n", SIXTEEN_BITS),
    "GIF": lambda: pillow(EIGHT_BITS, "GIF"),
    "WebP": lambda: pillow(EIGHT_BITS, "WEBP"),
    "lossless WebP": lambda: pillow(EIGHT_BITS, "WEBP", lossless=True),
    "AVIF": lambda: pillow(EIGHT_BITS, "AVIF"),
    "jp2": lambda: pillow(EIGHT_BITS, "JPEG2000"),
    "j2k": lambda: pillow(EIGHT_BITS, "JPEG2000", no_jp2=True),
    "jp2 16": lambda: imagecodecs.jpeg2k_encode(
        SIXTEEN_BITS, reversible=True, codecformat="jp2"
    ),
    "j2k 16": lambda: imagecodecs.jpeg2k_encode(
        SIXTEEN_BITS, reversible=True, codecformat="j2k"
    ),
    "JPEG 12": lambda: imagecodecs.jpeg8_encode(SIXTEEN_BITS >> 4, bitspersample=12),
    "lossless JPEG": lambda: imagecodecs.jpeg8_encode(EIGHT_BITS, lossless=True),
    "AVIF 10": lambda: imagecodecs.avif_encode(SIXTEEN_BITS >> 6, bitspersample=10),
    "EXR": lambda: encoded(picture_of_array(LIGHT), Path("a.exr"), 32),
    "Radiance HDR": lambda: imagecodecs.rgbe_encode(LIGHT, header=True),
    "TIFF of floats": lambda: tiff(LIGHT, compression="zlib"),
    "HEIC": lambda: pillow(EIGHT_BITS, "HEIF"),
    "JPEG XL": lambda: pillow(EIGHT_BITS, "JXL"),
    "JPEG XL in boxes": lambda: imagecodecs.jpegxl_encode(EIGHT_BITS, usecontainer=True),
    "JPEG XL 16": lambda: imagecodecs.jpegxl_encode(SIXTEEN_BITS, lossless=True),
    "TIFF by Pillow": lambda: pillow(EIGHT_BITS, "TIFF"),
    "LZW TIFF by Pillow": lambda: pillow(EIGHT_BITS, "TIFF", compression="tiff_lzw"),
    "TIFF": lambda: tiff(EIGHT_BITS),
    "LZW TIFF": lambda: tiff(EIGHT_BITS, compression="lzw", rowsperstrip=7),
    "deflate TIFF": lambda: tiff(EIGHT_BITS, compression="zlib"),
    "packbits TIFF": lambda: tiff(EIGHT_BITS, compression="packbits"),
    "JPEG TIFF": lambda: tiff(EIGHT_BITS, compression="jpeg"),
    "TIFF 16": lambda: tiff(SIXTEEN_BITS),
    "LZW TIFF 16": lambda: tiff(SIXTEEN_BITS, compression="lzw", tile=(16, 16)),
    "deflate TIFF 16": lambda: tiff(SIXTEEN_BITS, compression="zlib", rowsperstrip=7),
    "TIFF 16 in planes": lambda: tiff(SIXTEEN_BITS, planarconfig="separate"),
}


def outcome(path: Path, content: bytes) -> Any:
    """Return pixels, or the sentence of a refusal."""
    try:
        return read_picture(written(path, content)).pixels
    except (PictureError, ResourceError) as error:
        return str(error)


def flipped(content: bytes, place: int) -> bytes:
    damaged = bytearray(content)
    damaged[place // 8] ^= 1 << (place % 8)
    return bytes(damaged)


@pytest.mark.parametrize("name", WHOLE)
def test_a_truncated_picture_is_refused_or_whole(tmp_path: Path, name: str) -> None:
    content = WHOLE[name]()
    size, whole = len(content), outcome(tmp_path / "a", content)
    cuts = sorted({*range(0, size, size // 12 + 1), *range(size - 13, size)})
    found = [outcome(tmp_path / "a", content[:kept]) for kept in cuts]
    sentences = [one for one in found if isinstance(one, str)]
    assert len(sentences) >= 10
    assert all(sentence.isprintable() for sentence in sentences)
    for pixels in (one for one in found if not isinstance(one, str)):
        np.testing.assert_array_equal(pixels, whole)


TILED = {
    "jp2": lambda: pillow(EIGHT_BITS, "JPEG2000", tile_size=(16, 16)),
    "j2k": lambda: pillow(EIGHT_BITS, "JPEG2000", tile_size=(16, 16), no_jp2=True),
    "jp2 16": lambda: pillow(SIXTEEN_BITS[..., 0], "JPEG2000", tile_size=(16, 16)),
    "one tile": WHOLE["jp2"],
}
# The marker of a tile part, and the length of its segment.
A_TILE = b"\xff\x90\0\x0a"
# The marker that ends a codestream.
THE_END = b"\xff\xd9"
# Bytes of the header of a tile part.
ITS_HEADER = 12


@pytest.mark.parametrize("name", TILED)
def test_a_jpeg_2000_cut_before_a_tile_is_refused(tmp_path: Path, name: str) -> None:
    """OpenJPEG paints such tiles gray."""
    content = TILED[name]()
    tiles = [match.start() for match in re.finditer(re.escape(A_TILE), content)]
    assert len(tiles) == (1 if name == "one tile" else 4)
    for tile in tiles:
        for kept in range(tile, tile + ITS_HEADER):
            assert isinstance(outcome(tmp_path / "a", content[:kept]), str)
    last = content[:-ITS_HEADER] if name == "one tile" else content[: tiles[-1]]
    assert isinstance(outcome(tmp_path / "a", last + THE_END), str)


def test_a_jpeg_2000_whose_last_tile_goes_to_the_end_is_read(tmp_path: Path) -> None:
    content = TILED["j2k"]()
    length = content.rindex(A_TILE) + 6
    open_ended = content[:length] + bytes(4) + content[length + 4 :]
    whole = outcome(tmp_path / "a", content)
    np.testing.assert_array_equal(outcome(tmp_path / "a", open_ended), whole)
    assert isinstance(outcome(tmp_path / "a", open_ended[:-9]), str)


BROKEN_2000: dict[str, Callable[[bytes], bytes]] = {
    "a box beyond the file": lambda c: re.sub(rb"....jp2c", b"\x7f\0\0\0jp2c", c, flags=re.S),
    "no codestream": lambda c: c.replace(b"jp2c", b"free"),
    "tiles without pixels": lambda c: c.replace(b"\0\0\0\x10\0\0\0\x10", bytes(8)),
    "a tile without a header": lambda c: c.replace(
        A_TILE + bytes(4), A_TILE + bytes(3) + b"\x03"
    ),
}


@pytest.mark.parametrize("name", BROKEN_2000)
def test_a_broken_jpeg_2000_is_refused(tmp_path: Path, name: str) -> None:
    content = TILED["jp2"]()
    broken = BROKEN_2000[name](content)
    assert broken != content
    assert "damaged picture" in str(outcome(tmp_path / "a", broken))


def test_a_tiff_whose_colors_are_text_is_not_quoted(tmp_path: Path) -> None:
    # Tag 262, a short that says RGB, as text.
    was, text = b"\x06\x01\x03\0\x01\0\0\0\x02", b"\x06\x01\x02\0\x01\0\0\0\x02"
    content = WHOLE["TIFF 16"]()
    assert was in content
    sentence = outcome(tmp_path / "a", content.replace(was, text))
    assert sentence.endswith("odd-colored TIFF is not supported; convert it to RGB")


@pytest.mark.parametrize("name", WHOLE)
def test_a_flipped_bit_raises_nothing_unexplained(tmp_path: Path, name: str) -> None:
    content = WHOLE[name]()
    # Half of the bits are from the beginning, where the headers are.
    generator, bits = np.random.default_rng(0), 8 * len(content)
    for place in [*generator.integers(0, 8 * 300, 25), *generator.integers(0, bits, 25)]:
        found = outcome(tmp_path / "a", flipped(content, place))
        if isinstance(found, str):
            assert found.isprintable()
        else:
            assert 0.0 <= found.min() <= found.max() <= 1.0


@pytest.mark.parametrize("name", ["PNG", "PNG 16"])
def test_a_png_with_a_flipped_bit_is_refused_or_the_same(tmp_path: Path, name: str) -> None:
    """Every chunk has a checksum."""
    content = WHOLE[name]()
    whole = outcome(tmp_path / "a", content)
    for place in np.random.default_rng(1).integers(0, 8 * len(content), 100):
        found = outcome(tmp_path / "a", flipped(content, place))
        if not isinstance(found, str):
            np.testing.assert_array_equal(found, whole)


def test_decoders_write_nothing_between_the_lines_of_the_command(tmp_path: Path) -> None:
    """libtiff and libjxl write to stderr by themselves, and Pillow and tifffile log."""
    paths = []
    for name, make in WHOLE.items():
        content = make()
        broken = bytearray(content)
        broken[len(content) // 2 : len(content) // 2 + 250] = bytes(range(250))
        paths += [
            written(tmp_path / f"{name} cut", content[: len(content) * 2 // 3]),
            written(tmp_path / f"{name} broken", bytes(broken)),
        ]
    for compression in ("tiff_adobe_deflate", "tiff_lzw", "packbits", "jpeg"):
        path = saved(tmp_path / f"{compression}.tif", EIGHT_BITS, compression=compression)
        content = path.read_bytes()
        paths.append(written(path, content[:200] + bytes(range(250)) * 4 + content[1200:]))
    tifffile.imwrite(tmp_path / "ten.tif", noise(10), photometric="minisblack")
    names = [path.name for path in (*paths, tmp_path / "ten.tif")]
    run = installed(tmp_path, "fit", "--dry-run", "--time-limit=9s", "--quiet", *names)
    assert len(run.err) > len(WHOLE)
    assert all(line.startswith("siren: ") for line in run.err)
