"""Seconds per pixel and memory of `siren fit` for pictures that are read whole or in bands."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmarks.command import run_python
from benchmarks.growth import fit_row
from benchmarks.pictures import tiled, with_pixels
from benchmarks.plan import Plan, Row
from siren_cli.pictures.picture import Picture, Pixels, Source
from siren_cli.pictures.reading.reader import read_picture

# Sizes of the pictures, in megapixels. Those of over 16.8 are read in bands.
SIZES_MPX = (1, 6, 25, 100)
SUFFIXES = (".png", ".tif")
# Width of the pictures over their height.
ASPECT = 1.5
# The middle of each photograph, which is small, so that pictures of all sizes are alike.
MIDDLE_HEIGHT = 256
MIDDLE_WIDTH = 384
# Photographs side by side.
COLUMNS = 3


def measure(plan: Plan) -> Iterator[Row]:
    """Yield a row with the memory of TensorFlow alone, then one for each size and format."""
    footprint = run_python("-m", "benchmarks.footprint")
    yield {"kind": "footprint", "peak_bytes": footprint.peak_bytes}
    tile = _tile([read_picture(path) for path in plan.pictures])
    for suffix in SUFFIXES:
        for mpx in SIZES_MPX:
            if mpx <= plan.largest:
                source = repeated(tile, *_size(mpx))
                yield {"kind": "size", "format": suffix[1:], **fit_row(source, suffix)}


def repeated(tile: Picture, height: int, width: int) -> Source:
    """Return a picture of some size that repeats another one, and takes no memory."""
    rows_of_tile, columns_of_tile, _ = tile.pixels.shape

    def block(rows: slice, columns: slice) -> Pixels:
        y, x = np.arange(height)[rows], np.arange(width)[columns]
        pixels: Pixels = tile.pixels[np.ix_(y % rows_of_tile, x % columns_of_tile)]
        return pixels

    facts = replace(tile.facts, height=height, width=width)
    return Source(facts, tile.icc_profile, block)


def _tile(pictures: list[Picture]) -> Picture:
    columns = min(COLUMNS, len(pictures))
    return tiled([_middle(picture) for picture in pictures], len(pictures) // columns, columns)


def _middle(picture: Picture) -> Picture:
    height, width, _ = picture.pixels.shape
    top, left = max(0, height - MIDDLE_HEIGHT) // 2, max(0, width - MIDDLE_WIDTH) // 2
    rows, columns = slice(top, top + MIDDLE_HEIGHT), slice(left, left + MIDDLE_WIDTH)
    return with_pixels(picture, picture.pixels[rows, columns])


def _size(mpx: float) -> tuple[int, int]:
    height = round((mpx * 1e6 / ASPECT) ** 0.5)
    return height, round(ASPECT * height)
