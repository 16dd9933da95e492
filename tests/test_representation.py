"""A .siren file comes back bit for bit, or is refused with a sentence."""

import dataclasses
import hashlib
import json
import os
import resource
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from siren_cli.errors import RepresentationError, ResourceError
from siren_cli.function_names import STORED_NAMES
from siren_cli.rendering.drawing import render
from siren_cli.representation import siren_file
from siren_cli.representation.siren_file import Representation
from tests.helpers.representations import make_representation

GOLDEN = Path(__file__).parent / "golden" / "version-1.siren"
GOLDEN_INT8 = Path(__file__).parent / "golden" / "version-1-int8.siren"
GOLDEN_RELU_PE = Path(__file__).parent / "golden" / "version-1-relu-pe.siren"
PROFILE = bytes(range(200))
MISSING = object()


class Parts:
    """A file taken apart by hand, to be changed and put together again.

    It is the written format once more, without the code that is tested.
    """

    def __init__(self, content: bytes) -> None:
        end = 8 + struct.unpack("<Q", content[:8])[0]
        self.tensors: dict[str, Any] = json.loads(content[8:end])
        self.header: Any = json.loads(self.tensors.pop("__metadata__")["siren"])
        self.body = bytearray(content[end:])

    def set(self, place: str, value: object) -> None:
        *path, key = place.split(".")
        table = self.header
        for name in path:
            table = table[name]
        table[key] = value
        if value is MISSING:
            del table[key]

    def sealed(self) -> bytes:
        self.header["sha256"] = "0" * 64
        blank = self.joined()
        digest = hashlib.sha256(
            blank + self.tensor_bytes("digests") + self.tensor_bytes("icc_profile")
        )
        self.header["sha256"] = digest.hexdigest()
        return self.joined() + bytes(self.body)

    def joined(self) -> bytes:
        outer = {"__metadata__": {"siren": json.dumps(self.header)}, **self.tensors}
        return framed(json.dumps(outer))

    def tensor_bytes(self, name: str) -> bytes:
        if name not in self.tensors:
            return b""
        return bytes(self.body[slice(*self.tensors[name]["data_offsets"])])


def framed(text: str | bytes) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(raw)) + raw


@pytest.fixture(scope="module")
def valid() -> bytes:
    return siren_file.encode(make_representation(8, 6, icc_profile=PROFILE))


