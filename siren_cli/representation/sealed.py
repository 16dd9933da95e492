"""The container of our files: safetensors with one JSON text and a SHA-256 seal.

A safetensors file begins with eight bytes of length and a JSON text of tensor names,
types and shapes. Its metadata has exactly one key, `siren`, with a JSON text of our own:
the table. The table's `sha256` is the digest of the file up to the end of its JSON text,
with these 64 digits replaced by zeros, followed by the bytes of the sealed tensors.
The same tensors and table always make the same bytes.
"""

import hashlib
import json
import struct
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import safetensors
import safetensors.numpy

from siren_cli.errors import RepresentationError
from siren_cli.model.activations import Array
from siren_cli.representation.strict_json import Table, loads

# The one key of the metadata of safetensors.
METADATA_KEY = "siren"
# Bytes of the length with which a file begins.
PREFIX_BYTES = 8
# Largest JSON text of tensor names, types and shapes that is read, in bytes.
MAX_HEADER_BYTES = 64 << 10
# The digits that stand for the digest of a file while it is computed.
BLANK_DIGEST = "0" * 64


class Envelope(NamedTuple):
    """The start of a file, up to the end of its JSON text.

    Attributes:
        start: Its bytes.
        entries: Type, shape and place of every tensor, by name, not checked yet.
        table: The table of our own, not checked yet.
    """

    start: bytes
    entries: dict[str, Any]
    table: Table


def encode(
    tensors: Mapping[str, Array], table: Mapping[str, Any], sealed: Collection[str]
) -> bytes:
    """Return the bytes of a file.

    Args:
        tensors: Arrays, by name.
        table: The table, without its digest.
        sealed: Names of the tensors that the digest covers, in this order.
    """
    text = dump({**table, "sha256": BLANK_DIGEST})
    contiguous = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    content = safetensors.numpy.save(contiguous, {METADATA_KEY: text})
    end = header_end(content, len(content))
    digest = _digest(content[:end], _parts(contiguous, sealed))
    start = content[:end].replace(BLANK_DIGEST.encode(), digest.encode(), 1)
    return b"".join((start, memoryview(content)[end:]))


def dump(table: Mapping[str, Any]) -> str:
    """Return the canonical JSON text of a table."""
    return json.dumps(table, sort_keys=True, separators=(",", ":"), allow_nan=False)


def decode(
    envelope: Envelope, rest: bytes, sealed: Collection[str] | None = None
) -> dict[str, Array]:
    """Return the tensors of a file, whose seal is checked.

    Args:
        envelope: The start of the file.
        rest: The bytes that follow.
        sealed: Names of the tensors that the digest covers, of which some may be
            missing; None is every tensor, by name.

    Raises:
        RepresentationError: The file is damaged.
    """
    try:
        tensors: dict[str, Array] = safetensors.numpy.load(envelope.start + rest)
    except safetensors.SafetensorError as error:
        # Its message would quote the file.
        raise RepresentationError("damaged: it is no safetensors file") from error
    names = sorted(tensors) if sealed is None else sealed
    check_seal(envelope, sealed_bytes(tensors, names))
    return tensors


def header_end(prefix: bytes, file_bytes: int) -> int:
    """Return the place at which the JSON text ends.

    Args:
        prefix: The first eight bytes of the file, or more.
        file_bytes: Size of the whole file.

    Raises:
        RepresentationError: It is no plausible place in this file.
    """
    if len(prefix) < PREFIX_BYTES:
        raise RepresentationError("not a .siren file: shorter than 8 bytes")
    (length,) = struct.unpack("<Q", prefix[:PREFIX_BYTES])
    if length > MAX_HEADER_BYTES:
        raise RepresentationError("not a .siren file: no safetensors header")
    if PREFIX_BYTES + length > file_bytes:
        raise RepresentationError("truncated in its header")
    return int(PREFIX_BYTES + length)


def parse(start: bytes) -> Envelope:
    """Return the start of a file, parsed.

    Args:
        start: The file up to the end of its JSON text.

    Raises:
        RepresentationError: It is no strict JSON, or has other metadata than ours.
    """
    entries = loads(start[PREFIX_BYTES:], "safetensors header")
    metadata = Table(entries.pop("__metadata__", None), "metadata")
    if list(metadata.values) != [METADATA_KEY]:
        raise RepresentationError("not a .siren file: its metadata is not the one key 'siren'")
    text = metadata.values[METADATA_KEY]
    if not isinstance(text, str):
        raise RepresentationError("not a .siren file: its metadata is not text")
    table = loads(text.encode("utf-8", "surrogatepass"), "metadata")
    return Envelope(start, entries, Table(table, "header"))


def sealed_bytes(tensors: Mapping[str, Array], sealed: Collection[str]) -> bytes:
    """Return the bytes of the sealed tensors, one after the other."""
    return b"".join(tensors[name].tobytes() for name in sealed if name in tensors)


def _parts(tensors: Mapping[str, Array], sealed: Collection[str]) -> Iterator[memoryview]:
    """Yield the bytes of the sealed tensors, which are contiguous, without a copy."""
    for name in sealed:
        if name in tensors:
            yield tensors[name].reshape(-1).view(np.uint8).data


def check_seal(envelope: Envelope, sealed: bytes) -> None:
    """Check the digest of a file.

    Args:
        envelope: The start of the file.
        sealed: The bytes of the sealed tensors.

    Raises:
        RepresentationError: The start or the sealed tensors were changed.
    """
    # JSON may hold half of a pair of surrogates, which UTF-8 has not.
    text = envelope.table.take("sha256", str, "a string")
    digest = text.encode(errors="surrogatepass")
    if len(digest) != len(BLANK_DIGEST) or not set(digest) <= set(b"0123456789abcdef"):
        raise RepresentationError("header.sha256 is not 64 hexadecimal digits")
    blank = envelope.start.replace(digest, BLANK_DIGEST.encode(), 1)
    if _digest(blank, [sealed]).encode() != digest:
        raise RepresentationError("damaged: the header does not match its SHA-256")


def _digest(blank_start: bytes, sealed: Iterable[bytes | memoryview]) -> str:
    digest = hashlib.sha256(blank_start)
    for part in sealed:
        digest.update(part)
    return digest.hexdigest()
