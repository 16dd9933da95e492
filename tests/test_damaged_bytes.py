"""Bytes that are no .siren file, or a damaged one, are refused with a sentence."""

import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from siren_cli.representation import siren_file
from tests.helpers.siren_files import SirenParts, framed, refusal
from tests.helpers.version_1_files import encode_version_1


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def tensor_start(content: bytes, name: str) -> int:
    parts = SirenParts(content)
    return int(len(content) - len(parts.body) + parts.tensors[name]["data_offsets"][0])


def with_second_key(content: bytes) -> bytes:
    end = len(content) - len(SirenParts(content).body)
    outer = json.loads(content[8:end])
    outer["__metadata__"]["other"] = "x"
    return framed(json.dumps(outer)) + content[end:]


def resized(content: bytes, old: bytes, new: bytes) -> bytes:
    end = len(content) - len(SirenParts(content).body)
    return framed(content[8:end].replace(old, new)) + content[end:]


RAW_ATTACKS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda _: b"", "shorter than 8 bytes"),
    "too short": (lambda c: c[:7], "shorter than 8 bytes"),
    "a PNG": (lambda _: b"\x89PNG\r\n\x1a\n" + bytes(99), "no safetensors header"),
    "a huge header": (lambda c: struct.pack("<Q", 33 << 20) + c[8:], "no safetensors header"),
    "a header of 2^64": (lambda c: b"\xff" * 8 + c[8:], "no safetensors header"),
    "cut in the header": (lambda c: c[:100], "truncated in its header"),
    "cut in the weights": (lambda c: c[:-1], "truncated?"),
    "only the header": (lambda c: c[: -len(SirenParts(c).body)], "truncated?"),
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
        lambda c: c.replace(SirenParts(c).header["sha256"].encode(), b"0" * 64),
        "the header does not match its SHA-256",
    ),
    "an uppercase digest": (
        lambda c: c.replace(
            SirenParts(c).header["sha256"].encode(),
            SirenParts(c).header["sha256"].upper().encode(),
        ),
        "header.sha256 is not 64 hexadecimal digits",
    ),
    "half of a pair of surrogates": (
        lambda c: c.replace(SirenParts(c).header["sha256"].encode(), b"0" * 57 + b"\\\\udcff"),
        "header.sha256 is not 64 hexadecimal digits",
    ),
    "a short digest": (
        lambda c: c.replace(SirenParts(c).header["sha256"].encode(), b"0" * 63 + b" "),
        "header.sha256 is not 64 hexadecimal digits",
    ),
}


@pytest.mark.parametrize("name", RAW_ATTACKS)
def test_bytes_that_break_a_rule_are_refused(
    tmp_path: Path, version_1_file: bytes, name: str
) -> None:
    attack, rule = RAW_ATTACKS[name]
    content = attack(version_1_file)
    assert content != version_1_file
    assert rule in refusal(tmp_path / "a.siren", content)


def test_the_parts_put_together_again_are_valid(tmp_path: Path, version_1_file: bytes) -> None:
    path = tmp_path / "a.siren"
    path.write_bytes(SirenParts(version_1_file).sealed())
    assert encode_version_1(siren_file.load(path)) == version_1_file


def test_a_file_without_its_profile_is_another_file(
    tmp_path: Path, version_1_file: bytes
) -> None:
    parts = SirenParts(version_1_file)
    start, stop = parts.tensors.pop("icc_profile")["data_offsets"]
    del parts.body[start:stop]
    content = parts.joined() + bytes(parts.body)
    assert "does not match its SHA-256" in refusal(tmp_path / "a.siren", content)
