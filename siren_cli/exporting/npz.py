"""The weights as NumPy's plain arrays, beside a text that says the formula.

`numpy.load` reads the arrays by name without pickle, and so do programs in other languages;
docs/elsewhere.md has some. The same fit makes the same bytes.
"""

import io
import zipfile
from collections.abc import Sequence
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.shape import GridShape
from siren_cli.representation.header import Header, MosaicHeader, PyramidHeader
from siren_cli.representation.representation import Representation

README = "README.txt"
# The text of each kind of function, in this folder.
MOSAIC_TEXT, PYRAMID_TEXT = "npz-readme.txt", "npz-pyramid-readme.txt"


def content(representation: Representation) -> bytes:
    """Return the .npz file of a representation: README.txt, then its arrays."""
    file = io.BytesIO()
    is_mosaic = isinstance(representation.header, MosaicHeader)
    name = MOSAIC_TEXT if is_mosaic else PYRAMID_TEXT
    text = resources.files("siren_cli.exporting").joinpath(name).read_bytes()
    with zipfile.ZipFile(file, "w") as archive:
        # An entry of a plain name would have the time of day.
        archive.writestr(zipfile.ZipInfo(README), text)
        for name, array in arrays(representation).items():
            # Its size is known before it is written, so a reader finds it in front of it.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), _npy(array))
    return file.getvalue()


def arrays(representation: Representation) -> dict[str, NDArray[Any]]:
    """Return all arrays of the file by name; README.txt says what they are."""
    header = representation.header
    facts, mapping = header.facts, header.facts.mapping
    result: dict[str, NDArray[Any]] = {
        "picture_size": _integers([facts.height, facts.width]),
        "channels": np.array(facts.color),
        "pixels": np.array(header.pixels),
    }
    if isinstance(header, MosaicHeader):
        result |= _grid_of_cells(header)
    elif isinstance(header, PyramidHeader):
        result |= _grids(header.shape.grids)
    for name, array in representation.arrays().items():
        # Latents are whole numbers.
        result[name] = array.astype(np.int16) if name.startswith("latents.") else array
    if mapping is not None:
        result["value_curve"] = np.array(mapping.curve)
        result["value_range"] = np.array([mapping.low, mapping.high, mapping.knee])
    if representation.icc_profile is not None:
        result["icc_profile"] = np.frombuffer(representation.icc_profile, np.uint8)
    return result


def _grids(grids: Sequence[GridShape]) -> dict[str, NDArray[Any]]:
    """Return what the latents of a pyramid stand for."""
    return {
        "spacing": _integers([grid.spacing for grid in grids]),
        "gain": np.array([grid.gain for grid in grids], np.float32),
    }


def _grid_of_cells(header: MosaicHeader) -> dict[str, NDArray[Any]]:
    """Return the cells of a mosaic, and what their networks have in common."""
    y, x, classes = header.grid.y, header.grid.x, header.classes
    return {
        "cell_size": _integers([y.cell_size, x.cell_size]),
        "margin": _integers([y.margin, x.margin]),
        "cell_classes": _integers(classes.numbers.reshape(y.cells, x.cells)),
        "cell_places": _integers(classes.places.reshape(y.cells, x.cells)),
        "layers": _integers(len(classes.layer_sizes[0]) - 1),
        "activation": np.array(header.stored_activation),
    }


def _integers(values: Any) -> NDArray[np.int32]:
    """Return integers of 32 bits, which every language has."""
    return np.array(values, np.int32)


def _npy(array: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, allow_pickle=False)
    return file.getvalue()


def losses(header: Header) -> list[str]:
    """Return what is lost of a file with this header, a sentence each."""
    if header.exif_bytes or header.xmp_bytes:
        return ["arrays have no place for EXIF and XMP"]
    return []
