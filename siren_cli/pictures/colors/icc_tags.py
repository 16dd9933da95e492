"""Tags of ICC profiles (ICC.1:2022) as bytes: put together, taken apart, curves among them.

What is read is never trusted: what is damaged is not there, which is no error.
"""

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.colors.curves import (
    PARAMETER_COUNTS,
    Curve,
    Parametric,
    Table,
    is_usable,
    parametric,
    power,
)

HEADER_BYTES = 128
# Bytes of a name, a place and a size in the table of tags (section 7.3).
ENTRY_BYTES = 12
# Bytes of a curve before its numbers: name, zeros, and their count or the function type.
CURVE_HEAD_BYTES = 12
# Tags, and values of a curve's table, that are read: as many as LittleCMS reads.
MAX_TAGS = 100
MAX_TABLE = 0x7FFF

# Numbers of 32 bits have 16 bits after the point, those of 16 bits have 8 (section 4).
ONE = 1 << 16
SHORT_ONE = 1 << 8
# Matrices of less are not inverted.
LEAST_DETERMINANT = 1e-3
# Light in a table is a share of this.
TABLE_PEAK = 0xFFFF


def assembled(header: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Return a profile of a header, whose size is set, and of tags; equal ones share bytes."""
    start = HEADER_BYTES + 4 + ENTRY_BYTES * len(tags)
    entries, content = len(tags).to_bytes(4, "big"), b""
    places: dict[bytes, int] = {}
    for name, tag in tags.items():
        if tag not in places:
            places[tag] = start + len(content)
            content += tag + bytes(-len(tag) % 4)
        entries += struct.pack(">4sII", name, places[tag], len(tag))
    size = start + len(content)
    return size.to_bytes(4, "big") + header[4:HEADER_BYTES] + entries + content


def find(profile: bytes, name: bytes) -> bytes:
    """Return a tag of a profile, or nothing where it has none, or not all of it."""
    start = HEADER_BYTES + 4
    if profile[36:40] != b"acsp" or len(profile) < start:
        return b""
    count = int.from_bytes(profile[HEADER_BYTES:start], "big")
    count = min(count, MAX_TAGS, (len(profile) - start) // ENTRY_BYTES)
    entries = profile[start : start + ENTRY_BYTES * count]
    for own, place, size in struct.iter_unpack(">4sII", entries):
        if own == name and place + size <= len(profile):
            return profile[place : place + size]
    return b""


def text(string: str) -> bytes:
    """Return the tag of a text in English (section 10.15)."""
    encoded = string.encode("utf-16-be")
    return struct.pack(">4s4x2I4s2I", b"mluc", 1, 12, b"enUS", len(encoded), 28) + encoded


def xyz(numbers: Sequence[int]) -> bytes:
    """Return the tag of X, Y and Z in fixed point (section 10.31)."""
    return struct.pack(">4s4x3i", b"XYZ ", *numbers)


def read_xyz(tag: bytes) -> tuple[float, ...] | None:
    """Return X, Y and Z of a tag, or None."""
    if tag[:4] != b"XYZ " or len(tag) < 20:  # noqa: PLR2004 - 8 bytes and 3 numbers
        return None
    return tuple(number / ONE for number in struct.unpack(">3i", tag[8:20]))


def read_matrix(tag: bytes) -> NDArray[np.float64] | None:
    """Return a matrix that can be inverted, shape (3, 3), of a tag, or None."""
    if tag[:4] != b"sf32" or len(tag) < 44:  # noqa: PLR2004 - 8 bytes and 9 numbers
        return None
    matrix = np.array(struct.unpack(">9i", tag[8:44]), np.float64).reshape(3, 3) / ONE
    return matrix if abs(np.linalg.det(matrix)) > LEAST_DETERMINANT else None


def curve(shape: Curve) -> bytes:
    """Return the tag of a curve (sections 10.6 and 10.18)."""
    if isinstance(shape, Table):
        light = np.rint(shape.light * TABLE_PEAK).astype(">u2")
        return struct.pack(">4s4xI", b"curv", len(light)) + light.tobytes()
    lined_type = 4 if shape.e or shape.f else 3
    function_type = 0 if shape == power(shape.gamma) else lined_type
    own = shape.parameters[: PARAMETER_COUNTS[function_type]]
    numbers = [round(parameter * ONE) for parameter in own]
    return struct.pack(f">4s4xH2x{len(own)}i", b"para", function_type, *numbers)


def read_curve(tag: bytes) -> Curve | None:
    """Return the curve of a tag, or None where it is damaged or does not rise."""
    shape = None
    if len(tag) >= CURVE_HEAD_BYTES:
        shape = _read_table(tag) if tag[:4] == b"curv" else _read_parametric(tag)
    return shape if shape and is_usable(shape) else None


def _read_table(tag: bytes) -> Curve | None:
    """Return the curve of a table, which may be empty or have one number (section 10.6)."""
    count = int.from_bytes(tag[8:CURVE_HEAD_BYTES], "big")
    if count > min(MAX_TABLE, (len(tag) - CURVE_HEAD_BYTES) // 2):
        return None
    if count == 0:
        return power(1.0)
    numbers = np.frombuffer(tag, ">u2", count, CURVE_HEAD_BYTES)
    if count == 1:
        return power(int(numbers[0]) / SHORT_ONE)
    return Table((numbers / TABLE_PEAK).astype(np.float32))


def _read_parametric(tag: bytes) -> Parametric | None:
    function_type = int.from_bytes(tag[8:10], "big")
    if tag[:4] != b"para" or function_type >= len(PARAMETER_COUNTS):
        return None
    count = PARAMETER_COUNTS[function_type]
    if len(tag) < CURVE_HEAD_BYTES + 4 * count:
        return None
    numbers = struct.unpack_from(f">{count}i", tag, CURVE_HEAD_BYTES)
    return parametric(function_type, [number / ONE for number in numbers])
