"""The strips and tiles of a TIFF page: each must be there and come to its end."""

import threading
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.reading.damage import kept
from siren_cli.system.parallel import ahead

if TYPE_CHECKING:
    import tifffile

# TIFF's Compression of JPEG, of the first kind and of the second.
OLD_JPEG, JPEG = 6, 7
# Simplejpeg's names of the colors, by the samples of a pixel.
SPACES = {1: "GRAY", 3: "RGB", 4: "CMYK"}


class _DamagedSegmentError(Exception):
    """A strip or tile is missing or broken."""


def read(page: "tifffile.TiffPage", *, keep: bool) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return the values of a page, shape (height, width, samples), and notes of damage.

    Raises:
        PictureError: A strip or tile is damaged, and `keep` is not set.
    """
    if is_left_to_pillow(page):
        raise NotImplementedError("subsampled values, or JPEG of the first kind")
    read_values = _contiguous if page.is_contiguous else _segmented
    whole, reasons = read_values(page, keep=keep)
    return chunky(whole), tuple(kept(reason, keep=keep) for reason in reasons[:1])


def is_left_to_pillow(page: "tifffile.TiffPage") -> bool:
    """Return whether tifffile does not decode a page."""
    is_old = page.compression == OLD_JPEG
    return bool(is_old or (page.is_subsampled and page.compression != JPEG))


def chunky(values: NDArray[Any]) -> NDArray[Any]:
    """Return values of shape (planes, 1, rows, width, samples) as (rows, width, samples)."""
    return np.moveaxis(values[:, 0], 0, -2).reshape(*values.shape[2:4], -1)


def _contiguous(page: "tifffile.TiffPage", *, keep: bool) -> tuple[NDArray[Any], list[str]]:
    """Return values that are stored as they are, one after another, and what is wrong."""
    size, offset = page.nbytes, page.dataoffsets[0]
    file = page.parent.filehandle
    file.seek(offset)
    missing = size - len(file.read(size))
    if not missing:
        return page.asarray(squeeze=False), []
    reason = "it is cut off"
    kept(reason, keep=keep)
    file.seek(offset)
    content = file.read(size) + bytes(missing)
    dtype = np.dtype(page.dtype).newbyteorder(page.parent.byteorder)
    return np.frombuffer(content, dtype).reshape(page.shaped), [reason]


def _segmented(page: "tifffile.TiffPage", *, keep: bool) -> tuple[NDArray[Any], list[str]]:
    whole = np.zeros(page.shaped, page.dtype)
    return whole, filled(page, whole, range(len(page.dataoffsets)), keep=keep)


def filled(
    page: "tifffile.TiffPage",
    values: NDArray[Any],
    indices: Iterable[int],
    *,
    top: int = 0,
    keep: bool,
) -> list[str]:
    """Fill an array with some strips or tiles, and return what is wrong with them.

    Args:
        page: The page.
        values: Array of shape (planes, 1, rows, width, samples), of rows of the page.
        indices: The numbers of the strips or tiles.
        top: The row of the page that is the first of the array.
        keep: Whether the others are read on after one that is damaged.
    """
    reasons: list[str] = []
    # It prepares itself by this, which several threads must not do at once.
    decode = partial(page.decode, jpegtables=page.jpegtables, jpegheader=page.jpegheader)
    lock = threading.Lock()  # for the place in the file; that of tifffile does nothing

    def fill(index: int) -> None:
        if reasons and not keep:
            return
        try:
            with lock:
                content = _content(page, index)
            segment, (plane, depth, row, column, _), _ = _decoded(page, content, decode, index)
        except _DamagedSegmentError as error:
            reasons.append(str(error))
            return
        height, width = page.imagelength - row, page.imagewidth - column
        part = segment[: page.imagedepth - depth, :height, :width]
        depths, rows, columns = part.shape[:3]
        below, beside = slice(row - top, row - top + rows), slice(column, column + columns)
        values[plane, depth : depth + depths, below, beside] = part

    # All are decoded, whatever one of them is, so that no thread reads on afterwards.
    for _ in ahead(fill, indices):
        pass
    return reasons


def _decoded(page: "tifffile.TiffPage", content: bytes, decode: Any, index: int) -> Any:
    if page.compression == JPEG:
        _check_jpeg(page, content)
    try:
        decoded = decode(content, index)
    except NotImplementedError:
        raise
    except Exception as error:  # a decoder may raise anything on a damaged segment
        raise _DamagedSegmentError(str(error) or type(error).__name__) from error
    segment, _, shape = decoded
    if segment is None or segment.shape[:3] != shape[:3]:
        raise _DamagedSegmentError("a strip or tile of it is too short")
    return decoded


def _content(page: "tifffile.TiffPage", index: int) -> bytes:
    offset, count = page.dataoffsets[index], page.databytecounts[index]
    file = page.parent.filehandle
    file.seek(offset)
    content: bytes = file.read(count)
    if not offset or not count or len(content) < count:
        raise _DamagedSegmentError("a strip or tile of it is missing")
    return content


def _check_jpeg(page: "tifffile.TiffPage", content: bytes) -> None:
    """Check a strip or tile of JPEG, whose damage its decoder would not mention."""
    samples = 1 if page.planarconfig == 2 else page.samplesperpixel  # noqa: PLR2004
    if page.bitspersample != 8 or samples not in SPACES:  # noqa: PLR2004
        return
    import simplejpeg

    tables = (page.jpegtables or b"")[:-2]  # but for their end marker
    try:
        simplejpeg.decode_jpeg(
            tables + content[2:] if tables else content,
            SPACES[samples],
            min_height=1,
            min_width=1,
            min_factor=8,
        )
    except ValueError as error:
        raise _DamagedSegmentError(str(error)) from error
