"""The samples of a TIFF page as gray or colors, with alpha or without (TIFF 6.0)."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from siren_cli.errors import PictureError
from siren_cli.pictures.colors import color_profile, icc_profile
from siren_cli.pictures.picture import HIGH_BIT_DEPTH, LOW_BIT_DEPTH, peak
from siren_cli.pictures.reading.spread import spread, unpremultiplied

if TYPE_CHECKING:
    from tifffile import TiffPage

Values = NDArray[Any]

# TIFF's PhotometricInterpretation.
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, MASK, CMYK, YCBCR = range(7)
CIELAB, ICCLAB = 8, 9
# Samples of a color by its interpretation; those that are not here are not read.
COLORS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 1, MASK: 1, CMYK: 4, YCBCR: 3}
COLORS |= {CIELAB: 3, ICCLAB: 3}
# The tag of the inks, and its value for cyan, magenta, yellow and black.
INK_SET_TAG, CMYK_INKS = 332, 1
# TIFF's Compression of JPEG, whose decoder turns YCbCr to RGB.
JPEGS = (6, 7)
# TIFF's ExtraSamples: alpha with which the colors are premultiplied, and alpha with which they
# are not.
PREMULTIPLIED, UNPREMULTIPLIED = 1, 2
LAB_NOTE = "CIELAB, converted to sRGB"


def bits(page: "TiffPage") -> int:
    """Return the bits of a sample of a page that passes `check`."""
    return int(page.bitspersample)


def check(page: "TiffPage") -> None:
    """Check that the samples of a page can be read.

    Raises:
        PictureError: They cannot.
    """
    if page.photometric not in COLORS:
        name = getattr(page.photometric, "name", "odd-colored")
        raise PictureError(f"{name} TIFF is not supported; convert it to RGB")
    if not isinstance(page.bitspersample, int):
        raise PictureError("has channels of different depths; convert it to RGB of 8 bits each")
    if page.imagedepth > 1:
        raise PictureError(f"is a volume of {page.imagedepth} slices; save them as pages")
    if page.dtype is None or page.dtype.kind not in "uifb":
        raise PictureError(
            f"{page.bitspersample}-bit values of its kind are not supported in TIFF"
        )
    ink_set = page.tags.get(INK_SET_TAG)
    if page.photometric == CMYK and ink_set is not None and ink_set.value != CMYK_INKS:
        raise PictureError("TIFF of other inks than CMYK is not supported; convert it to RGB")
    if page.samplesperpixel < COLORS[page.photometric]:
        raise PictureError("damaged picture: it has too few samples for its colors")


def colors(
    page: "TiffPage", values: Values, profile: bytes | None
) -> tuple[Values, bytes | None, tuple[str, ...]]:
    """Return values of 1 to 4 channels, their color profile, and notes.

    Args:
        page: The page.
        values: Array of shape (height, width, samples), as they are in the file.
        profile: The color profile of the file.

    Returns:
        Values of uint8 or uint16, or of another type as in the file, with an alpha in
        [0, 1]; colors not premultiplied.
    """
    own, alpha, notes = _parts(page, values)
    kind = page.photometric
    if kind == WHITE_IS_ZERO and own.dtype.kind == "u":
        own = np.iinfo(own.dtype).max - own
    elif kind == WHITE_IS_ZERO:
        notes = (*notes, "its least value is white; it is not inverted")
    elif kind == PALETTE:
        own = _by_palette(page, own)
    elif kind == CMYK:
        own, note = color_profile.cmyk_to_srgb(own, profile)
        profile, notes = icc_profile.SRGB, (*notes, note)
    elif kind == YCBCR and page.compression not in JPEGS:
        own = _by_ycbcr(own)
    elif kind in (CIELAB, ICCLAB):
        own = color_profile.lab_to_srgb(own, is_signed=kind == CIELAB)
        profile, notes = icc_profile.SRGB, (*notes, LAB_NOTE)
    if alpha is None:
        return own, profile, notes
    whole = np.concatenate([own, alpha], axis=2)
    if page.extrasamples and page.extrasamples[0] == PREMULTIPLIED:
        whole = unpremultiplied(whole)
    return whole, profile, notes


def _parts(page: "TiffPage", values: Values) -> tuple[Values, Values | None, tuple[str, ...]]:
    """Return the colors, spread if of 16 bits or less, the alpha or None, and notes."""
    kind, count = page.photometric, COLORS[page.photometric]
    own, rest = values[..., :count], values[..., count:]
    extra = tuple(page.extrasamples)
    if not extra and rest.shape[2] == 1 and kind != CMYK:
        extra = (UNPREMULTIPLIED,)  # what a file leaves open is alpha for most programs
    alpha = rest[..., :1] if extra and extra[0] in (PREMULTIPLIED, UNPREMULTIPLIED) else None
    notes = _dropped(rest.shape[2] - (alpha is not None))
    if values.dtype.kind in "ub" and bits(page) <= HIGH_BIT_DEPTH:
        own_peak = peak(bits(page))
        alpha = None if alpha is None else spread(alpha, own_peak)
        return own if kind == PALETTE else spread(own, own_peak), alpha, notes
    if kind not in (WHITE_IS_ZERO, BLACK_IS_ZERO, RGB):
        raise PictureError(f"{kind.name} TIFF of such values is not read; convert it to RGB")
    if alpha is not None and values.dtype.kind != "f":
        alpha, notes = None, (*notes, "its alpha is dropped, for its values have no peak")
    return own, alpha, notes


def _dropped(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (f"{count} extra {'channel is' if count == 1 else 'channels are'} dropped",)


def _by_palette(page: "TiffPage", indices: Values) -> Values:
    """Return the colors of a palette; those of old files have 8 bits."""
    table = np.asarray(page.colormap).reshape(3, -1).T
    if table.max() > peak(LOW_BIT_DEPTH):
        table = table >> LOW_BIT_DEPTH
    return table.astype(np.uint8)[np.minimum(indices[..., 0], len(table) - 1)]


def _by_ycbcr(values: Values) -> Values:
    if values.dtype != np.uint8:
        raise PictureError("16-bit YCbCr TIFF is not supported; convert it to RGB")
    return np.asarray(Image.fromarray(values, "YCbCr").convert("RGB"))
