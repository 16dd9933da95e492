"""ICC profiles of matrices and curves (ICC.1:2022): small ones are made, any are read.

What is read is never trusted: of a damaged profile nothing is known, which is no error.
"""

import struct
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.colors import icc_tags
from siren_cli.pictures.colors.chromaticities import (
    SRGB_CHROMATICITIES,
    WHITE,
    Chromaticities,
    adaptation_from,
)
from siren_cli.pictures.colors.curves import SAMPLES, SRGB_CURVE, Curve
from siren_cli.pictures.colors.icc_tags import ONE, find

# Version 4.4, the first with code points.
VERSION = 0x04400000
# Anybody may use the profiles that are made here.
COPYRIGHT = "CC0"

# Tags of any profile: its name, whose it is, its white, and what adapted that to D50.
COMMON_TAGS = (b"desc", b"cprt", b"wtpt", b"chad")
COLORANTS = (b"rXYZ", b"gXYZ", b"bXYZ")
# Tags of the curves, by the color space in the header.
CURVES = {b"RGB ": (b"rTRC", b"gTRC", b"bTRC"), b"GRAY": (b"kTRC",)}
# Tags that come before matrices and curves (section 8.10).
TABLES = (b"A2B0", b"A2B1", b"A2B2", b"D2B0", b"D2B1", b"D2B2", b"D2B3")
# Bytes of the tag of code points (section 10.3).
CICP_BYTES = 12
# X, Y and Z whose sum is less have no place in the diagram.
LEAST_SUM = 1e-3
# Primaries and transfer of sRGB (ITU-T H.273).
SRGB_POINTS = (1, 13)
# Deviations of what still counts as sRGB: of X, Y and Z, and of encoded values.
COLORANT_TOLERANCE = 0.0015
VALUE_TOLERANCE = 0.002


class CodePoints(NamedTuple):
    """A color space by the numbers of ITU-T H.273.

    Attributes:
        primaries: Number of the primaries and of the white (table 2).
        transfer: Number of the curve (table 3).
        matrix: Number of the matrix by which values were made from RGB; 0 for RGB itself.
        full_range: 1 where values use the whole range of integers, else 0.
    """

    primaries: int
    transfer: int
    matrix: int = 0
    full_range: int = 1


def made(
    name: str,
    chromaticities: Chromaticities,
    curve: Curve,
    *,
    code_points: CodePoints | None = None,
) -> bytes:
    """Return the profile of an RGB space, which depends on nothing but the arguments.

    Args:
        name: Its description, in ASCII.
        chromaticities: White and primaries, which are sound.
        curve: The curve of all three colors.
        code_points: The space by ITU-T H.273, for programs that know it better by them.
    """
    colorants = np.rint(chromaticities.colorants() * ONE).astype(int)
    # Rounding must not tint gray.
    colorants[1] += np.array(WHITE) - colorants.sum(axis=0)
    tags = _common_tags(name, chromaticities.white)
    tags |= {
        tag: icc_tags.xyz(row) for tag, row in zip(COLORANTS, colorants.tolist(), strict=True)
    }
    tags |= dict.fromkeys(CURVES[b"RGB "], icc_tags.curve(curve))
    if code_points:
        # Values in RGB went through no matrix (section 10.3).
        tags[b"cicp"] = b"cicp\0\0\0\0" + bytes(code_points._replace(matrix=0))
    return icc_tags.assembled(_header(b"RGB "), tags)


def made_gray(name: str, white: tuple[float, float], curve: Curve) -> bytes:
    """Return the profile of a gray space; see `made`."""
    tags = _common_tags(name, white) | {b"kTRC": icc_tags.curve(curve)}
    return icc_tags.assembled(_header(b"GRAY"), tags)


def _header(space: bytes) -> bytes:
    """Return a header (section 7.2): of a display, of the first day of 2000, and no more."""
    start = struct.pack(">8xI4s4s4s6H", VERSION, b"mntr", space, b"XYZ ", 2000, 1, 1, 0, 0, 0)
    return start + b"acsp" + bytes(28) + struct.pack(">3I48x", *WHITE)


