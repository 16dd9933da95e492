"""Pictures of more than 8 bits, read whole.

Pillow would cut them to 8 bits. PPM is read here; the rest by imagecodecs and
tifffile, the extra `deep`.
"""

import logging
import re
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from siren_cli.errors import PictureError
from siren_cli.pictures import extras
from siren_cli.pictures.picture import HIGH_BIT_DEPTH, LOW_BIT_DEPTH, peak
from siren_cli.pictures.probe import ALPHAS, RGB, Outline, netpbm

Values = NDArray[np.uint16]

# TIFF's tags (EXIF has the second, too), and values of those for channels' meaning.
ICC_PROFILE, ORIENTATION = 34675, 274
WHITE_IS_ZERO, PREMULTIPLIED, UNPREMULTIPLIED = 0, 1, 2

logging.getLogger("tifffile").addHandler(logging.NullHandler())


def is_deep(outline: Outline) -> bool:
    """Return whether a picture is to be read here."""
    return outline.bits > LOW_BIT_DEPTH and outline.format in _READERS


def check_readable(outline: Outline) -> None:
    """Check that the extra is installed.

    Raises:
        ResourceError: It is not.
    """
    if outline.format != "PPM":
        extras.check_installed("deep", f"{outline.bits}-bit {outline.format} is read")


class Deep(NamedTuple):
    """What a file of more than 8 bits holds.

    Attributes:
        stored: Array of shape (height, width, channels), colors not premultiplied,
            spread over 16 bits.
        icc_profile: The color profile, or None.
        orientation: As in EXIF.
        frames: How many pictures there are; this is the first.
    """

    stored: Values
    icc_profile: bytes | None = None
    orientation: int = 1
    frames: int = 1


def read(file: BinaryIO, outline: Outline) -> Deep:
    """Return what a deep picture's file holds."""
    return _READERS[outline.format](file, outline)


def _read_png(file: BinaryIO, outline: Outline) -> Deep:
    import imagecodecs

    content = file.read()
    stored = _spread(imagecodecs.png_decode(content), outline, peak(outline.bits))
    with Image.open(file, formats=("PNG",)) as image:
        orientation = image.getexif().get(ORIENTATION, 1)
        frames = getattr(image, "n_frames", 1)
        return Deep(stored, image.info.get("icc_profile"), orientation, frames)


def _read_jpeg_2000(file: BinaryIO, outline: Outline) -> Deep:
    import imagecodecs

    stored = _spread(imagecodecs.jpeg2k_decode(file.read()), outline, peak(outline.bits))
    return Deep(stored, outline.icc_profile)


def _read_netpbm(file: BinaryIO, outline: Outline) -> Deep:
    content = file.read()
    header = netpbm(content)
    count = header.height * header.width * (3 if header.magic in (b"P3", b"P6") else 1)
    values: Any
    if header.magic in (b"P5", b"P6"):
        values = np.frombuffer(content, ">u2", count, header.end)
    else:
        words = re.sub(rb"#[^\r\n]*", b"", content[header.end :]).split()
        if not all(map(bytes.isdigit, words[:count])):
            raise PictureError("damaged picture: its values are not numbers")
        values = np.array(words[:count], np.uint16)
    return Deep(_spread(values, outline, header.peak))


def _read_tiff(file: BinaryIO, outline: Outline) -> Deep:
    import tifffile

    with tifffile.TiffFile(file) as tiff:
        page = tiff.pages.first
        stored = page.asarray()
        if page.axes.startswith("S"):  # plane after plane
            stored = np.moveaxis(stored, 0, -1)
        stored = _spread(stored, outline, peak(outline.bits))
        if page.photometric == WHITE_IS_ZERO:
            stored = peak(HIGH_BIT_DEPTH) - stored
        tags = {tag.code: tag.value for tag in page.tags}
        return Deep(
            _with_alpha(stored, 3 if page.photometric == RGB else 1, page.extrasamples),
            tags.get(ICC_PROFILE),
            int(tags.get(ORIENTATION, 1)),
            len(tiff.pages),
        )


def _with_alpha(stored: Values, colors: int, extra: Sequence[int]) -> Values:
    """Return the colors, and of what else there is the alpha, not premultiplied."""
    # Where a file does not say what its last channel is, it is alpha, as for Pillow.
    extra = extra or (UNPREMULTIPLIED,) * (stored.shape[2] - colors)
    if not extra or extra[0] not in ALPHAS:
        return stored[..., :colors]
    alpha = stored[..., colors : colors + 1]
    values = stored[..., :colors]
    if extra[0] == PREMULTIPLIED:
        visible = np.maximum(alpha, np.uint16(1)).astype(np.float64)
        values = np.minimum(
            np.rint(values * (peak(HIGH_BIT_DEPTH) / visible)), peak(HIGH_BIT_DEPTH)
        )
    return np.concatenate([values.astype(np.uint16), alpha], axis=2)


def _spread(values: NDArray[Any], outline: Outline, own_peak: int) -> Values:
    """Return values of shape (height, width, channels) whose peak is that of 16 bits."""
    width, height = outline.size or values.shape[1::-1]
    values = values.reshape(height, width, -1)
    if own_peak == peak(HIGH_BIT_DEPTH):
        return values.astype(np.uint16)
    # Looked up: in floats a large picture would take eight times its memory.
    spread = np.rint(np.arange(own_peak + 1) * (peak(HIGH_BIT_DEPTH) / own_peak)).astype(
        np.uint16
    )
    table: Values = spread[np.minimum(values, own_peak)]
    return table


_READERS: dict[str, Callable[[BinaryIO, Outline], Deep]] = {
    "PNG": _read_png,
    "TIFF": _read_tiff,
    "PPM": _read_netpbm,
    "JPEG2000": _read_jpeg_2000,
}
