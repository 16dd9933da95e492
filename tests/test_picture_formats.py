"""PNG, TIFF and Netpbm files of every kind come with the pixels that others put into them."""

import struct
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest

from tests.helpers.picture_cases import Case, check_case
from tests.helpers.picture_files import (
    COLORS,
    KINDS,
    chunk,
    hand_made_png,
    netpbm,
    noise,
    packed,
    premultiplied,
    tiff,
)

ONE_DROPPED = "1 extra channel is dropped"

PALETTE = noise(3, 16, 1)[:, 0]

ALPHAS = np.uint8([0, 128, 255, 7])


def png_cases() -> Iterator[tuple[str, Case]]:
    for bits in (1, 2, 4):
        values = noise(1) >> (8 - bits)
        rows, few = packed(values, bits), 1 << bits
        gray, colored = premultiplied(values, few - 1), PALETTE[values]
        yield f"gray {bits}", Case(hand_made_png(rows, bits), gray)
        colors, alphas = PALETTE[:few].tobytes(), ALPHAS[:few].tobytes()
        content = hand_made_png(rows, bits, palette=colors)
        yield f"palette {bits}", Case(content, premultiplied(colored))
        content = hand_made_png(rows, bits, chunk(b"tRNS", alphas), palette=colors)
        alpha = np.append(ALPHAS, [255] * 12).astype(np.uint8)[values]
        pixels = premultiplied(np.dstack([colored, alpha]))
        yield f"palette {bits} with transparency", Case(content, pixels)
    for bits, channels in product((8, 16), (1, 2, 3, 4)):
        stored = noise(channels, kind=KINDS[bits])
        content = imagecodecs.png_encode(stored)
        yield f"{COLORS[channels - 1]} {bits}", Case(content, premultiplied(stored), bits)


def transparent_png_cases() -> Iterator[tuple[str, Case]]:
    for bits, channels in ((8, 1), (8, 3), (16, 1), (16, 3)):
        stored = noise(channels, kind=KINDS[bits]).reshape(8, 6, channels)
        # One that differs in its lower byte alone stays visible.
        stored[4, 4] = stored[2, 3] ^ 1
        key = struct.pack(f">{channels}H", *stored[2, 3])
        content = hand_made_png(stored.squeeze(), bits, chunk(b"tRNS", key))
        visible = (stored != stored[2, 3]).any(axis=-1)
        values = np.dstack([stored, visible * np.iinfo(stored.dtype).max])
        pixels = premultiplied(values.astype(stored.dtype))
        yield f"tRNS of {bits} bits, {channels} channels", Case(content, pixels, bits)


TIFF_KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "planes": {"planarconfig": "separate"},
    "big-endian": {"byteorder": ">"},
    "BigTIFF": {"bigtiff": True},
    "big-endian BigTIFF": {"bigtiff": True, "byteorder": ">"},
    "strips": {"rowsperstrip": 3},
    "tiles": {"tile": (16, 16)},
    "LZW": {"compression": "lzw"},
    "LZW and differences": {"compression": "lzw", "predictor": True},
    "deflate": {"compression": "zlib"},
    "deflate and differences": {"compression": "zlib", "predictor": True},
    "packbits": {"compression": "packbits"},
}


def tiff_cases() -> Iterator[tuple[str, Case]]:
    for bits, channels in product((8, 16), (1, 2, 3, 4)):
        stored = noise(channels, kind=KINDS[bits])
        for kind, options in TIFF_KINDS.items():
            # Gray in planes: one, or one too many for Pillow.
            if kind != "planes" or channels > 2 or (channels, bits) == (2, 16):
                name = f"{kind} {COLORS[channels - 1]} {bits}"
                yield name, Case(tiff(stored, **options), premultiplied(stored), bits)
    for bits in (1, 2, 4, 12):
        values = noise(1, kind=np.uint16) >> (16 - bits)
        kind = {1: bool, 12: np.uint16}.get(bits, np.uint8)
        content = tiff(values.astype(kind), bitspersample=bits)
        pixels = premultiplied(values, (1 << bits) - 1)
        yield f"gray {bits}", Case(content, pixels, 8 if bits < 8 else 16, tolerance=8e-6)


