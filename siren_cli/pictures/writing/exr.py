"""OpenEXR pictures (.exr) of float32, written by the bindings that the extra `exr` brings."""

from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.colors.chromaticities import Chromaticities
from siren_cli.system import extras

# The channels by their number, in the order of the values.
NAMES = {1: ("Y",), 2: ("Y", "A"), 3: ("R", "G", "B"), 4: ("R", "G", "B", "A")}


def write(
    file: BinaryIO, values: NDArray[np.float32], chromaticities: Chromaticities | None
) -> None:
    """Write a file, compressed by ZIP, which loses nothing.

    Args:
        file: The file to write to, which can seek.
        values: Array of shape (height, width, channels), 1 to 4 channels, float32, colors not
            premultiplied; the file holds them premultiplied, as is usual in OpenEXR.
        chromaticities: Those of the colors; None are those of sRGB, which are usual.

    Raises:
        ResourceError: The extra is not installed.
    """
    bindings: Any = extras.load("exr", "OpenEXR is written")
    names = NAMES[values.shape[2]]
    header = {"compression": bindings.ZIP_COMPRESSION, "type": bindings.scanlineimage}
    if chromaticities and not chromaticities.are_srgb:
        white, *colors = chromaticities
        points = (*colors, white)
        header["chromaticities"] = tuple(number for point in points for number in point)
    planes = [
        np.ascontiguousarray(plane) for plane in np.moveaxis(_premultiplied(values), 2, 0)
    ]
    bindings.File(header, dict(zip(names, planes, strict=True))).write(file)


def _premultiplied(values: NDArray[np.float32]) -> NDArray[np.float32]:
    if values.shape[2] % 2:
        return values
    alpha = values[..., -1:]
    return np.concatenate([values[..., :-1] * alpha, alpha], axis=2)
