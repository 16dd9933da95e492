"""Pictures of more than 8 bits, read whole, which Pillow would cut to 8 bits.

PPM is read by this module alone, TIFF by tifffile, PNG and JPEG 2000 by imagecodecs, which
the extra `deep` brings and which tifffile needs for most compressions.
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
from siren_cli.pictures.reading.picture_header import PictureHeader
from siren_cli.pictures.reading.probe import ALPHAS, RGB, netpbm_header

Values = NDArray[np.uint16]

# The largest value of 16 bits, over which all values are spread.
PEAK = peak(HIGH_BIT_DEPTH)
# TIFF's tag of the color profile.
ICC_PROFILE_TAG = 34675
# The tag of the orientation, in TIFF and in EXIF.
ORIENTATION_TAG = 274
# TIFF's PhotometricInterpretation for gray that grows darker.
WHITE_IS_ZERO = 0
# TIFF's ExtraSamples for alpha with which the colors are premultiplied.
PREMULTIPLIED = 1
# TIFF's ExtraSamples for alpha with which they are not.
UNPREMULTIPLIED = 2

# tifffile raises what it logs; without a handler Python would print it, too.
logging.getLogger("tifffile").addHandler(logging.NullHandler())


class Content(NamedTuple):
    """The content of a file of more than 8 bits.

    Attributes:
        stored: Array of shape (height, width, channels), colors not premultiplied,
            spread over 16 bits.
        icc_profile: The color profile, or None.
        orientation: The orientation, numbered as in EXIF.
        frames: Number of pictures in the file, of which this is the first.
    """

    stored: Values
    icc_profile: bytes | None = None
    orientation: int = 1
    frames: int = 1


def is_read_here(header: PictureHeader) -> bool:
    """Return whether this module reads a picture, and not Pillow."""
    return header.bits > LOW_BIT_DEPTH and header.format in _READERS


def check_extra(header: PictureHeader) -> None:
    """Check that the extra that a picture needs is installed.

    Raises:
        ResourceError: It is not.
    """
    if header.format != "PPM":
        extras.load("deep", _work(header))


def read(file: BinaryIO, header: PictureHeader) -> Content:
    """Return the content of a file for whose header `is_read_here` is true."""
    return _READERS[header.format](file, header)


def _work(header: PictureHeader) -> str:
    return f"{header.bits}-bit {header.format} is read"


def _read_png(file: BinaryIO, header: PictureHeader) -> Content:
    imagecodecs = extras.load("deep", _work(header))
    stored = _spread(imagecodecs.png_decode(file.read()), header, peak(header.bits))
    with Image.open(file, formats=("PNG",)) as image:
        orientation = image.getexif().get(ORIENTATION_TAG, 1)
        frames = getattr(image, "n_frames", 1)
        return Content(stored, image.info.get("icc_profile"), orientation, frames)


def _read_jpeg_2000(file: BinaryIO, header: PictureHeader) -> Content:
    imagecodecs = extras.load("deep", _work(header))
    stored = _spread(imagecodecs.jpeg2k_decode(file.read()), header, peak(header.bits))
    return Content(stored, header.icc_profile)


def _read_netpbm(file: BinaryIO, header: PictureHeader) -> Content:
    content = file.read()
    own = netpbm_header(content)
    count = own.height * own.width * (3 if own.magic in (b"P3", b"P6") else 1)
    values: Any
    if own.magic in (b"P5", b"P6"):
        values = np.frombuffer(content, ">u2", count, own.end)
    else:
        words = re.sub(rb"#[^\r\n]*", b"", content[own.end :]).split()
        if not all(map(bytes.isdigit, words[:count])):
            raise PictureError("damaged picture: its values are not numbers")
        values = np.array(words[:count], np.uint16)
    return Content(_spread(values, header, own.peak))


def _read_tiff(file: BinaryIO, header: PictureHeader) -> Content:
    import tifffile

    with tifffile.TiffFile(file) as tiff:
        page = tiff.pages.first
        stored = page.asarray()
        if page.axes.startswith("S"):  # plane after plane
            stored = np.moveaxis(stored, 0, -1)
        stored = _spread(stored, header, peak(header.bits))
        if page.photometric == WHITE_IS_ZERO:
            stored = PEAK - stored
        tags = {tag.code: tag.value for tag in page.tags}
        return Content(
            _with_alpha(stored, 3 if page.photometric == RGB else 1, page.extrasamples),
            tags.get(ICC_PROFILE_TAG),
            int(tags.get(ORIENTATION_TAG, 1)),
            len(tiff.pages),
        )


def _with_alpha(stored: Values, colors: int, extra_samples: Sequence[int]) -> Values:
    """Return the colors, not premultiplied, and the alpha if there is one.

    Args:
        stored: Array of shape (height, width, channels).
        colors: Number of channels that are colors.
        extra_samples: TIFF's meanings of the channels after them.
    """
    # A last channel whose meaning the file does not say is alpha, as it is for Pillow.
    extra_samples = extra_samples or (UNPREMULTIPLIED,) * (stored.shape[2] - colors)
    if not extra_samples or extra_samples[0] not in ALPHAS:
        return stored[..., :colors]
    alpha = stored[..., colors : colors + 1]
    values = stored[..., :colors]
    if extra_samples[0] == PREMULTIPLIED:
        visible = np.maximum(alpha, np.uint16(1)).astype(np.float64)
        values = np.minimum(np.rint(values * (PEAK / visible)), PEAK)
    return np.concatenate([values.astype(np.uint16), alpha], axis=2)


def _spread(values: NDArray[Any], header: PictureHeader, own_peak: int) -> Values:
    """Return values of shape (height, width, channels), spread from 0 to `PEAK`.

    Args:
        values: Values of the picture, in an array of any shape.
        header: The header of the file, which may hold the size.
        own_peak: The largest value that the file can hold.
    """
    width, height = header.size or values.shape[1::-1]
    values = values.reshape(height, width, -1)
    if own_peak == PEAK:
        return values.astype(np.uint16)
    # A table takes less memory than floats, which would be eight times the picture.
    table: Values = np.rint(np.arange(own_peak + 1) * (PEAK / own_peak)).astype(np.uint16)
    spread: Values = table[np.minimum(values, own_peak)]
    return spread


_READERS: dict[str, Callable[[BinaryIO, PictureHeader], Content]] = {
    "PNG": _read_png,
    "TIFF": _read_tiff,
    "PPM": _read_netpbm,
    "JPEG2000": _read_jpeg_2000,
}
