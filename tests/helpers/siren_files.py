""".siren files of version 1 that are taken apart, changed by hand and put together again.

This is the written format once more, without the code that is tested.
"""

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import pytest

from siren_cli.errors import RepresentationError
from siren_cli.model.networks import named_class_arrays
from siren_cli.representation import siren_file
from siren_cli.representation.header import MosaicHeader
from siren_cli.representation.representation import Representation

# A value of `SirenParts.set` that removes the key.
MISSING = object()
# Stands for the digest while it is computed.
BLANK_DIGEST = b"0" * 64
# Tensors that the digest of the header covers.
SEALED_TENSORS = ("digests", "icc_profile")


class SirenParts:
    """The parts of a .siren file.

    Attributes:
        header: Siren's own JSON, from the metadata.
        tensors: JSON of the tensors: type, shape and place of each.
        body: Everything after the JSON.
    """

    def __init__(self, content: bytes) -> None:
        end = 8 + struct.unpack("<Q", content[:8])[0]
        self.tensors: dict[str, Any] = json.loads(content[8:end])
        self.header: Any = json.loads(self.tensors.pop("__metadata__")["siren"])
        self.body = bytearray(content[end:])
        self._digest = self.header["sha256"].encode()
        self._sealed_places = [self._place(name) for name in SEALED_TENSORS]

    def set(self, place: str, value: object) -> None:
        """Change a value of the header, such as that of `picture.width`."""
        *path, key = place.split(".")
        table = self.header
        for name in path:
            table = table[name]
        table[key] = value
        if value is MISSING:
            del table[key]

    def joined(self) -> bytes:
        """Return the file up to the end of its JSON, with the digest as it is."""
        outer = {"__metadata__": {"siren": json.dumps(self.header)}, **self.tensors}
        return framed(json.dumps(outer))

    def sealed(self) -> bytes:
        """Return the file with a digest that fits, unless `sha256` itself was changed."""
        before, old_digest, after = self.joined().partition(self._digest)
        if not old_digest:
            return before + bytes(self.body)
        covered = b"".join(bytes(self.body[place]) for place in self._sealed_places)
        digest = hashlib.sha256(before + BLANK_DIGEST + after + covered).hexdigest()
        return before + digest.encode() + after + bytes(self.body)

    def tensor_bytes(self, name: str) -> bytes:
        """Return the bytes of a tensor."""
        return bytes(self.body[self._place(name)])

    def _place(self, name: str) -> slice:
        start, stop = self.tensors.get(name, {}).get("data_offsets", (0, 0))
        return slice(start, stop)


def framed(text: str | bytes) -> bytes:
    """Return a text with its length before it, as a safetensors file begins."""
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(raw)) + raw


def refusal(path: Path, content: bytes) -> str:
    """Return the message with which a .siren file of this content is refused."""
    path.write_bytes(content)
    with pytest.raises(RepresentationError) as caught:
        siren_file.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.isprintable()
    return message


def load_header(path: Path) -> MosaicHeader:
    """Return the header of a .siren file, whose cells are not read."""
    with siren_file.opened(path) as file:
        return file.header


def assert_equal(found: Representation, expected: Representation) -> None:
    """Assert that two representations are equal, bit for bit."""
    assert found.header == expected.header
    assert found.icc_profile == expected.icc_profile
    ours, theirs = (named_class_arrays(each.layers) for each in (found, expected))
    assert list(ours) == list(theirs)
    for name, array in ours.items():
        assert array.dtype == theirs[name].dtype
        assert array.tobytes() == theirs[name].tobytes()