def refusal(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(RepresentationError) as caught:
        siren_file.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.isprintable()
    return message


def assert_equal(found: Representation, expected: Representation) -> None:
    assert found.header == expected.header
    assert found.icc_profile == expected.icc_profile
    for ours, theirs in zip(found.layers, expected.layers, strict=True):
        pairs = zip(ours.arrays().values(), theirs.arrays().values(), strict=True)
        for array, other in pairs:
            assert array.dtype == other.dtype
            assert array.tobytes() == other.tobytes()


@pytest.mark.parametrize("dtype", ["int8", "float16", "float32"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_file_comes_back_bit_for_bit(tmp_path: Path, dtype: Any, channels: int) -> None:
    made = make_representation(8, 6, channels=channels, dtype=dtype)
    siren_file.save(tmp_path / "a.siren", made, force=False)
    assert_equal(siren_file.load(tmp_path / "a.siren"), made)


@pytest.mark.parametrize("name", STORED_NAMES)
def test_activation_and_encoding_come_back(tmp_path: Path, name: str) -> None:
    activation, encoding = STORED_NAMES[name]
    made = make_representation(8, 6, activation=activation, encoding=encoding)
    assert made.header.stored_activation == name
    siren_file.save(tmp_path / "a.siren", made, force=False)
    assert_equal(siren_file.load(tmp_path / "a.siren"), made)


@pytest.mark.parametrize("shape", [(8, 6), (1, 1), (1, 23), (31, 2)])
@pytest.mark.parametrize("cell_size", [0, 4])
def test_any_grid_comes_back(tmp_path: Path, shape: tuple[int, int], cell_size: int) -> None:
    made = make_representation(*shape, cell_size=cell_size, icc_profile=PROFILE)
    siren_file.save(tmp_path / "a.siren", made, force=False)
    assert_equal(siren_file.load(tmp_path / "a.siren"), made)


def test_a_perfect_match_comes_back(tmp_path: Path) -> None:
    made = make_representation(8, 6)
    made = dataclasses.replace(made, header=dataclasses.replace(made.header, psnr=None))
    siren_file.save(tmp_path / "a.siren", made, force=False)
    assert siren_file.load(tmp_path / "a.siren").header.psnr is None


def test_the_same_representation_makes_the_same_bytes() -> None:
    first, second = (siren_file.encode(make_representation(8, 6)) for _ in range(2))
    assert first == second
    assert first != siren_file.encode(make_representation(8, 6, seed=1))


def test_the_header_is_read_without_the_weights(tmp_path: Path, valid: bytes) -> None:
    path = tmp_path / "a.siren"
    first_weight = 8 + int.from_bytes(valid[:8], "little")
    damaged = bytearray(valid)
    damaged[first_weight] ^= 1
    path.write_bytes(damaged)
    made = make_representation(8, 6, icc_profile=PROFILE)
    assert siren_file.load_header(path) == made.header


def test_the_estimated_size_is_about_the_size() -> None:
    made = make_representation(80, 60)
    size = len(siren_file.encode(made))
    assert abs(siren_file.estimated_bytes(made.header) - size) < 0.02 * size


def test_the_golden_file_of_version_1_is_read_for_ever() -> None:
    golden = siren_file.load(GOLDEN)
    header = golden.header
    assert (header.facts.width, header.facts.height, header.facts.color) == (7, 9, "RGBA")
    assert (header.grid.y.cells, header.grid.y.size, header.grid.y.margin) == (2, 5, 1)
    assert (header.grid.x.cells, header.grid.x.size, header.grid.x.margin) == (2, 4, 1)
    assert (header.layer_sizes, header.dtype) == ((2, 5, 5, 4), "float16")
    assert (header.epochs, header.psnr, header.tool) == (3, 31.5, "0.1.0")
    assert header.settings["fit"] == {"seed": 7}
    assert golden.icc_profile is not None
    assert golden.icc_profile[16:20] == b"RGB "
    assert siren_file.encode(golden) == GOLDEN.read_bytes()


def test_the_golden_file_with_small_integers_is_read_for_ever() -> None:
    golden = siren_file.load(GOLDEN_INT8)
    assert_equal(golden, make_representation(8, 6, channels=4, dtype="int8", seed=7))
    assert siren_file.encode(golden) == GOLDEN_INT8.read_bytes()


def test_the_golden_file_of_another_activation_is_read_for_ever() -> None:
    golden = siren_file.load(GOLDEN_RELU_PE)
    header = golden.header
    assert (header.activation, header.encoding) == ("relu", "positional")
    assert (header.stored_activation, header.layer_sizes) == ("relu-pe", (14, 5, 5, 3))
    assert siren_file.encode(golden) == GOLDEN_RELU_PE.read_bytes()
    pixels = render(golden, 9, 7).pixels
    assert pixels[4, 3] == pytest.approx([0.0, 0.0, 0.8416], abs=2e-4)
    assert pixels[8, 6] == pytest.approx([0.1407, 0.0, 0.3594], abs=2e-4)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((4, 3), [0.5032, 0.2130, 0.0, 0.0]),
        ((5, 4), [0.3658, 0.2240, 0.2581, 0.7442]),
        ((8, 6), [0.6001, 0.4481, 0.0, 0.9024]),
    ],
)
def test_the_golden_file_renders_the_pixels_it_always_did(
    place: tuple[int, int], expected: list[float]
) -> None:
    pixels = render(siren_file.load(GOLDEN), 9, 7).pixels
    assert pixels.shape == (9, 7, 4)
    assert pixels[place] == pytest.approx(expected, abs=2e-4)


def with_tensor(parts: Parts, name: str, **changes: Any) -> None:
    parts.tensors[name].update(changes)


def add_tensor(parts: Parts) -> None:
    end = len(parts.body)
    entry = {"dtype": "U8", "shape": [4], "data_offsets": [end, end + 4]}
    parts.tensors["evil"] = entry
    parts.body += b"evil"


def share_a_place(parts: Parts) -> None:
    place = parts.tensors["layers.1.bias"]["data_offsets"]
    with_tensor(parts, "layers.0.bias", data_offsets=place)


def move(parts: Parts, name: str, bytes_on: int) -> None:
    places = [place + bytes_on for place in parts.tensors[name]["data_offsets"]]
    with_tensor(parts, name, data_offsets=places)


def not_finite(parts: Parts) -> None:
    rows: list[Any] = [hashlib.sha256(), hashlib.sha256()]
    place = parts.tensors["layers.0.weight"]["data_offsets"][0]
    parts.body[place : place + 2] = np.float16("nan").tobytes()
    for layer in range(3):
        for kind in ("weight", "bias"):
            raw = parts.tensor_bytes(f"layers.{layer}.{kind}")
            rows[0].update(raw[: len(raw) // 2])
            rows[1].update(raw[len(raw) // 2 :])
    start, stop = parts.tensors["digests"]["data_offsets"]
    parts.body[start:stop] = b"".join(row.digest() for row in rows)


HEADER_ATTACKS = [
    ("format", "png", "header.format 'png' is unknown"),
    ("format", 1, "header.format is not a string"),
    ("format", "\x1b[2J", r"'\x1b[2J' is unknown"),
    ("version", 2, "is of format version 2; this siren reads 1"),
    ("version", 0, "header.version is not between"),
    ("version", True, "header.version is not an integer"),
    ("version", 1.0, "header.version is not an integer"),
    ("requires", ["3d"], "needs a newer siren, with '3d'"),
    ("requires", MISSING, "header.requires is not a list"),
    ("tool", 7, "header.tool is not a string"),
    ("tool", "\x1b[2J", "header.tool is not printable"),
    ("tool", "\ud800", "header.tool is not printable"),
    ("picture", MISSING, "header.picture is not a JSON object"),
    ("picture", [], "header.picture is not a JSON object"),
    ("picture.width", 0, "header.picture.width is not between 1 and 1000000"),
    ("picture.width", -6, "header.picture.width is not between"),
    ("picture.width", 10**7, "header.picture.width is not between"),
    ("picture.width", 10**400, "header.picture.width is not between"),
    ("picture.width", 6.0, "header.picture.width is not an integer"),
    ("picture.width", True, "header.picture.width is not an integer"),
    ("picture.width", "6", "header.picture.width is not an integer"),
    ("picture.width", None, "header.picture.width is not an integer"),
    ("picture.width", MISSING, "header.picture.width is not an integer"),
    ("picture.height", 10**6, "do not cover 1000000 pixels"),
    ("picture.color", "CMYK", "header.picture.color 'CMYK' is unknown"),
    ("picture.color", ["RGB"], "header.picture.color is not a string"),
    ("picture.color", "L", "header.network.layers do not lead from 2 to 1"),
    ("picture.bit_depth", 12, "header.picture.bit_depth 12 is not 8 or 16"),
    ("picture.premultiplied", True, "premultiplied does not fit the color"),
    ("picture.premultiplied", 0, "premultiplied is not true or false"),
    ("picture.value_range", [0, 1], "value_range is not [-1, 1]"),
    ("grid.rows", 1, "header.grid.margin_y is not between 0 and 0"),
    ("grid.rows", 3, "do not cover 8 pixels"),
    ("grid.rows", 9, "header.grid.rows is not between 1 and 8"),
    ("grid.cell_width", 0, "header.grid.cell_width is not between"),
    ("grid.cell_width", 6, "do not cover 6 pixels"),
    ("grid.margin_y", 3, "header.grid.margin_y is not between 0 and 1"),
    ("grid.margin_x", -1, "header.grid.margin_x is not between"),
    ("grid.ramp", "linear", "header.grid.ramp 'linear' is unknown"),
    ("network.layers", [2, 5, 3], "tensor 'layers.2.bias' is missing or does not"),
    ("network.layers", [2, 3], "header.network.layers do not lead"),
    ("network.layers", [3, 5, 5, 3], "header.network.layers do not lead"),
    ("network.layers", [2, 5, 5, 4], "header.network.layers do not lead"),
    ("network.layers", [2, 5000, 5, 3], "header.network.layers do not lead"),
    ("network.layers", [2, 0, 5, 3], "header.network.layers do not lead"),
    ("network.layers", [2, True, 5, 3], "header.network.layers do not lead"),
    ("network.layers", [2, [5], 5, 3], "header.network.layers do not lead"),
    ("network.layers", [2, *[5] * 32, 3], "header.network.layers do not lead"),
    ("network.layers", [2, 5, 6, 3], "tensor layers.1.weight is not F16 of shape"),
    ("network.layers", [], "header.network.layers do not lead"),
    ("network.layers", "2553", "header.network.layers is not a list"),
    ("network.activation", "swish", "header.network.activation 'swish' is unknown"),
    ("network.activation", "relu-fourier", "header.network.activation 'relu-fourier' is"),
    ("network.activation", ["relu"], "header.network.activation is not a string"),
    ("network.input", "picture", "header.network.input 'picture' is unknown"),
    ("network.form", "raw", "header.network.form 'raw' is unknown"),
    ("network.dtype", "float64", "header.network.dtype 'float64' is unknown"),
    ("network.dtype", "float32", "is not F32 of shape"),
    ("result", 7, "header.result is not a JSON object"),
    ("grid", None, "header.grid is not a JSON object"),
    ("grid.rows", 10**400, "header.grid.rows is not between"),
    ("grid.columns", 1, "do not cover 6 pixels"),
    ("grid.margin_y", 10**18, "header.grid.margin_y is not between 0 and 1"),
    ("network.layers", [2, 4096, 4096, 3], "tensor layers.0.weight is not F16 of shape"),
    ("settings", [], "header.settings is not a JSON object"),
    ("settings", MISSING, "header.settings is not a JSON object"),
    ("settings", {"a": "x" * (64 << 10)}, "no safetensors header"),
    ("tool", "0.1\n", "header.tool is not printable"),
    ("tool", "0.1\0", "header.tool is not printable"),
    ("tool", "0.1\u202e", "header.tool is not printable"),
    ("settings", "fast", "header.settings is not a JSON object"),
    ("result.epochs", -1, "header.result.epochs is not between"),
    ("result.identical", True, "psnr_db and identical contradict"),
    ("result.psnr_db", None, "psnr_db and identical contradict"),
    ("result.psnr_db", 10**400, "header.result.psnr_db is out of range"),
    ("result.psnr_db", "31", "header.result.psnr_db is not a number"),
    ("result.psnr_db", True, "header.result.psnr_db is not a number"),
    ("result.psnr_db", float("nan"), "metadata is not strict JSON"),
    ("result.psnr_db", float("inf"), "metadata is not strict JSON"),
]


@pytest.mark.parametrize(("place", "value", "rule"), HEADER_ATTACKS)
def test_a_header_that_breaks_a_rule_is_refused(
    tmp_path: Path, valid: bytes, place: str, value: object, rule: str
) -> None:
    parts = Parts(valid)
    parts.set(place, value)
    assert rule in refusal(tmp_path / "a.siren", parts.sealed())


def test_the_inputs_of_an_encoding_are_whole_octaves(tmp_path: Path) -> None:
    made = make_representation(8, 6, cell_size=4, activation="relu", encoding="positional")
    parts = Parts(siren_file.encode(made))
    parts.set("network.layers", [11, 5, 5, 3])
    assert "do not lead from an encoding to 3" in refusal(tmp_path / "a.siren", parts.sealed())


TENSOR_ATTACKS: dict[str, tuple[Callable[[Parts], object], str]] = {
    "missing": (
        lambda parts: parts.tensors.pop("layers.2.bias"),
        "tensor 'layers.2.bias' is missing or does not belong here",
    ),
    "extra": (add_tensor, "tensor 'evil' is missing or does not belong here"),
    "wrong dtype": (
        lambda parts: with_tensor(parts, "layers.0.bias", dtype="BF16"),
        "tensor layers.0.bias is not F16 of shape (4, 5)",
    ),
    "wrong shape": (
        lambda parts: with_tensor(parts, "layers.0.bias", shape=[5, 4]),
        "tensor layers.0.bias is not F16 of shape (4, 5)",
    ),
    "entry is a list": (
        lambda parts: parts.tensors.update({"layers.0.bias": []}),
        "layers.0.bias is not a JSON object",
    ),
    "shape of floats": (
        lambda parts: with_tensor(parts, "layers.0.bias", shape=[4.0, 5.0]),
        "damaged: ",
    ),
    "no place": (lambda parts: parts.tensors["layers.0.bias"].pop("data_offsets"), "damaged: "),
    "another's place": (share_a_place, "damaged: "),
    "a place outside": (
        lambda parts: with_tensor(parts, "layers.0.bias", data_offsets=[2**60, 2**60 + 40]),
        "damaged: ",
    ),
    "too few digests": (
        lambda parts: with_tensor(parts, "digests", shape=[1, 64]),
        "tensor digests is not U8 of shape (2, 32)",
    ),
    "a huge profile": (
        lambda parts: with_tensor(parts, "icc_profile", shape=[2**40]),
        "icc_profile is not of 1 to 4194304 bytes",
    ),
    "a profile of two axes": (
        lambda parts: with_tensor(parts, "icc_profile", shape=[20, 10]),
        "icc_profile is not of 1 to",
    ),
    "overlapping by a byte": (
        lambda parts: move(parts, "layers.0.bias", -1),
        "damaged: ",
    ),
    "a gap of two bytes": (lambda parts: move(parts, "layers.0.bias", 2), "damaged: "),
    "of no length": (
        lambda parts: with_tensor(parts, "layers.0.bias", data_offsets=[0, 0]),
        "damaged: ",
    ),
    "of terabytes": (
        lambda parts: with_tensor(parts, "layers.0.weight", shape=[2**40, 2, 5]),
        "tensor layers.0.weight is not F16 of shape (4, 2, 5)",
    ),
    "of 2^64 bytes": (
        lambda parts: with_tensor(parts, "layers.0.weight", shape=[2**32, 2**32, 5]),
        "tensor layers.0.weight is not F16 of shape (4, 2, 5)",
    ),
    "of no cells": (
        lambda parts: with_tensor(parts, "layers.0.weight", shape=[0, 2, 5]),
        "tensor layers.0.weight is not F16 of shape (4, 2, 5)",
    ),
    "a NUL in its name": (
        lambda parts: parts.tensors.update({"\0": parts.tensors["layers.0.bias"]}),
        r"tensor '\x00' is missing or does not belong here",
    ),
    "half a character in its name": (
        lambda parts: parts.tensors.update({"\ud800": parts.tensors["layers.0.bias"]}),
        r"tensor '\ud800' is missing or does not belong here",
    ),
    "a long name": (
        lambda parts: parts.tensors.update({"a" * 50_000: {}}),
        f"tensor '{'a' * 60}' is missing or does not belong here",
    ),
    "scales in a file of halves": (
        lambda parts: parts.tensors.update({"layers.1.scale": parts.tensors["layers.1.bias"]}),
        "tensor 'layers.1.scale' is missing or does not belong here",
    ),
    "a profile of no bytes": (
        lambda parts: with_tensor(parts, "icc_profile", shape=[0], data_offsets=[0, 0]),
        "icc_profile is not of 1 to 4194304 bytes",
    ),
    "a profile of true bytes": (
        lambda parts: with_tensor(parts, "icc_profile", shape=[True]),
        "icc_profile is not of 1 to 4194304 bytes",
    ),
    "not finite": (not_finite, "weights that are not finite"),
}


@pytest.mark.parametrize("name", TENSOR_ATTACKS)
def test_tensors_that_break_a_rule_are_refused(tmp_path: Path, valid: bytes, name: str) -> None:
    change, rule = TENSOR_ATTACKS[name]
    parts = Parts(valid)
    change(parts)
    assert rule in refusal(tmp_path / "a.siren", parts.sealed())


# What `info` reads without the weights.
PLACE_ATTACKS: list[tuple[str, object, str]] = [
    ("digests", None, "digests.data_offsets is not a list"),
    ("digests", [], "tensor digests has no data_offsets"),
    ("digests", [0, 64, 128], "tensor digests has no data_offsets"),
    ("digests", [False, 64], "tensor digests has no data_offsets"),
    ("digests", [0.0, 64.0], "tensor digests has no data_offsets"),
    ("digests", ["0", "64"], "tensor digests has no data_offsets"),
    ("digests", [-64, 0], "tensor digests lies outside the file"),
    ("digests", [64, 0], "tensor digests lies outside the file"),
    ("digests", [0, 0], "tensor digests lies outside the file"),
    ("digests", [0, 65], "tensor digests lies outside the file"),
    ("digests", [2**63, 2**63 + 64], "tensor digests lies outside the file"),
    ("digests", [10**400, 10**400 + 64], "tensor digests lies outside the file"),
    ("icc_profile", [0, 2**60], "tensor icc_profile lies outside the file"),
    ("icc_profile", [0, 199], "tensor icc_profile lies outside the file"),
]


@pytest.mark.parametrize(("name", "place", "rule"), PLACE_ATTACKS)
def test_a_place_that_is_none_is_refused_without_the_weights(
    tmp_path: Path, valid: bytes, name: str, place: object, rule: str
) -> None:
    parts = Parts(valid)
    with_tensor(parts, name, data_offsets=place)
    path = tmp_path / "a.siren"
    path.write_bytes(parts.joined() + bytes(parts.body))
    with pytest.raises(RepresentationError, match=f"^{path}: {rule}$") as caught:
        siren_file.load_header(path)
    assert str(caught.value).isprintable()
    assert "damaged: " in refusal(path, path.read_bytes())


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def tensor_start(content: bytes, name: str) -> int:
    parts = Parts(content)
    return int(len(content) - len(parts.body) + parts.tensors[name]["data_offsets"][0])


def with_second_key(content: bytes) -> bytes:
    end = len(content) - len(Parts(content).body)
    outer = json.loads(content[8:end])
    outer["__metadata__"]["other"] = "x"
    return framed(json.dumps(outer)) + content[end:]


def resized(content: bytes, old: bytes, new: bytes) -> bytes:
    end = len(content) - len(Parts(content).body)
    return framed(content[8:end].replace(old, new)) + content[end:]


RAW_ATTACKS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "shorter than 8 bytes"),
    "too short": (lambda c: c[:7], "shorter than 8 bytes"),
    "a PNG": (lambda _: b"\x89PNG\r\n\x1a\n" + bytes(99), "no safetensors header"),
    "a huge header": (lambda c: struct.pack("<Q", 33 << 20) + c[8:], "no safetensors header"),
    "a header of 2^64": (lambda c: b"\xff" * 8 + c[8:], "no safetensors header"),
    "cut in the header": (lambda c: c[:100], "truncated in its header"),
    "cut in the weights": (lambda c: c[:-1], "truncated?"),
    "only the header": (lambda c: c[: -len(Parts(c).body)], "truncated?"),
    "extra bytes": (lambda c: c + b"\0", "bytes, should be"),
    "an empty header": (lambda _: framed(""), "safetensors header is not strict JSON"),
    "an array": (lambda _: framed("[]"), "safetensors header is not a JSON object"),
    "no metadata": (lambda _: framed("{}"), "metadata is not a JSON object"),
    "foreign metadata": (
        lambda _: framed('{"__metadata__":{"format":"pt"}}'),
        "its metadata is not the one key 'siren'",
    ),
    "two metadata keys": (with_second_key, "its metadata is not the one key 'siren'"),
    "metadata no text": (
        lambda _: framed('{"__metadata__":{"siren":{}}}'),
        "its metadata is not text",
    ),
    "metadata no JSON": (
        lambda _: framed('{"__metadata__":{"siren":"siren"}}'),
        "its metadata is not strict JSON",
    ),
    "metadata of half a character": (
        lambda _: framed(r'{"__metadata__":{"siren":"\ud800"}}'),
        "its metadata is not strict JSON",
    ),
    "not UTF-8": (lambda _: framed(b'{"\xff":1}'), "header is not strict JSON"),
    "a byte order mark": (lambda _: framed("\ufeff{}"), "header is not strict JSON"),
    "a key twice": (lambda c: c.replace(b'"shape"', b'"dtype"', 1), "is not strict JSON"),
    "a key of ours twice": (
        lambda c: c.replace(rb"\"cell_width\"", rb"\"cell_heigh\"").replace(
            rb"\"cell_height\"", rb"\"cell_heigh\" "
        ),
        "metadata is not strict JSON",
    ),
    "NaN": (lambda c: c.replace(b"31.5", b" NaN"), "metadata is not strict JSON"),
    "a number beyond floats": (lambda c: c.replace(b"31.5", b"9e99"), "SHA-256"),
    "an infinite number": (lambda c: c.replace(b"31.5", b"9e999"), "is not strict JSON"),
    "a tensor twice": (
        lambda c: c.replace(b'"layers.0.bias"', b'"layers.1.bias"'),
        "safetensors header is not strict JSON",
    ),
    "metadata twice": (
        lambda _: framed('{"__metadata__":{"siren":"{}"},"__metadata__":{"siren":"{}"}}'),
        "safetensors header is not strict JSON",
    ),
    "our key twice": (
        lambda _: framed('{"__metadata__":{"siren":"{}","siren":"{}"}}'),
        "safetensors header is not strict JSON",
    ),
    "a setting twice": (
        lambda c: resized(c, rb"\"seed\"", rb"\"s\":1,\"s\""),
        "metadata is not strict JSON",
    ),
    "minus infinity": (
        lambda c: resized(c, b"31.5", b"-Infinity"),
        "metadata is not strict JSON",
    ),
    "numbers in hexadecimal": (lambda c: c.replace(b"31.5", b"0x1f"), "is not strict JSON"),
    "a comment": (lambda _: framed("/**/{}"), "header is not strict JSON"),
    "two objects": (lambda _: framed("{}{}"), "header is not strict JSON"),
    "a NUL at the end": (lambda _: framed("{}\0"), "header is not strict JSON"),
    "deep nesting": (lambda _: framed("[" * 60_000), "header is not strict JSON"),
    "deep nesting in ours": (
        lambda _: framed(json.dumps({"__metadata__": {"siren": "[" * 60_000}})),
        "metadata is not strict JSON",
    ),
    "digits without end": (lambda _: framed('{"a":' + "9" * 50_000 + "}"), "strict JSON"),
    "a bit of the weights": (
        lambda c: flipped(c, tensor_start(c, "layers.1.weight")),
        "the weights of cell row 0 do not match their SHA-256",
    ),
    "a bit of the last row": (
        lambda c: flipped(c, tensor_start(c, "layers.1.weight") + 199),
        "the weights of cell row 1 do not match their SHA-256",
    ),
    "a bit of the digests": (
        lambda c: flipped(c, tensor_start(c, "digests")),
        "the header does not match its SHA-256",
    ),
    "a bit of the profile": (
        lambda c: flipped(c, tensor_start(c, "icc_profile") + 7),
        "the header does not match its SHA-256",
    ),
    "a better psnr": (
        lambda c: c.replace(b"31.5", b"41.5"),
        "the header does not match its SHA-256",
    ),
    "another digest": (
        lambda c: c.replace(Parts(c).header["sha256"].encode(), b"0" * 64),
        "the header does not match its SHA-256",
    ),
    "an uppercase digest": (
        lambda c: c.replace(
            Parts(c).header["sha256"].encode(), Parts(c).header["sha256"].upper().encode()
        ),
        "header.sha256 is not 64 hexadecimal digits",
    ),
    "a short digest": (
        lambda c: c.replace(Parts(c).header["sha256"].encode(), b"0" * 63 + b" "),
        "header.sha256 is not 64 hexadecimal digits",
    ),
}


@pytest.mark.parametrize("name", RAW_ATTACKS)
def test_bytes_that_break_a_rule_are_refused(tmp_path: Path, valid: bytes, name: str) -> None:
    attack, rule = RAW_ATTACKS[name]
    content = attack(valid)
    assert content != valid
    assert rule in refusal(tmp_path / "a.siren", content)


def test_the_parts_put_together_again_are_valid(tmp_path: Path, valid: bytes) -> None:
    path = tmp_path / "a.siren"
    path.write_bytes(Parts(valid).sealed())
    assert siren_file.encode(siren_file.load(path)) == valid


def test_unknown_optional_keys_are_ignored(tmp_path: Path, valid: bytes) -> None:
    parts = Parts(valid)
    parts.set("comment", {"by": ["someone", None, 1.5]})
    parts.set("picture.taken", "at noon")
    parts.set("settings.fit.new_knob", 11)
    path = tmp_path / "a.siren"
    path.write_bytes(parts.sealed())
    found = siren_file.load(path)
    assert found.header.facts == make_representation(8, 6).header.facts
    assert found.header.settings["fit"]["new_knob"] == 11


def test_a_file_without_its_profile_is_another_file(tmp_path: Path, valid: bytes) -> None:
    parts = Parts(valid)
    start, stop = parts.tensors.pop("icc_profile")["data_offsets"]
    del parts.body[start:stop]
    content = parts.joined() + bytes(parts.body)
    assert "does not match its SHA-256" in refusal(tmp_path / "a.siren", content)


def test_a_missing_file_and_a_directory_are_refused_in_one_line(tmp_path: Path) -> None:
    for read in (siren_file.load, siren_file.load_header):
        with pytest.raises(RepresentationError, match=r"No such file or directory$"):
            read(tmp_path / "missing.siren")
        with pytest.raises(RepresentationError, match=r"Is a directory$"):
            read(tmp_path)


def test_what_is_no_regular_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.siren")
    (tmp_path / "zero.siren").symlink_to("/dev/zero")
    (tmp_path / "loop.siren").symlink_to("loop.siren")
    rules = {
        "pipe.siren": "Is not a regular file",
        "zero.siren": "Is not a regular file",
        "loop.siren": "Too many levels of symbolic links",
    }
    for name, rule in rules.items():
        for read in (siren_file.load, siren_file.load_header):
            with pytest.raises(RepresentationError, match=f"{name}: {rule}$"):
                read(tmp_path / name)


def mutated(content: bytes, generator: np.random.Generator) -> bytes:
    kind, first, second = generator.integers([5, len(content), len(content)])
    low, high = sorted((int(first), int(second)))
    high = min(high, low + 64)
    if kind == 0:  # flip a bit
        return flipped(content, low)
    if kind == 1:  # cut a part
        return content[:low] + content[high:]
    if kind == 2:  # insert noise
        return content[:low] + generator.bytes(1 + high - low) + content[low:]
    if kind == 3:  # repeat a part
        return content[:high] + content[low:]
    return content[:low] + generator.bytes(high - low) + content[high:]


def test_a_mutated_file_is_refused_or_the_same(tmp_path: Path, valid: bytes) -> None:
    generator = np.random.default_rng(0)
    path = tmp_path / "a.siren"
    refused = 0
    for _ in range(2000):
        content = mutated(valid, generator)
        path.write_bytes(content)
        try:
            found = siren_file.load(path)
        except RepresentationError:
            refused += 1
        else:
            assert content == valid
            assert siren_file.encode(found) == valid
    assert refused > 1900


SPARSE = """
import resource, sys
from pathlib import Path
from siren_cli.representation import siren_file
from siren_cli.errors import ResourceError
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
try:
    siren_file.load(Path(sys.argv[1]))
except ResourceError as error:
    print(error)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_AS"), reason="no such limit here")
def test_a_file_larger_than_memory_is_refused_in_one_line(tmp_path: Path) -> None:
    parts = Parts(siren_file.encode(make_representation(1, 10**6, cell_size=0)))
    parts.set("network.layers", [2, 2048, 2048, 3])
    parts.set("grid.columns", 1000)
    parts.set("grid.cell_width", 1000)
    offset = 32
    parts.tensors = {"digests": {"dtype": "U8", "shape": [1, 32], "data_offsets": [0, 32]}}
    for index, (fan_in, fan_out) in enumerate([(2, 2048), (2048, 2048), (2048, 3)]):
        for kind, shape in (("weight", [1000, fan_in, fan_out]), ("bias", [1000, fan_out])):
            after = offset + 2 * int(np.prod(shape))
            entry = {"dtype": "F16", "shape": shape, "data_offsets": [offset, after]}
            parts.tensors[f"layers.{index}.{kind}"] = entry
            offset = after
    start = parts.joined()
    path = tmp_path / "huge.siren"
    with path.open("wb") as file:
        file.write(start)
        file.truncate(len(start) + offset)
    done = subprocess.run(
        [sys.executable, "-c", SPARSE, path], capture_output=True, check=True, text=True
    )
    assert done.stdout == f"{path}: larger than the memory that is left\n"


def test_a_file_beyond_memory_is_a_matter_of_resources(tmp_path, valid, monkeypatch):
    def exhaust(_: bytes) -> None:
        raise MemoryError

    path = tmp_path / "a.siren"
    path.write_bytes(valid)
    monkeypatch.setattr(safetensors.numpy, "load", exhaust)
    with pytest.raises(ResourceError, match=r"larger than the memory that is left$"):
        siren_file.load(path)


def test_a_forged_fact_is_found_without_reading_the_weights(tmp_path):
    content = siren_file.encode(make_representation(9, 7))
    forged = tmp_path / "forged.siren"
    forged.write_bytes(content.replace(b'psnr_db\\":31.5', b'psnr_db\\":99.5'))
    with pytest.raises(RepresentationError, match="SHA-256"):
        siren_file.load_header(forged)


def refuse(path):
    with siren_file.loaded(path) as found:
        assert found.header.facts.width == 8
        raise RepresentationError("too large")


def test_what_cannot_be_done_with_a_file_is_said_of_it(tmp_path):
    path = tmp_path / "a.siren"
    siren_file.save(path, make_representation(6, 8), force=False)
    with pytest.raises(RepresentationError, match=r"a\.siren: too large"):
        refuse(path)
