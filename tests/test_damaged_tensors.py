"""Tensors that break a rule are refused, though the digest of the header fits."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.siren_files import SirenParts, refusal


def with_tensor(parts: SirenParts, name: str, **changes: Any) -> None:
    parts.tensors[name].update(changes)


def add_tensor(parts: SirenParts) -> None:
    end = len(parts.body)
    entry = {"dtype": "U8", "shape": [4], "data_offsets": [end, end + 4]}
    parts.tensors["evil"] = entry
    parts.body += b"evil"


def share_a_place(parts: SirenParts) -> None:
    place = parts.tensors["layers.1.bias"]["data_offsets"]
    with_tensor(parts, "layers.0.bias", data_offsets=place)


def move(parts: SirenParts, name: str, bytes_on: int) -> None:
    places = [place + bytes_on for place in parts.tensors[name]["data_offsets"]]
    with_tensor(parts, name, data_offsets=places)


def not_finite(parts: SirenParts) -> None:
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


TENSOR_ATTACKS: dict[str, tuple[Callable[[SirenParts], object], str]] = {
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
        f"tensor '{'a' * 59}... is missing or does not belong here",
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
def test_tensors_that_break_a_rule_are_refused(
    tmp_path: Path, version_1_file: bytes, name: str
) -> None:
    change, rule = TENSOR_ATTACKS[name]
    parts = SirenParts(version_1_file)
    change(parts)
    assert rule in refusal(tmp_path / "a.siren", parts.sealed())
