"""A picture as weights, and the .siren file that holds them.

The file is a safetensors container, so any language can read it: the layers'
weights and biases, a SHA-256 per row of cells, the color profile, and a JSON
text with everything else (`header` says what). The same fit gives the same
bytes: no time stamps, no paths.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from siren_cli.errors import RepresentationError, ResourceError
from siren_cli.model.activations import Array
from siren_cli.model.layers import Layer, Networks, finite
from siren_cli.representation import header, header_parser
from siren_cli.representation.header import Header
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
        """What there is to evaluate, once the layers are floats."""
        return Networks(self.layers, self.header.activation, self.header.encoding)


def save(path: Path, representation: Representation, *, force: bool) -> bytes:
    """Write a .siren file and return its bytes.

    Raises:
        OutputError: It could not be written.
    """
    content = encode(representation)
    files.save(path, content, force=force)
    return content


def encode(representation: Representation) -> bytes:
    """Return the bytes of the .siren file, version 1."""
    tensors = _tensors(representation)
    text = header.dump(representation.header)
    content = safetensors.numpy.save(tensors, {header.METADATA_KEY: text})
    end = header.PREFIX_BYTES + header_parser.checked_length(content, len(content))
    return header.seal(content[:end], _attached(tensors)) + content[end:]


def estimated_bytes(facts: Header) -> int:
    """Return about the size of the file that a fit with this header makes."""
    end = facts.tensor_bytes
    entries: dict[str, Any] = {
        name: {"dtype": kind, "shape": shape, "data_offsets": [end, end]}
        for name, (kind, shape) in facts.shapes().items()
    }
    entries["__metadata__"] = {header.METADATA_KEY: header.dump(facts)}
    return header.PREFIX_BYTES + len(json.dumps(entries, separators=(",", ":"))) + end


def load(path: Path) -> Representation:
    """Read a .siren file; everything is checked before it is believed.

    Raises:
        RepresentationError: The file is missing, damaged, foreign, or needs a
            newer siren.
        ResourceError: It does not fit into memory.
    """
    with _explained(path), files.open_regular(path) as file:
        start, facts = _read_header(file)
        return _decode(start, file.read(facts.tensor_bytes), facts)


@contextmanager
def loaded(path: Path) -> Iterator[Representation]:
    """Give what a .siren file holds; errors of drawing it are said of the file, too.

    Raises:
        RepresentationError: As for `load`, or it cannot be drawn.
        ResourceError: It does not fit into memory.
    """
    found = load(path)
    try:
        yield found
    except RepresentationError as error:
        raise RepresentationError(f"{path}: {error}") from error


def load_header(path: Path) -> Header:
    """Read what a .siren file says of itself, without reading its weights.

    Raises:
        RepresentationError: As for `load`, as far as the header shows it.
    """
    with _explained(path), files.open_regular(path) as file:
        start, facts = _read_header(file)
        attached = b""
        for begin, end in header_parser.attached_ranges(start, facts):
            file.seek(len(start) + begin)
            attached += file.read(end - begin)
        header.check_seal(start, attached)
        return facts


def _read_header(file: BinaryIO) -> tuple[bytes, Header]:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    prefix = file.read(header.PREFIX_BYTES)
    start = prefix + file.read(header_parser.checked_length(prefix, size))
    return start, header_parser.parse(start, size)


def _decode(start: bytes, rest: bytes, facts: Header) -> Representation:
    try:
        tensors = safetensors.numpy.load(start + rest)
    except safetensors.SafetensorError as error:
        raise RepresentationError(f"damaged: {error}") from error
    header.check_seal(start, _attached(tensors))
    layers = tuple(
        Layer(tensors[f"{name}.weight"], tensors[f"{name}.bias"], tensors.get(f"{name}.scale"))
        for name in (f"layers.{index}" for index in range(len(facts.layer_sizes) - 1))
    )
    _check_rows(layers, tensors["digests"])
    profile = tensors.get("icc_profile")
    return Representation(facts, layers, None if profile is None else profile.tobytes())


def _check_rows(layers: Sequence[Layer], digests: Array) -> None:
    found = _row_digests(layers, len(digests))
    if not np.array_equal(found, digests):
        row = int(np.argmax((found != digests).any(axis=1)))
        raise RepresentationError(
            f"damaged: the weights of cell row {row} do not match their SHA-256"
        )
    if not finite(layers):
        raise RepresentationError("damaged: it holds weights that are not finite")


def _tensors(representation: Representation) -> dict[str, Array]:
    tensors = {}
    for index, layer in enumerate(representation.layers):
        for name, array in layer.arrays().items():
            tensors[f"layers.{index}.{name}"] = np.ascontiguousarray(array)
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
    return np.frombuffer(raw, np.uint8).reshape(rows, header.DIGEST_BYTES)


def _attached(tensors: Mapping[str, Array]) -> bytes:
    return b"".join(tensors[name].tobytes() for name in header.ATTACHED if name in tensors)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except RepresentationError as error:
        raise RepresentationError(f"{path}: {error}") from error
    except OSError as error:
        raise RepresentationError(f"{path}: {error.strerror}") from error
    except MemoryError as error:
        raise ResourceError(f"{path}: larger than the memory that is left") from error
