"""Tiny picture files for tests, made by hand or by others than Pillow."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from siren_cli.errors import PictureError
from siren_cli.pictures.conversion import Conversion, convert
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.formats import format_for
from siren_cli.pictures.picture import Picture, PictureFacts
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.pictures.writing.writer import write_picture

Stored = NDArray[Any]
COLORS: list[Any] = ["L", "LA", "RGB", "RGBA"]
KINDS: dict[int, Any] = {8: np.uint8, 16: np.uint16}
# Profiles that are kept as they are, for they do not mean sRGB.
PROFILE = bytes(imagecodecs.cms_profile("adobergb"))
GRAY_PROFILE = bytes(imagecodecs.cms_profile("gray", gamma=1.8))
# The same without its curve, so that it cannot become one of colors.
CURVELESS_PROFILE = GRAY_PROFILE.replace(b"kTRC", b"none")


def noise(channels: int = 3, height: int = 8, width: int = 6, kind: Any = np.uint8) -> Stored:
    high = np.iinfo(kind).max
    generator = np.random.default_rng(channels)
    array = generator.integers(0, high, (height, width, channels), kind, endpoint=True)
    return array[..., 0] if channels == 1 else array


def smooth(channels: int = 3) -> Stored:
    """Return a picture that lossy formats store almost exactly."""
    y, x = np.mgrid[:8, :6]
    planes = [9 * y + 8 * x + 60, 5 * y + 99, 7 * x + 80, 3 * y + 4 * x + 200]
    array = np.stack(planes[:channels], axis=-1).astype(np.uint8)
    return array[..., 0] if channels == 1 else array


def premultiplied(stored: Stored, peak: int | None = None) -> Stored:
    peak = peak or np.iinfo(stored.dtype).max
    pixels = stored.reshape(*stored.shape[:2], -1) / peak
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


def hand_made_png(
    stored: Stored, bits: int, *extra: bytes, width: int = 6, palette: bytes = b""
) -> bytes:
    """Return a PNG with 8 rows of packed bytes, without Pillow (W3C PNG, section 5)."""
    channels = 1 if stored.ndim == 2 else stored.shape[2]
    color = 3 if palette else {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, 8, bits, color, 0, 0, 0)
    big = stored.astype(stored.dtype.newbyteorder(">"))
    rows = b"".join(b"\0" + row.tobytes() for row in big)
    colors = [chunk(b"PLTE", palette)] if palette else []
    chunks = [*colors, *extra, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks)


def packed(values: Stored, bits: int) -> Stored:
    """Return rows of values of 1, 2 or 4 bits as rows of bytes."""
    digits = (values[..., None] >> np.arange(bits)[::-1]) & 1
    return np.packbits(digits.reshape(len(values), -1), axis=1)


def tiff(stored: Stored, **options: Any) -> bytes:
    """Return a TIFF by tifffile; the alpha, if any, is not premultiplied."""
    channels = 1 if stored.ndim == 2 else stored.shape[2]
    usual: dict[str, Any] = {"photometric": "rgb" if channels > 2 else "minisblack"}
    if channels > 1:
        usual["planarconfig"] = "contig"
    if channels % 2 == 0:
        usual["extrasamples"] = ["unassalpha"]
    if options.get("planarconfig") == "separate":
        stored = np.moveaxis(stored, -1, 0)
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, stored, metadata=None, **usual | options)
    return buffer.getvalue()


def netpbm(magic: bytes, header: bytes, values: Stored) -> bytes:
    """Return a PGM or PPM file: big-endian values, or words."""
    if magic in (b"P2", b"P3"):
        return magic + header + b" ".join(b"%d" % value for value in values.flat) + b"\n"
    return magic + header + values.astype(values.dtype.newbyteorder(">")).tobytes()


def pillow(stored: Stored, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(stored).save(buffer, form, **options)
    return buffer.getvalue()


def saved(path: Path, stored: Stored, **options: Any) -> Path:
    if path.suffix == ".webp":
        options = {"lossless": True, "exact": True, **options}
    Image.fromarray(stored).save(path, **options)
    return path


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def refusal(path: Path, read: Any = read_picture) -> str:
    with pytest.raises(PictureError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.isprintable()
    return message.removeprefix(f"{path}: ")


def encoded(picture: Picture, path: Path, depth: int = 8) -> bytes:
    """Return a picture file, its format by suffix."""
    content = io.BytesIO()
    write_picture(content, picture.source(), format_for(path), depth)
    return content.getvalue()


def hand_made_tiff(entries: dict[int, tuple[int, int]]) -> bytes:
    """Return a TIFF of a header and tags, {tag: (type, value)} (TIFF 6.0, section 2)."""
    tags = b"".join(
        struct.pack("<HHII", tag, kind, 1, value) for tag, (kind, value) in entries.items()
    )
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + tags + bytes(4)


def as_picture(stored: Stored, icc_profile: bytes | None = None) -> Picture:
    pixels = premultiplied(stored).astype(np.float32)
    height, width, channels = pixels.shape
    facts = PictureFacts(width, height, COLORS[channels - 1], 8 * stored.itemsize)
    return Picture(pixels, facts, icc_profile)


def visible(stored: Stored) -> Stored:
    """Return what colors are left where no one sees them: black."""
    if stored.ndim == 3 and stored.shape[2] in (2, 4):
        return np.where(stored[..., -1:] == 0, 0, stored)
    return stored


def transparent(channels: int, bits: int) -> Stored:
    stored = noise(channels, kind=KINDS[bits])
    if channels in (2, 4):
        stored[3, :4, -1] = [0, 1, 2, 3]
    return stored


def converted(stored: Stored, icc_profile: bytes | None = None, **changes: Any) -> Picture:
    planes = stored.reshape(*stored.shape[:2], -1)
    return convert(Decoded(planes, icc_profile, ()), Conversion(**changes))
