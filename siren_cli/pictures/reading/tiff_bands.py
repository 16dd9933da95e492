"""TIFF files read in bands of rows: some strips or tiles at a time, or rows by themselves."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.bands import bands
from siren_cli.pictures.picture import Stored
from siren_cli.pictures.reading import exif, tiff, tiff_colors, tiff_segments
from siren_cli.pictures.reading.banded import BandedPicture, NotInBandsError
from siren_cli.pictures.reading.damage import kept
from siren_cli.pictures.reading.picture_header import PictureHeader

if TYPE_CHECKING:
    from tifffile import TiffPage

# TIFF's PlanarConfiguration of a plane for each sample.
PLANAR = 2
# Most bytes of a row of strips or tiles, which are in memory together, and of one of them as it
# is in the file. A row of tiles of 256 rows has so many for RGB of 350,000 columns.
MAX_SEGMENT_BYTES = 256 << 20


def check(file: BinaryIO, _: PictureHeader, number: int | None) -> None:
    """Check that a page of a TIFF file can be read in bands.

    Raises:
        PictureError: It is cut off.
        NotInBandsError: It cannot.
    """
    with tiff.opened(file) as opened:
        page = tiff.page_of(opened, number)[0]
        if page.dtype not in (np.dtype(kind) for kind in (np.uint8, np.uint16, np.bool_)):
            raise NotInBandsError("saved with 8 or 16 bits")
        is_planar = page.planarconfig == PLANAR
        if tiff_segments.is_left_to_pillow(page) or (page.is_subsampled and is_planar):
            raise NotInBandsError("saved as RGB")
        if exif.of_tiff(page).orientation != 1:
            raise NotInBandsError("saved upright")
        _check_segments(page, file.seek(0, os.SEEK_END))


def survey(file: BinaryIO, _: PictureHeader, number: int | None) -> BandedPicture:
    """Look at a page that passes `check`.

    Raises:
        PictureError: It is damaged.
    """
    with tiff.opened(file) as opened:
        page, notes = tiff.page_of(opened, number)
        first = tiff.described(page, next(_values(page)), ())
        height = page.imagelength

    def stored_bands(again: BinaryIO) -> Iterator[Stored]:
        with tiff.opened(again) as opened:
            page = tiff.page_of(opened, number)[0]
            profile = tiff.profile_of(page, exif.of_tiff(page))
            for values in _values(page):
                yield tiff_colors.colors(page, values, profile)[0]

    return BandedPicture(height, first._replace(notes=(*notes, *first.notes)), stored_bands)


def _check_segments(page: "TiffPage", file_bytes: int) -> None:
    """Check that all strips and tiles are there, and small enough."""
    if page.is_final:
        if page.dataoffsets[0] + page.nbytes > file_bytes:
            kept("it is cut off", keep=False)
        return
    if page.is_contiguous:
        raise NotInBandsError("saved with the usual order of bits")
    grid, counts = _SegmentGrid.of(page), page.databytecounts
    if not len(page.dataoffsets) == len(counts) == grid.planes * grid.down * grid.across:
        raise NotInBandsError("saved with one strip or tile for every part")
    pairs = zip(page.dataoffsets, counts, strict=True)
    if any(not start or not count or start + count > file_bytes for start, count in pairs):
        kept("a strip or tile of it is missing", keep=False)
    pixel_bytes = page.samplesperpixel * page.dtype.itemsize
    row_bytes = grid.rows * grid.across * grid.columns * pixel_bytes
    if max(row_bytes, *counts) > MAX_SEGMENT_BYTES:
        raise NotInBandsError("saved with tiles, or with strips of fewer rows")


class _SegmentGrid(NamedTuple):
    """The places of a page's strips or tiles, by their numbers.

    Attributes:
        rows: Rows of each.
        columns: Columns of each.
        across: Their number from left to right.
        down: Their number from the top down.
        planes: Number of planes, each of which has all of them.
    """

    rows: int
    columns: int
    across: int
    down: int
    planes: int

    @classmethod
    def of(cls, page: "TiffPage") -> "_SegmentGrid":
        height, width = page.imagelength, page.imagewidth
        rows, columns = page.tilelength, page.tilewidth
        if not page.is_tiled:
            rows, columns = min(page.rowsperstrip, height), width
        return cls(rows, columns, -(-width // columns), -(-height // rows), page.shaped[0])

    def numbers(self, lines: range) -> list[int]:
        """Return the numbers of those in some lines of them, in all planes."""
        return [
            (plane * self.down + line) * self.across + column
            for plane in range(self.planes)
            for line in lines
            for column in range(self.across)
        ]


def _values(page: "TiffPage") -> Iterator[NDArray[Any]]:
    """Yield bands of the values of a page, shape (rows, width, samples), as in the file."""
    if page.is_final:
        for rows in bands(page.imagelength, page.imagewidth):
            yield _plain_rows(page, rows)
        return
    grid, height, width = _SegmentGrid.of(page), page.imagelength, page.imagewidth
    # Lines of strips or tiles that are decoded together, so that low ones make a band, too.
    together = max(1, next(bands(height, width)).stop // grid.rows)
    for first in range(0, grid.down, together):
        lines = range(first, min(first + together, grid.down))
        top, bottom = lines.start * grid.rows, min(lines.stop * grid.rows, height)
        values = np.zeros((grid.planes, 1, bottom - top, *page.shaped[3:]), page.dtype)
        reasons = tiff_segments.filled(page, values, grid.numbers(lines), top=top, keep=False)
        for reason in reasons:
            kept(reason, keep=False)
        for rows in bands(bottom - top, width):
            yield tiff_segments.chunky(values[:, :, rows])


def _plain_rows(page: "TiffPage", rows: slice) -> NDArray[Any]:
    """Return some rows of a page whose values are stored as they are, one after another."""
    planes, _, height, width, samples = page.shaped
    file, count = page.parent.filehandle, rows.stop - rows.start
    dtype = np.dtype(page.dtype).newbyteorder(page.parent.byteorder)
    row_bytes = width * samples * dtype.itemsize
    parts = []
    for plane in range(planes):
        file.seek(page.dataoffsets[0] + (plane * height + rows.start) * row_bytes)
        parts.append(file.read(count * row_bytes))
        if len(parts[-1]) < count * row_bytes:
            kept("it is cut off", keep=False)
    values = np.frombuffer(b"".join(parts), dtype).astype(page.dtype)
    return tiff_segments.chunky(values.reshape(planes, 1, count, width, samples))