def odd_tiff_cases() -> Iterator[tuple[str, Case]]:
    for bits, kind in KINDS.items():
        gray, two = noise(1, kind=kind), noise(2, kind=kind)
        four, five = noise(4, kind=kind), noise(5, kind=kind)
        white = premultiplied(np.invert(gray))
        yield f"white is zero {bits}", Case(tiff(gray, photometric="miniswhite"), white, bits)
        for stored in (two, four):
            name = COLORS[stored.shape[2] - 1]
            lit = np.minimum(stored, stored[..., -1:])
            pixels = lit / np.iinfo(kind).max
            content = tiff(lit, extrasamples=["assocalpha"])
            tolerance = 1 / np.iinfo(kind).max  # Pillow rounds down
            yield (
                f"premultiplied {name} {bits}",
                Case(content, pixels, bits, tolerance=tolerance),
            )
            content = tiff(stored, extrasamples=["unspecified"])
            pixels = premultiplied(stored[..., :-1])
            yield (
                f"{name} of unknown meaning {bits}",
                Case(content, pixels, bits, (ONE_DROPPED,)),
            )
        # Tag 337 in the place of 338: nothing says what the fourth channel is.
        content = tiff(four).replace(struct.pack("<HH", 338, 3), struct.pack("<HH", 337, 3))
        yield f"unnamed alpha {bits}", Case(content, premultiplied(four), bits)
        content = tiff(five, extrasamples=["unassalpha", "unspecified"])
        pixels = premultiplied(five[..., :4])
        yield f"a channel too many {bits}", Case(content, pixels, bits, (ONE_DROPPED,))
    colormap = np.zeros((3, 256), np.uint16)
    colormap[:, :16] = PALETTE.T * np.uint16(257)
    values = noise(1) >> 4
    content = tiff(values, photometric="palette", colormap=colormap)
    yield "palette", Case(content, premultiplied(PALETTE[values]))


NETPBM_HEADERS = {
    "plain": b" 6 8 %d\n",
    "with comments": b"\n# a comment\n6 8 # another\n# 9 9\n%d\n",
    "with the ends of lines of old": b"\r# a comment\r6 8\r%d\r",
}


def netpbm_cases() -> Iterator[tuple[str, Case]]:
    for peak in (255, 1023, 65535):
        kind = np.uint8 if peak == 255 else np.uint16
        for magic, channels in ((b"P2", 1), (b"P3", 3), (b"P5", 1), (b"P6", 3)):
            values = noise(channels, kind=kind) & kind(peak)
            pixels, depth = premultiplied(values, peak), 8 * values.itemsize
            for name, header in NETPBM_HEADERS.items():
                content = netpbm(magic, header % peak, values)
                label = f"{magic.decode()} of {peak}, {name}"
                yield label, Case(content, pixels, depth, tolerance=8e-6)
    ink = noise(1) & 1
    pixels = 1.0 - ink[..., None]
    yield "P1", Case(b"P1 6 8\n" + b"".join(b"%d " % bit for bit in ink.flat), pixels)
    yield "P4", Case(b"P4 # bits\n6 8\n" + packed(ink, 1).tobytes(), pixels)
    plain = netpbm(b"P3", b" 6 8 1023\n# a comment before the values\n", noise(3))
    yield "P3 with a later comment", Case(plain, noise(3) / 1023, 16, tolerance=8e-6)


CASES = {
    f"{group}: {name}": case
    for group, cases in {
        "PNG": [*png_cases(), *transparent_png_cases()],
        "TIFF": [*tiff_cases(), *odd_tiff_cases()],
        "Netpbm": netpbm_cases(),
    }.items()
    for name, case in cases
}


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_a_format_is_read_as_it_was_made(tmp_path: Path, name: str) -> None:
    check_case(CASES[name], tmp_path)
