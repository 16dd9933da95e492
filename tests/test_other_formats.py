"""JPEG 2000, JPEG XL, WebP, AVIF, HEIC, JPEG, BMP and GIF files come with their pixels."""

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
        for bits in (10, 12):
            content = imagecodecs.avif_encode(
                stored.astype(np.uint16) << (bits - 8), bitspersample=bits
            )
            note = f"its {bits} bits are read as 8"
            yield f"AVIF {bits} {channels}", Case(content, own, notes=(note,), **close)
        for bits in (10, 16):
            content = imagecodecs.jpegxl_encode(
                stored.astype(np.uint16) << (bits - 8), lossless=True, bitspersample=bits
            )
            note = f"its {bits} bits are read as 8"
            yield f"JPEG XL {bits} {channels}", Case(content, own, notes=(note,), **close)
    yield (
        "JPEG in TIFF",
        Case(tiff(rgb, compression="jpeg", compressionargs={"level": 100}), pixels, **close),
    )
    ink = noise(4)
    rough = np.float32(1 - ink[..., :3] / 255) * np.float32(1 - ink[..., 3:] / 255)
    content = tiff(ink, photometric="separated", extrasamples=None)
    yield "CMYK TIFF", Case(content, rough, notes=(CMYK_NOTE,), **close)


CASES = dict([*lossless_cases(), *close_cases()])


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_a_format_is_read_as_it_was_made(tmp_path: Path, name: str) -> None:
    check_case(CASES[name], tmp_path)
