"""NumPy's own files (.npy), of float32, written band by band."""

from collections.abc import Callable
from typing import BinaryIO

import numpy as np

from siren_cli.pictures.bands import bands
from siren_cli.pictures.picture import Pixels
from siren_cli.system.parallel import ahead


def write(
    file: BinaryIO, height: int, width: int, block: Callable[[slice, slice], Pixels]
) -> None:
    """Write a .npy file.

    Args:
        file: The file to write to.
        height: Rows of the array.
        width: Columns of the array.
        block: Returns the values at some rows and columns, with any axes after these.
    """
    values = ahead(lambda rows: block(rows, slice(0, width)), bands(height, width))
    for number, band in enumerate(values):
        if number == 0:
            shape = (height, width, *band.shape[2:])
            header = {"descr": "<f4", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
        file.write(np.ascontiguousarray(band, "<f4").tobytes())
