"""A sealed container comes back as it was, and no byte of it can be changed."""

import hashlib
import json
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from siren_cli.errors import RepresentationError
from siren_cli.representation import sealed

TENSORS = {
    "b": np.arange(6, dtype=np.float32).reshape(2, 3),
    "a": np.array([7], np.uint8),
    "unsealed": np.zeros(4, np.float16),
}
TABLE = {"format": "test", "count": 3}
SEALED = ("b", "a")
CONTENT = sealed.encode(TENSORS, TABLE, SEALED)


def read(content: bytes, names: tuple[str, ...] | None = SEALED) -> dict[str, Any]:
    end = sealed.header_end(content, len(content))
    return sealed.decode(sealed.parse(content[:end]), content[end:], names)


def test_tensors_and_table_come_back():
    found = read(CONTENT)
    assert found.keys() == TENSORS.keys()
    assert all(np.array_equal(found[name], TENSORS[name]) for name in TENSORS)
    end = sealed.header_end(CONTENT, len(CONTENT))
    table = sealed.parse(CONTENT[:end]).table
    assert (table.integer("count", 0, 9), table.take("format", str, "a string")) == (3, "test")


def test_any_reader_of_safetensors_reads_it():
    assert safetensors.numpy.load(CONTENT).keys() == TENSORS.keys()


def test_the_same_content_makes_the_same_bytes():
    reordered = dict(sorted(TENSORS.items()))
    assert sealed.encode(reordered, dict(reversed(TABLE.items())), SEALED) == CONTENT


def test_the_seal_is_the_recipe_of_the_format():
    end = 8 + int.from_bytes(CONTENT[:8], "little")
    text = json.loads(CONTENT[8:end])["__metadata__"]["siren"]
    digest = json.loads(text)["sha256"]
    blank = CONTENT[:end].replace(digest.encode(), b"0" * 64)
    covered = TENSORS["b"].tobytes() + TENSORS["a"].tobytes()
    assert hashlib.sha256(blank + covered).hexdigest() == digest


def places_of(name: str) -> range:
    entries = json.loads(CONTENT[8 : 8 + int.from_bytes(CONTENT[:8], "little")])
    start, stop = entries[name]["data_offsets"]
    body = 8 + int.from_bytes(CONTENT[:8], "little")
    return range(body + start, body + stop)


def flipped(place: int) -> bytes:
    changed = bytearray(CONTENT)
    changed[place] ^= 1
    return bytes(changed)


def test_no_bit_of_the_header_or_of_a_sealed_tensor_can_be_changed():
    header = range(sealed.header_end(CONTENT, len(CONTENT)))
    for place in (*header, *places_of("b"), *places_of("a")):
        with pytest.raises(RepresentationError):
            read(flipped(place))


def test_other_tensors_have_seals_of_their_own():
    content = flipped(places_of("unsealed")[0])
    assert read(content)["unsealed"][0] != 0.0
    everything = sealed.encode(TENSORS, TABLE, sorted(TENSORS))
    assert read(everything, None).keys() == TENSORS.keys()


def test_a_sealed_tensor_may_be_missing():
    content = sealed.encode({"b": TENSORS["b"]}, TABLE, SEALED)
    assert read(content).keys() == {"b"}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "shorter than 8 bytes"),
        (b"\xff" * 99, "no safetensors header"),
        (CONTENT[:50], "truncated in its header"),
        (CONTENT[:-1], "damaged: it is no safetensors file"),
        (safetensors.numpy.save(TENSORS, {"other": "{}"}), "not the one key 'siren'"),
        (safetensors.numpy.save(TENSORS, {"siren": "{}"}), "sha256 is not a string"),
    ],
)
def test_other_files_are_refused(content, rule):
    with pytest.raises(RepresentationError, match=rule):
        read(content)
