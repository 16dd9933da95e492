"""Pictures turned upright, as EXIF and TIFF say how they are stored (EXIF 2.32, 4.6.4)."""

from typing import Any

import numpy as np

from siren_cli.pictures.picture import Resolution

# The tag of the orientation, in TIFF and in EXIF.
ORIENTATION_TAG = 274
# An upright picture is a stored one, transposed, then turned over from top to bottom, then
# from left to right, where its orientation is in these.
TRANSPOSED = (5, 6, 7, 8)
UPSIDE_DOWN = (3, 4, 7, 8)
MIRRORED = (2, 3, 6, 7)


def upright(stored: Any, orientation: int) -> Any:
    """Return stored values of shape (height, width, ...) turned upright."""
    if orientation in TRANSPOSED:
        stored = stored.swapaxes(0, 1)
    if orientation in UPSIDE_DOWN:
        stored = stored[::-1]
    if orientation in MIRRORED:
        stored = stored[:, ::-1]
    return np.ascontiguousarray(stored)


def upright_resolution(resolution: Resolution | None, orientation: int) -> Resolution | None:
    """Return the resolution of the upright picture."""
    if resolution is None or orientation not in TRANSPOSED:
        return resolution
    return Resolution(resolution.down, resolution.across)
