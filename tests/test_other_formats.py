"""JPEG 2000, JPEG XL, WebP, AVIF, HEIC, JPEG, BMP and GIF files come with their pixels."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401 - importing it registers it
import pytest

from tests.helpers.picture_cases import Case, check_case
from tests.helpers.picture_files import (
    COLORS,
    Stored,
    noise,
    pillow,
    premultiplied,
    smooth,
    tiff,
)

pillow_heif.register_heif_opener()

CMYK_NOTE = "CMYK without a usable profile, converted to sRGB roughly"


def lossless_cases() -> Iterator[tuple[str, Case]]:
    for channels in (1, 2, 3, 4):
        color = COLORS[channels - 1]
        for bits in (8, 12, 16):
            stored = noise(channels, kind=np.uint8 if bits == 8 else np.uint16)
            stored >>= max(0, stored.itemsize * 8 - bits)
            pixels, depth = premultiplied(stored, (1 << bits) - 1), 8 * stored.itemsize
            for form in ("jp2", "j2k"):
                content = imagecodecs.jpeg2k_encode(
                    stored, level=0, reversible=True, bitspersample=bits, codecformat=form
                )
                yield f"{form} {color} {bits}", Case(content, pixels, depth, tolerance=16e-6)
        stored, pixels = noise(channels), premultiplied(noise(channels))
        for boxed in (False, True):
            content = imagecodecs.jpegxl_encode(stored, lossless=True, usecontainer=boxed)
            yield f"JPEG XL {color}{' in boxes' * boxed}", Case(content, pixels)
    for channels in (3, 4):
        stored, pixels = noise(channels), premultiplied(noise(channels))
        content = imagecodecs.webp_encode(stored, lossless=True)
        yield f"WebP {COLORS[channels - 1]}", Case(content, pixels)
        yield f"AVIF {COLORS[channels - 1]}", Case(imagecodecs.avif_encode(stored), pixels)
    yield "AVIF L", Case(imagecodecs.avif_encode(noise(1)), premultiplied(noise(1)))
    yield "BMP gray", Case(imagecodecs.bmp_encode(noise(1)), premultiplied(noise(1)))
    for channels in (3, 4):
        stored = noise(channels)
        yield f"BMP {channels}", Case(imagecodecs.bmp_encode(stored), premultiplied(stored))
    colors = noise(3, 256, 1)[:, 0]
    gif = imagecodecs.gif_encode(noise(1), colormap=colors)
    yield "GIF", Case(gif, premultiplied(colors[noise(1)]))


def deep_cases() -> Iterator[tuple[str, Case]]:
    for channels in (1, 2, 3, 4):
        for bits in (10, 12, 16):
            stored = noise(channels, kind=np.uint16) >> (16 - bits)
            # Files of fewer bits are spread over 16.
            pixels = premultiplied(stored, (1 << bits) - 1)
            content = imagecodecs.jpegxl_encode(stored, lossless=True, bitspersample=bits)
            name = COLORS[channels - 1]
            yield f"JPEG XL {name} {bits}", Case(content, pixels, 16, tolerance=16e-6)
            if bits < 16 and channels > 2:
                content = imagecodecs.avif_encode(stored, level=100, bitspersample=bits)
                yield f"AVIF {name} {bits}", Case(content, pixels, 16, tolerance=16e-6)
    content = heic_of_10_bits(smooth())
    yield "HEIC 10", Case(content, premultiplied(smooth()), 16, tolerance=6 / 255)
    stored = noise(kind=np.uint16) >> 4
    content = imagecodecs.jpeg8_encode(stored, lossless=True, bitspersample=12)
    pixels = premultiplied(stored, 4095)
    yield "lossless JPEG 12", Case(content, pixels, 16, tolerance=16e-6)
    content = imagecodecs.jpeg8_encode(noise(), lossless=True)
    yield "lossless JPEG 8", Case(content, premultiplied(noise()))


def heic_of_10_bits(stored: Stored) -> bytes:
    values = (stored * np.uint16(257)).tobytes()
    file = pillow_heif.from_bytes("RGB;16", stored.shape[1::-1], values)
    buffer = io.BytesIO()
    file.save(buffer, quality=-1, chroma=444)
    return buffer.getvalue()


def close_cases() -> Iterator[tuple[str, Case]]:
    close: dict[str, Any] = {"tolerance": 6 / 255}
    rgb, pixels = smooth(), premultiplied(smooth())
    for level, options in ((100, {}), (100, {"subsampling": "444"})):
        content = imagecodecs.jpeg8_encode(rgb, level=level, **options)
        yield f"JPEG {options}", Case(content, pixels, **close)
    for channels in (1, 3, 4):
        stored = smooth(channels)
        own = premultiplied(stored)
        content = pillow(stored, "HEIF", quality=-1)
        yield f"HEIC {channels}", Case(content, own, tolerance=8 / 255)
    yield (
        "JPEG in TIFF",
        Case(tiff(rgb, compression="jpeg", compressionargs={"level": 100}), pixels, **close),
    )
    ink = noise(4)
    rough = (1 - ink[..., :3] / 255) * (1 - ink[..., 3:] / 255)
    content = tiff(ink, photometric="separated", extrasamples=None)
    yield "CMYK TIFF", Case(content, rough, notes=(CMYK_NOTE,), tolerance=0.51 / 255)


CASES = dict([*lossless_cases(), *deep_cases(), *close_cases()])


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_a_format_is_read_as_it_was_made(tmp_path: Path, name: str) -> None:
    check_case(CASES[name], tmp_path)
