"""The strips and tiles of a TIFF page: each must be there and come to its end."""

import threading
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
    if (page.is_subsampled and page.compression != JPEG) or page.compression == OLD_JPEG:
        raise NotImplementedError("subsampled values, or JPEG of the first kind")
    read_values = _contiguous if page.is_contiguous else _segmented
    whole, reasons = read_values(page, keep=keep)
    planes = np.moveaxis(whole[:, 0], 0, -2).reshape(*whole.shape[2:4], -1)
    return planes, tuple(kept(reason, keep=keep) for reason in reasons[:1])


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
        whole[plane, depth : depth + depths, row : row + rows, column : column + columns] = part

    # All are decoded, whatever one of them is, so that no thread reads on afterwards.
    for _ in ahead(fill, range(len(page.dataoffsets))):
        pass
    return whole, reasons


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
