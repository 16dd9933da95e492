"""Masks: which pixels of a picture count, which another picture says or an array."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import UsageError
from siren_cli.pictures.arrays import picture_of_array
from siren_cli.pictures.colors.light import LUMA
from siren_cli.pictures.picture import GRAY_CHANNELS, Picture, PictureFacts

# Whether each pixel is white in a mask, shape (height, width).
Mask = NDArray[np.bool_]

# Least value in [0, 1] that counts as white.
WHITE = 0.5
# Hexadecimal digits by which a file tells masks, or blended pictures, apart.
DIGEST_DIGITS = 16


def mask_of(picture: Picture) -> Mask:
    """Return where a picture is white: where its alpha, or else its gray, is at least half."""
    pixels, facts = picture.pixels, picture.facts
    if facts.has_alpha:
        shades = pixels[..., -1]
    elif facts.channels in GRAY_CHANNELS:
        shades = pixels[..., 0]
    else:
        shades = pixels @ LUMA
    white: Mask = shades >= WHITE
    return white


def mask_of_array(array: Any) -> Mask:
    """Return a mask from an array: of truth values, or of numbers as of a picture.

    Integers that are all 0 or 1 are truth values, too.

    Raises:
        PictureError: It is no picture.
    """
    values = np.asarray(array)
    if values.dtype == np.bool_ or (values.dtype.kind in "ui" and _are_bits(values)):
        values = values.astype(np.uint8) * 255
    return mask_of(picture_of_array(values))


def _are_bits(integers: NDArray[Any]) -> bool:
    return bool(integers.size and integers.min() >= 0 and integers.max() <= 1)


def check_mask(mask: Mask, facts: PictureFacts, name: str) -> None:
    """Check that a mask leaves something to be taught of a picture, and something not.

    Args:
        mask: The mask.
        facts: The size of the picture.
        name: What messages call the mask.

    Raises:
        UsageError: It does not, or has another size.
    """
    height, width = mask.shape
    if mask.shape != (facts.height, facts.width):
        raise UsageError(
            f"{name}: is {width}x{height}, and the picture is {facts.width}x{facts.height}"
        )
    if not mask.any():
        raise UsageError(
            f"{name}: is black everywhere, so nothing would be learned; white is at least half "
            "of the range, such as 128 of 255"
        )
    if mask.all():
        raise UsageError(f"{name}: is white everywhere, so there is no hole")


def mask_digest(mask: Mask) -> str:
    """Return some hexadecimal digits that tell masks of one size apart."""
    return array_digest(np.packbits(mask))


def array_digest(*arrays: NDArray[Any]) -> str:
    """Return some hexadecimal digits that tell the contents of arrays apart."""
    digest = hashlib.sha256()
    for each in arrays:
        digest.update(each.tobytes())
    return digest.hexdigest()[:DIGEST_DIGITS]
