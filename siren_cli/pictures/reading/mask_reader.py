"""Picture files to masks."""

from pathlib import Path

from siren_cli.pictures.conversion import Conversion
from siren_cli.pictures.formats import MAX_PIXELS
from siren_cli.pictures.masks import Mask, mask_of
from siren_cli.pictures.reading.reader import read_picture


def read_mask(path: Path, max_side: int | None = None, max_pixels: int = MAX_PIXELS) -> Mask:
    """Read a mask from a picture file.

    Args:
        path: The file.
        max_side: Longest side that a larger mask is shrunk to, as its picture is.
        max_pixels: Most pixels of it.

    Raises:
        PictureError: The file is missing, damaged, too large, or no picture.
        ResourceError: It does not fit into memory, or an extra must be installed.
    """
    return mask_of(read_picture(path, Conversion(max_side=max_side), max_pixels))
