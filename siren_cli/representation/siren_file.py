"""A picture as weights, and the .siren file that holds them.

The file is a sealed safetensors container (`sealed`), so any language can read it: the
layers' weights and biases, a SHA-256 for each row of cells, the color profile, and a
header with everything else. The same fit makes the same bytes: the file holds no time
and no path.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import RepresentationError, ResourceError, UsageError, prefixed
from siren_cli.model.activations import Array
from siren_cli.model.layers import Layer, Networks, finite, layers_of, named_arrays
from siren_cli.representation import header_parser, sealed
from siren_cli.representation.header import DIGEST_BYTES, SEALED_TENSORS, Header
from siren_cli.system import files


@dataclass(frozen=True)
class Representation:
    """A picture as a function of the point.

    Attributes:
        header: Everything about it but the weights.
        layers: Weights and biases of the type that is stored.
        icc_profile: The picture's color profile, or None.
    """

    header: Header
    layers: tuple[Layer, ...]
    icc_profile: bytes | None = None

    def floats(self, dtype: type = np.float32) -> "Representation":
        """Return it with layers that can be evaluated, float32 or float64."""
        return replace(self, layers=tuple(layer.floats(dtype) for layer in self.layers))

    @property
    def networks(self) -> Networks:
        """The networks of all cells, to be evaluated once the layers are floats."""
        return Networks(self.layers, self.header.activation, self.header.encoding)


class SirenFile:
    """An open .siren file: its header is checked, its weights are read when asked for.

    Args:
        path: Its path, for messages.
        file: The file, at any place.

    Attributes:
        header: Everything in the file but its weights.

    Raises:
        RepresentationError: The header is damaged or foreign.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file = path, file
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        prefix = file.read(sealed.PREFIX_BYTES)
        start = prefix + file.read(sealed.header_end(prefix, size) - len(prefix))
        self._envelope = sealed.parse(start)
        self.header = header_parser.parse(self._envelope, size)
        sealed.check_seal(self._envelope, self._sealed_bytes())

    def _sealed_bytes(self) -> bytes:
        content = b""
        for place in header_parser.sealed_ranges(self._envelope, self.header):
            self._file.seek(len(self._envelope.start) + place.start)
            content += self._file.read(place.stop - place.start)
        return content

    def read(self) -> Representation:
        """Return all that the file holds.

        Raises:
            RepresentationError: The weights are damaged.
            ResourceError: They do not fit into memory.
        """
        self._file.seek(len(self._envelope.start))
        try:
            rest = self._file.read(self.header.tensor_bytes)
            return _decoded(self._envelope, rest, self.header)
        except MemoryError as error:
            raise ResourceError(f"{self._path}: larger than the memory that is left") from error


@contextmanager
def opened(path: Path) -> Iterator[SirenFile]:
    """Open a .siren file; everything is checked before it is believed.

    Errors of the file's function, as where it is drawn, name the file, too.

    Raises:
        RepresentationError: The file is missing, damaged, foreign, or needs a newer
            siren.
    """
    try:
        file = files.open_regular(path)
    except OSError as error:
        raise RepresentationError(f"{path}: {error.strerror}") from error
    with file, prefixed(path, RepresentationError):
        yield SirenFile(path, file)


def load(path: Path) -> Representation:
    """Read a .siren file.

    Raises:
        RepresentationError: As for `opened`.
        ResourceError: It does not fit into memory.
    """
    with opened(path) as file:
        return file.read()


def load_header(path: Path) -> Header:
    """Read the header of a .siren file, without its weights.

    Raises:
        RepresentationError: As for `opened`.
    """
    with opened(path) as file:
        return file.header


def newest(folder: Path) -> Path:
    """Return the .siren file of a folder that was written last.

    Raises:
        UsageError: There is none.
    """
    paths = [path for path in folder.glob("*.siren") if path.is_file()]
    if not paths:
        raise UsageError("no FILE given, and there is no .siren file in this folder")
    return max(paths, key=lambda path: path.stat().st_mtime)


def encode(representation: Representation) -> bytes:
    """Return the bytes of the .siren file, version 1."""
    tensors = _tensors(representation)
    return sealed.encode(tensors, representation.header.table(), SEALED_TENSORS)


def estimated_bytes(header: Header) -> int:
    """Return about the size, in bytes, of the file that a fit with this header makes."""
    end = header.tensor_bytes
    entries: dict[str, Any] = {
        name: {"dtype": kind, "shape": shape, "data_offsets": [end, end]}
        for name, (kind, shape) in header.shapes().items()
    }
    table = {**header.table(), "sha256": sealed.BLANK_DIGEST}
    entries["__metadata__"] = {sealed.METADATA_KEY: sealed.dump(table)}
    return sealed.PREFIX_BYTES + len(sealed.dump(entries)) + end


def _decoded(envelope: sealed.Envelope, rest: bytes, header: Header) -> Representation:
    tensors = sealed.decode(envelope, rest, SEALED_TENSORS)
    layers = layers_of(tensors)
    _check_rows(layers, tensors["digests"])
    profile = tensors.get("icc_profile")
    return Representation(header, layers, None if profile is None else profile.tobytes())


def _check_rows(layers: Sequence[Layer], digests: Array) -> None:
    computed = _row_digests(layers, len(digests))
    if not np.array_equal(computed, digests):
        row = int(np.argmax((computed != digests).any(axis=1)))
        raise RepresentationError(
            f"damaged: the weights of cell row {row} do not match their SHA-256"
        )
    if not finite(layers):
        raise RepresentationError("damaged: it holds weights that are not finite")


def _tensors(representation: Representation) -> dict[str, Array]:
    tensors = named_arrays(representation.layers)
    rows = representation.header.grid.y.cells
    tensors["digests"] = _row_digests(representation.layers, rows)
    if representation.icc_profile:
        tensors["icc_profile"] = np.frombuffer(representation.icc_profile, np.uint8)
    return tensors


def _row_digests(layers: Sequence[Layer], rows: int) -> NDArray[np.uint8]:
    digests = [hashlib.sha256() for _ in range(rows)]
    for array in (array for layer in layers for array in layer.arrays().values()):
        for digest, part in zip(digests, np.split(array, rows), strict=True):
            digest.update(part.tobytes())
    raw = b"".join(digest.digest() for digest in digests)
    return np.frombuffer(raw, np.uint8).reshape(rows, DIGEST_BYTES)
