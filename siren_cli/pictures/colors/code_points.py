"""Color spaces by the numbers of ITU-T H.273 (07/2024), as profiles and in words."""

from functools import lru_cache
from typing import NamedTuple

from siren_cli.pictures.colors import icc_profile
from siren_cli.pictures.colors.chromaticities import SRGB_CHROMATICITIES, Chromaticities
from siren_cli.pictures.colors.curves import (
    BT_709,
    HLG,
    LINEAR,
    PQ,
    SMPTE_240M,
    SRGB_CURVE,
    Curve,
    power,
)
from siren_cli.pictures.colors.icc_profile import SRGB_POINTS, CodePoints


class Primaries(NamedTuple):
    """Primaries and their white, and what people call them."""

    name: str
    chromaticities: Chromaticities


class Transfer(NamedTuple):
    """A curve, and what people call it."""

    name: str
    curve: Curve


# Whites: illuminants C and D65, and that of digital cinema.
C, D65, DCI = (0.310, 0.316), (0.3127, 0.3290), (0.314, 0.351)
SMPTE_170M = Chromaticities(D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070))
P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))

# Primaries by their number (table 2).
PRIMARIES = {
    1: Primaries("Rec. 709", SRGB_CHROMATICITIES),
    4: Primaries("NTSC 1953", Chromaticities(C, (0.67, 0.33), (0.21, 0.71), (0.14, 0.08))),
    5: Primaries("PAL", Chromaticities(D65, (0.64, 0.33), (0.29, 0.60), (0.15, 0.06))),
    6: Primaries("NTSC", SMPTE_170M),
    7: Primaries("SMPTE 240M", SMPTE_170M),
    8: Primaries(
        "generic film", Chromaticities(C, (0.681, 0.319), (0.243, 0.692), (0.145, 0.049))
    ),
    9: Primaries(
        "Rec. 2020", Chromaticities(D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
    ),
    11: Primaries("DCI-P3", Chromaticities(DCI, *P3)),
    12: Primaries("P3", Chromaticities(D65, *P3)),
    22: Primaries(
        "EBU Tech. 3213", Chromaticities(D65, (0.630, 0.340), (0.295, 0.605), (0.155, 0.077))
    ),
}
# Numbers of the transfers whose light may be far brighter than white.
PQ_TRANSFER, HLG_TRANSFER = 16, 18
# The curve of video cameras. Browsers show pictures that name it as if they were sRGB, and
# video players by a power of 2.4; libavif and color management take H.273 by its word, and
# so does this program.
VIDEO = Transfer("video curve", BT_709)
# Transfers by their number (table 3).
TRANSFERS = {
    1: VIDEO,
    4: Transfer("gamma 2.2", power(2.2)),
    5: Transfer("gamma 2.8", power(2.8)),
    6: VIDEO,
    7: Transfer("SMPTE 240M curve", SMPTE_240M),
    8: Transfer("linear", LINEAR),
    # It differs from that of video in values beyond [0, 1] alone.
    11: VIDEO,
    13: Transfer("sRGB curve", SRGB_CURVE),
    14: VIDEO,
    15: VIDEO,
    PQ_TRANSFER: Transfer("PQ", PQ),
    # White is 48 of 52.37 cd/m2 there; in a profile it is the brightest value.
    17: Transfer("gamma 2.6", power(2.6)),
    HLG_TRANSFER: Transfer("HLG", HLG),
}
# Spaces that have a name of their own; those of video imply its curve.
NAMES = {SRGB_POINTS: "sRGB", (12, 13): "Display P3"} | {
    (primaries, transfer): PRIMARIES[primaries].name
    for primaries in (1, 9)
    for transfer in (1, 6, 14, 15)
}


@lru_cache
def profile_of(code_points: CodePoints) -> bytes | None:
    """Return the RGB profile of code points, or None where they name no space, or CIE XYZ."""
    if code_points[:2] == SRGB_POINTS:
        return icc_profile.SRGB
    primaries = PRIMARIES.get(code_points.primaries)
    curve = curve_of(code_points)
    if primaries is None or curve is None:
        return None
    full_range = code_points._replace(full_range=1)
    name = name_of(code_points)
    return icc_profile.made(name, primaries.chromaticities, curve, code_points=full_range)


def curve_of(code_points: CodePoints) -> Curve | None:
    """Return the curve of code points, or None where they name none."""
    transfer = TRANSFERS.get(code_points.transfer)
    return transfer.curve if transfer else None


def is_hdr(code_points: CodePoints) -> bool:
    """Return whether light may be far brighter than white."""
    return code_points.transfer in (PQ_TRANSFER, HLG_TRANSFER)


def name_of(code_points: CodePoints) -> str:
    """Return what people call a color space, such as "Rec. 2020 PQ"."""
    primaries = PRIMARIES.get(code_points.primaries)
    transfer = TRANSFERS.get(code_points.transfer)
    if primaries is None or transfer is None:
        return f"color space {code_points.primaries}/{code_points.transfer}"
    return NAMES.get(code_points[:2], f"{primaries.name} {transfer.name}")
