"""A picture's pixels as the values that a file stores, and the color space of these."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.pictures.colors import icc_profile, named_spaces
from siren_cli.pictures.colors.curves import SRGB_CURVE
from siren_cli.pictures.colors.light import to_light
from siren_cli.pictures.picture import (
    FLOAT_BITS,
    HIGH_BIT_DEPTH,
    PictureFacts,
    Pixels,
    Source,
    quantize,
    unpremultiplied,
)
from siren_cli.pictures.value_mapping import UNIT_RANGE, ValueMapping

# Returns the values of some rows and columns; any thread may call it, in any order.
Values = Callable[[slice, slice], NDArray[Any]]


class StoredPicture(NamedTuple):
    """A picture as a file of some depth stores it.

    Attributes:
        facts: Size, color and depth of the file.
        icc_profile: The color profile of the values, or None.
        block: Returns values of uint8, uint16 or float32, colors not premultiplied.
    """

    facts: PictureFacts
    icc_profile: bytes | None
    block: Values


def stored(source: Source, depth: int, exposure: float, *, as_light: bool) -> StoredPicture:
    """Return a picture as a file stores it.

    Args:
        source: The picture.
        depth: Bits of a value: 8 and 16 for integers, 32 for float32.
        exposure: Stops by which values of another range than [0, 1] are brightened to be
            shown in 8 or 16 bits.
        as_light: Whether the file holds light, so that stored colors are turned into it.
    """
    facts, mapping = source.facts, source.facts.mapping
    profile = source.icc_profile
    if depth == FLOAT_BITS:
        convert: Callable[[Pixels], Pixels] = mapping.values if mapping else _unchanged
        is_light = mapping is not None and mapping.is_light
        if as_light and mapping in (None, UNIT_RANGE):
            convert = _light_of(facts, profile)
        if is_light and profile is None and not facts.color.startswith("L"):
            profile = named_spaces.linear_profile(None)
        facts = replace(facts, bit_depth=FLOAT_BITS, mapping=None)
        return StoredPicture(facts, profile, _plain(source, depth, convert))
    if mapping:
        profile, is_encoded = _shown_profile(source)
        convert = _shown_by(mapping, exposure, is_encoded=is_encoded)
    else:
        convert = _unchanged
    plain = _plain(source, depth, convert)

    def block(rows: slice, columns: slice) -> NDArray[Any]:
        values: NDArray[Any] = quantize(plain(rows, columns), depth)
        return values

    return StoredPicture(replace(facts, bit_depth=depth, mapping=None), profile, block)


def _plain(source: Source, depth: int, convert: Callable[[Pixels], Pixels]) -> Values:
    """Return a function for colors that are not premultiplied, converted, and the alpha.

    Where alpha would be stored as 0 in `depth` bits, colors are black.
    """
    facts = source.facts

    def block(rows: slice, columns: slice) -> Pixels:
        pixels = source.block(rows, columns)
        if not facts.has_alpha:
            return convert(pixels)
        plain = unpremultiplied(pixels, min(depth, HIGH_BIT_DEPTH))
        return np.concatenate([convert(plain[..., :-1]), plain[..., -1:]], axis=-1)

    return block


def _unchanged(colors: Pixels) -> Pixels:
    return colors


def _light_of(facts: PictureFacts, profile: bytes | None) -> Callable[[Pixels], Pixels]:
    opaque = replace(facts, color="L" if facts.color.startswith("L") else "RGB", mapping=None)
    return lambda colors: to_light(np.clip(colors, 0.0, 1.0), opaque, profile)


def _shown_profile(source: Source) -> tuple[bytes | None, bool]:
    """Return the profile of mapped values as they are shown, and whether sRGB's curve is due.

    Light is shown by the curve of sRGB, whatever its primaries. Values that a profile has
    encoded already, and numbers that are no light, are not.
    """
    mapping, profile = source.facts.mapping, source.icc_profile
    is_light = mapping is not None and mapping.is_light
    if profile is None:
        is_gray = source.facts.color.startswith("L")
        srgb = icc_profile.SRGB_GRAY if is_gray else icc_profile.SRGB
        return (srgb, True) if is_light else (None, False)
    if is_light and named_spaces.is_linear(profile):
        return named_spaces.with_srgb_curve(profile), True
    return profile, False


def _shown_by(
    mapping: ValueMapping, exposure: float, *, is_encoded: bool
) -> Callable[[Pixels], Pixels]:
    def shown(colors: Pixels) -> Pixels:
        amounts = mapping.shown(mapping.values(colors), exposure)
        return SRGB_CURVE.from_light(amounts) if is_encoded else amounts

    return shown
