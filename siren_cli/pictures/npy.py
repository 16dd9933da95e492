"""NumPy's own files, of float32, written band by band."""

from collections.abc import Callable
from typing import BinaryIO

import numpy as np

from siren_cli.pictures.picture import Pixels, bands
from siren_cli.system.parallel import ahead


def write(
    file: BinaryIO, height: int, width: int, block: Callable[[slice, slice], Pixels]
) -> None:
    """Write a .npy file.

    Args:
        file: Where to.
        height: Rows of the array.
        width: Its columns.
        block: Gives its values at some rows and columns, and whatever axes follow.
    """
    found = ahead(lambda rows: block(rows, slice(0, width)), bands(height, width))
    for number, band in enumerate(found):
        if number == 0:
            shape = (height, width, *band.shape[2:])
            facts = {"descr": "<f4", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, facts)
        file.write(np.ascontiguousarray(band, "<f4").tobytes())
