"""Profiles of color spaces that files name, and of their grays."""

from functools import lru_cache

import numpy as np

from siren_cli.pictures.colors import icc_profile, icc_tags
from siren_cli.pictures.colors.chromaticities import SRGB_CHROMATICITIES, Chromaticities
from siren_cli.pictures.colors.curves import LINEAR, Curve, power

# Adobe RGB (1998) Color Image Encoding, version 2005-05, sections 4.3.1 and 4.3.4.
ADOBE_GAMMA = 563 / 256
ADOBE_CHROMATICITIES = SRGB_CHROMATICITIES._replace(green=(0.21, 0.71))
# The gamma by which PNG stands for sRGB's curve, and how near counts as that.
SRGB_GAMMA = 1 / 2.2
GAMMA_TOLERANCE = 0.01
# Gammas beyond these are nonsense.
MIN_GAMMA, MAX_GAMMA = 0.1, 10.0


@lru_cache
def adobe_rgb() -> bytes:
    """Return the profile of Adobe RGB (1998)."""
    return icc_profile.made("Adobe RGB (1998)", ADOBE_CHROMATICITIES, power(ADOBE_GAMMA))


def gamma_profile(gamma: float | None, chromaticities: Chromaticities | None) -> bytes | None:
    """Return the profile of a power of light, as PNG names it (W3C PNG 3, section 11.3.2).

    Args:
        gamma: The exponent that makes values of light: 0.45455 for most displays, which is
            meant where there is none.
        chromaticities: White and primaries; None are those of sRGB.

    Returns:
        The profile, that of sRGB where the numbers stand for it; None where they are
        nonsense.
    """
    own = chromaticities or SRGB_CHROMATICITIES
    gamma = SRGB_GAMMA if gamma is None else gamma
    if not (MIN_GAMMA <= gamma <= MAX_GAMMA and own.are_sound):
        return None
    if abs(gamma / SRGB_GAMMA - 1.0) <= GAMMA_TOLERANCE and own.are_srgb:
        return icc_profile.SRGB
    return icc_profile.made(f"gamma {1.0 / gamma:.3g}", own, power(1.0 / gamma))


def linear_profile(chromaticities: Chromaticities | None) -> bytes | None:
    """Return the profile of values that are light; see `gamma_profile`."""
    own = chromaticities or SRGB_CHROMATICITIES
    return icc_profile.made("linear", own, LINEAR) if own.are_sound else None


def for_gray(profile: bytes) -> bytes | None:
    """Return the gray profile of an RGB profile's curve.

    Returns:
        The profile; None where colors have different curves, or tables.
    """
    own = icc_profile.curves(profile)
    if profile[16:20] != b"RGB " or own is None or own.count(own[0]) < len(own):
        return None
    return _with_space(profile, b"GRAY", {b"kTRC": icc_tags.find(profile, b"rTRC")})


def for_colors(profile: bytes) -> bytes | None:
    """Return the profile of sRGB's primaries and a gray profile's curve, or None."""
    if profile[16:20] != b"GRAY" or icc_profile.curves(profile) is None:
        return None
    colors = {name: icc_tags.find(icc_profile.SRGB, name) for name in icc_profile.COLORANTS}
    curve = icc_tags.find(profile, b"kTRC")
    return _with_space(
        profile, b"RGB ", colors | dict.fromkeys(icc_profile.CURVES[b"RGB "], curve)
    )


def is_linear(profile: bytes) -> bool:
    """Return whether the values of a profile's space are light."""
    own = icc_profile.curves(profile)
    return own is not None and all(_is_line(curve) for curve in own)


def _is_line(curve: Curve) -> bool:
    ramp = np.linspace(0.0, 1.0, 9, dtype=np.float32)
    return bool(np.allclose(curve.to_light(ramp), ramp, atol=1e-4))


def with_srgb_curve(profile: bytes) -> bytes:
    """Return the profile of a linear profile's primaries and the curve of sRGB."""
    curve = icc_tags.find(icc_profile.SRGB, b"rTRC")
    names = icc_profile.CURVES[profile[16:20]]
    kept = {
        name: tag for name in icc_profile.COLORANTS if (tag := icc_tags.find(profile, name))
    }
    return _with_space(profile, profile[16:20], kept | dict.fromkeys(names, curve))


def _with_space(profile: bytes, space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Return a profile for another color space, with its own name and white."""
    names = icc_profile.COMMON_TAGS
    common = {name: tag for name in names if (tag := icc_tags.find(profile, name))}
    # Its ID is no longer that of its content, and zeros are none (section 7.2.18).
    header = profile[:16] + space + profile[20:84] + bytes(16) + profile[100:128]
    return icc_tags.assembled(header, common | tags)
