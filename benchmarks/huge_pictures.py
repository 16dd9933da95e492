"""Seconds per pixel and memory of `siren fit` for pictures that are read whole or in bands."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.command import run_python, run_siren
from benchmarks.pictures import tiled, with_pixels
from benchmarks.plan import Plan, Row
from siren_cli.pictures.formats import format_for
from siren_cli.pictures.picture import Picture, Pixels, Source
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.pictures.writing.writer import write_picture

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
                yield {"kind": "size", "format": suffix[1:], **_fit(source, suffix)}


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


def _fit(source: Source, suffix: str) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"tiled{suffix}"
        with path.open("wb") as file:
            write_picture(file, source, format_for(path), source.facts.bit_depth)
        finished, facts = run_siren("fit", path)
    return {
        "width": facts["width"],
        "height": facts["height"],
        "psnr": facts["psnr_db"],
        "fit_seconds": facts["fit_seconds"],
        "wall_seconds": finished.seconds,
        "peak_bytes": finished.peak_bytes,
    }
