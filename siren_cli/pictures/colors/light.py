"""How colors relate to light: by the curves of their profile, and the weights of gray."""

from collections.abc import Callable, Sequence

import numpy as np

from siren_cli.pictures.colors.code_points import curve_of
from siren_cli.pictures.colors.curves import SRGB_CURVE, Curve
from siren_cli.pictures.colors.icc_profile import code_points, curves, is_srgb
from siren_cli.pictures.picture import PictureFacts, Pixels, unpremultiplied

# Weights of red, green and blue in gray (ITU-R BT.601), as Pillow and most tools have them.
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def to_light(pixels: Pixels, facts: PictureFacts, icc_profile: bytes | None = None) -> Pixels:
    """Return stored values as amounts of light.

    Args:
        pixels: Array of shape (height, width, channels), float32 in [0, 1].
        facts: The picture's channels and depth.
        icc_profile: Its color profile; None is that of sRGB, whose curve also stands in for
            those of a profile that has none.

    Returns:
        Array of the same shape; light is premultiplied with alpha, too.
    """
    if facts.mapping and facts.mapping.is_light:
        return _mapped(pixels, facts, [facts.mapping.values])
    return _mapped(pixels, facts, [curve.to_light for curve in _curves(facts, icc_profile)])


def from_light(pixels: Pixels, facts: PictureFacts, icc_profile: bytes | None = None) -> Pixels:
    """Return amounts of light as stored values; see `to_light`."""
    if facts.mapping and facts.mapping.is_light:
        return _mapped(pixels, facts, [facts.mapping.pixels])
    return _mapped(pixels, facts, [curve.from_light for curve in _curves(facts, icc_profile)])


def _curves(facts: PictureFacts, icc_profile: bytes | None) -> tuple[Curve, ...]:
    """Return the curve of all colors, or one for each."""
    # Of tables for sRGB there are many, and the formula is faster.
    if icc_profile is None or is_srgb(icc_profile):
        return (SRGB_CURVE,)
    # A table's 16 bits are too few for what is dark in HDR, but code points name the formula.
    named = code_points(icc_profile)
    exact = curve_of(named) if named else None
    if exact:
        return (exact,)
    colors = facts.channels - facts.has_alpha
    own = curves(icc_profile) or ()
    if len(own) != colors:
        return (SRGB_CURVE,)
    return own[:1] if own.count(own[0]) == colors else own


def _mapped(
    pixels: Pixels, facts: PictureFacts, functions: Sequence[Callable[[Pixels], Pixels]]
) -> Pixels:
    """Return pixels whose colors, but not their alpha, went through functions."""
    if not facts.has_alpha:
        return _curved(pixels, functions)
    plain, alpha = unpremultiplied(pixels, facts.bit_depth), pixels[..., -1:]
    colors = _curved(plain[..., :-1], functions)
    return np.concatenate([colors * alpha, alpha], axis=-1)


def _curved(colors: Pixels, functions: Sequence[Callable[[Pixels], Pixels]]) -> Pixels:
    if len(functions) == 1:
        return functions[0](colors)
    planes = np.moveaxis(colors, -1, 0)
    return np.stack([own(plane) for own, plane in zip(functions, planes, strict=True)], axis=-1)