def _common_tags(name: str, white: tuple[float, float]) -> dict[bytes, bytes]:
    matrix = np.rint(adaptation_from(white) * ONE).astype(int).ravel().tolist()
    adaptation = struct.pack(">4s4x9i", b"sf32", *matrix)
    own = (icc_tags.text(name), icc_tags.text(COPYRIGHT), icc_tags.xyz(WHITE), adaptation)
    return dict(zip(COMMON_TAGS, own, strict=True))


@lru_cache(maxsize=4)
def curves(profile: bytes) -> tuple[Curve, ...] | None:
    """Return a profile's curves, which yield amounts of light.

    Returns:
        Three for RGB, one for gray; None where the profile is damaged, or for other colors,
        or has tables instead, or curves that do not rise.
    """
    # To the connection space of CIELAB a gray curve yields lightness instead of light.
    names = CURVES.get(profile[16:20], ())
    if profile[20:24] != b"XYZ " or any(find(profile, table) for table in TABLES):
        return None
    tags = [find(profile, name) for name in names]
    # Equal tags become one curve, which callers see by comparing.
    read = {tag: icc_tags.read_curve(tag) for tag in set(tags)}
    own = tuple(curve for tag in tags if (curve := read[tag]))
    return own if names and len(own) == len(names) else None


def code_points(profile: bytes) -> CodePoints | None:
    """Return the code points that a profile names, or None (section 10.3)."""
    tag = find(profile, b"cicp")
    is_whole = len(tag) >= CICP_BYTES and tag[:4] == b"cicp"
    return CodePoints(*tag[8:CICP_BYTES]) if is_whole else None


@lru_cache(maxsize=4)
def is_srgb(profile: bytes) -> bool:
    """Return whether a profile is that of sRGB, or of its grays, but for rounding."""
    own, named = curves(profile), code_points(profile)
    if named and named[:2] != SRGB_POINTS:
        return False
    if own is None or (len(own) > 1 and not _has_srgb_colorants(profile)):
        return False
    values = np.linspace(0.0, 1.0, SAMPLES, dtype=np.float32)
    errors = (SRGB_CURVE.from_light(curve.to_light(values)) - values for curve in own)
    return all(np.abs(error).max() <= VALUE_TOLERANCE for error in errors)


def _has_srgb_colorants(profile: bytes) -> bool:
    own = _colorants(profile)
    if own is None:
        return False
    errors = own - SRGB_CHROMATICITIES.colorants()
    return bool(np.abs(errors).max() <= COLORANT_TOLERANCE)


def _colorants(profile: bytes) -> NDArray[np.float64] | None:
    """Return X, Y and Z of the primaries, adapted to D50, or None."""
    own = [icc_tags.read_xyz(find(profile, name)) for name in COLORANTS]
    return None if None in own else np.array(own)


def chromaticities(profile: bytes) -> Chromaticities | None:
    """Return white and primaries of a profile of colors, or None where it has none.

    An older profile does not say how they were adapted to D50, but which white it had.
    """
    colorants = _colorants(profile)
    if colorants is None:
        return None
    adaptation = icc_tags.read_matrix(find(profile, b"chad"))
    if adaptation is None:
        adaptation = _adaptation_of(find(profile, b"wtpt"))
    own = np.vstack([np.array(WHITE) / ONE, colorants]) @ np.linalg.inv(adaptation).T
    sums = own.sum(axis=1, keepdims=True)
    if np.abs(sums).min() < LEAST_SUM:
        return None
    points = own[:, :2] / sums
    found = Chromaticities(*map(tuple, points.tolist()))
    return found if found.are_sound else None


def _adaptation_of(white_tag: bytes) -> NDArray[np.float64]:
    """Return the matrix that adapts from a profile's white to D50."""
    white = icc_tags.read_xyz(white_tag) or (0.0, 0.0, 0.0)
    x, y = (each / max(sum(white), LEAST_SUM) for each in white[:2])
    is_white = 0.2 < x < 0.5 and 0.2 < y < 0.5  # noqa: PLR2004 - of any light
    return adaptation_from((x, y)) if is_white else np.eye(3)


# The profiles that this program writes for sRGB.
SRGB = made("sRGB", SRGB_CHROMATICITIES, SRGB_CURVE)
SRGB_GRAY = made_gray("sRGB", SRGB_CHROMATICITIES.white, SRGB_CURVE)
