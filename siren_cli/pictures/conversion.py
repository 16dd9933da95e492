"""Stored values turned into pixels, with the changes that a person asks for."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import Any

import numpy as np

from siren_cli.errors import PictureError, UsageError
from siren_cli.pictures.background import color_digits, over
from siren_cli.pictures.colors import code_points, color_profile, icc_profile
from siren_cli.pictures.colors.light import LUMA
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.metadata import aspect_notes
from siren_cli.pictures.picture import (
    COLORS,
    HIGH_BIT_DEPTH,
    MAX_SIDE,
    Color,
    Metadata,
    Picture,
    PictureFacts,
    Pixels,
    Stored,
    peak,
)
from siren_cli.pictures.resize import Filter, resized
from siren_cli.pictures.value_mapping import UNIT_RANGE, ValueMapping, remapped


@dataclass(frozen=True)
class Conversion:
    """The changes that are made to a picture while it is read.

    Attributes:
        alpha: `keep`; `drop`, which shows the colors that were hidden; or
            `over=#RRGGBB`, which lays the picture over a color.
        icc: `keep` the color profile, or convert the colors to `srgb`.
        gray: Whether colors become gray.
        max_side: Longest side to shrink to, in pixels, or None.
        page: Number of the picture in a file of several, or None for the first of full size.
        damaged: `refuse` a damaged picture, or `keep` what is left of it.

    Raises:
        UsageError: A value makes no sense.
    """

    alpha: str = "keep"
    icc: str = "keep"
    gray: bool = False
    max_side: int | None = None
    page: int | None = None
    damaged: str = "refuse"

    def __post_init__(self) -> None:
        if not re.fullmatch("keep|drop|over=#([0-9a-fA-F]{3}){1,2}", str(self.alpha)):
            raise UsageError(f"--alpha {self.alpha}: not keep, drop or over=#RRGGBB")
        if self.icc not in ("keep", "srgb"):
            raise UsageError(f"--icc {self.icc}: not keep or srgb")
        if self.max_side is not None and self.max_side not in range(1, MAX_SIDE + 1):
            raise UsageError(f"--max-side {self.max_side}: not between 1 and {MAX_SIDE}")
        if self.page is not None and self.page < 1:
            raise UsageError(f"--page {self.page}: not 1 or more")
        if self.damaged not in ("refuse", "keep"):
            raise UsageError(f"--damaged {self.damaged}: not refuse or keep")

    def table(self) -> dict[str, Any]:
        """Return the changes that are made, by their names."""
        usual = asdict(AS_IT_IS)
        return {key: value for key, value in asdict(self).items() if value != usual[key]}


AS_IT_IS = Conversion()


def convert(decoded: Decoded, conversion: Conversion) -> Picture:
    """Return a decoded picture as pixels.

    An alpha that is opaque everywhere is dropped. A color profile that means sRGB becomes
    ours of sRGB, and one that is made for other channels becomes one for these.

    Raises:
        PictureError: Its color profile is damaged, or cannot be converted to sRGB.
    """
    return convert_band(
        decoded, conversion, drops_alpha=drops_alpha([decoded.stored], conversion)
    )


def drops_alpha(bands: Iterable[Stored], conversion: Conversion) -> bool:
    """Return whether a picture loses its alpha: on demand, or because it hides nothing.

    Args:
        bands: The stored values of the whole picture, in any parts; one shows whether it has
            an alpha.
        conversion: The changes that are made to it.
    """
    is_asked = conversion.alpha == "drop"
    return is_asked or all(map(_is_opaque, takewhile(_has_alpha, bands)))


def convert_band(decoded: Decoded, conversion: Conversion, *, drops_alpha: bool) -> Picture:
    """Return some rows of a decoded picture as pixels, as `convert` does all of them.

    Args:
        decoded: The rows, and what the file says of the whole picture.
        conversion: The changes that are made to it.
        drops_alpha: Whether the whole picture loses its alpha, if it has one.

    Raises:
        PictureError: Its color profile is damaged, or cannot be converted to sRGB.
    """
    stored, mapping, metadata = decoded.stored, decoded.mapping, decoded.metadata
    profile, notes = _checked_profile(decoded.icc_profile, COLORS[stored.shape[2]])
    if _has_alpha(stored) and drops_alpha:
        stored = stored[..., :-1]
    gray = conversion.gray and _is_colored(stored)
    if profile and (conversion.icc == "srgb" or gray):
        _check_convertible(profile, mapping)
        stored, profile = color_profile.to_srgb(stored, profile), _srgb(stored)
    pixels = premultiplied(stored)
    is_changed = conversion.max_side or conversion.gray or conversion.alpha.startswith("over=")
    if is_changed and mapping and mapping.curve != "linear":
        # Means of light are not those of its logarithms.
        straight = mapping.straight
        changed = _changed(remapped(pixels, mapping, straight), conversion, straight)
        pixels = remapped(changed, straight, mapping)
    else:
        pixels = _changed(pixels, conversion, mapping)
    height, width, channels = pixels.shape
    profile, channel_notes = _checked_profile(profile, COLORS[channels])
    bit_depth = min(8 * stored.itemsize, HIGH_BIT_DEPTH)
    facts = PictureFacts(width, height, COLORS[channels], bit_depth, mapping)
    notes = (*decoded.notes, *notes, *channel_notes, *_shape_notes(metadata))
    return Picture(pixels, facts, profile, notes, conversion.table(), metadata)


def _changed(pixels: Pixels, conversion: Conversion, mapping: ValueMapping | None) -> Pixels:
    """Return pixels shrunken, laid over a color, and gray, as far as that is asked for."""
    if conversion.max_side is not None:
        pixels = _shrunken(pixels, conversion.max_side)
    if _has_alpha(pixels) and conversion.alpha.startswith("over="):
        digits = color_digits(conversion.alpha.removeprefix("over="), "--alpha over=")
        pixels = over(pixels, digits, mapping)
    if conversion.gray and _is_colored(pixels):
        pixels = _gray(pixels)
    return pixels


def _checked_profile(
    profile: bytes | None, color: Color
) -> tuple[bytes | None, tuple[str, ...]]:
    """Return a color profile as one for these channels, or None and a note why it is none."""
    if not profile:
        return None, ()
    own = color_profile.adapted(profile, color)
    objection = color_profile.objection(own, color)
    if not objection:
        return own, ()
    return None, (f"its color profile {objection} and is dropped",)


def _check_convertible(profile: bytes, mapping: ValueMapping | None) -> None:
    named = icc_profile.code_points(profile)
    if named and code_points.is_hdr(named):
        name = code_points.name_of(named)
        raise PictureError(f"its values are those of {name}; tone-map it to sRGB first")
    if mapping and mapping != UNIT_RANGE:
        raise PictureError(
            "its values are beyond those of a color profile, which neither --icc srgb nor "
            "--gray can convert"
        )


def _srgb(stored: Stored) -> bytes:
    return icc_profile.SRGB if _is_colored(stored) else icc_profile.SRGB_GRAY


def _shape_notes(metadata: Metadata) -> tuple[str, ...]:
    return aspect_notes(*metadata.resolution) if metadata.resolution else ()


def _has_alpha(values: Stored | Pixels) -> bool:
    return values.shape[2] in (2, 4)


def _is_colored(values: Stored | Pixels) -> bool:
    return values.shape[2] in (3, 4)


def _is_opaque(stored: Stored) -> bool:
    return bool(np.all(stored[..., -1] == _largest(stored)))


def _largest(stored: Stored) -> np.float32:
    """Return the largest value that an array of this type holds for a color."""
    return np.float32(1 if stored.dtype == np.float32 else peak(8 * stored.itemsize))


def premultiplied(stored: Stored) -> Pixels:
    """Return stored values of shape (height, width, channels) as pixels."""
    pixels: Pixels = np.divide(stored, _largest(stored), dtype=np.float32)
    if _has_alpha(stored):
        pixels[..., :-1] *= pixels[..., -1:]
    return pixels


def _shrunken(pixels: Pixels, max_side: int) -> Pixels:
    """Return premultiplied pixels whose longer side is at most `max_side`."""
    height, width, _ = pixels.shape
    longest = max(height, width)
    if longest <= max_side:
        return pixels
    # Sides are rounded half up, as `render --size` does.
    width, height = (
        max(1, (2 * side * max_side + longest) // (2 * longest)) for side in (width, height)
    )
    return resized(pixels, width, height, Filter.LANCZOS)


def _gray(pixels: Pixels) -> Pixels:
    gray = (pixels[..., :3] @ LUMA)[..., None]
    return np.concatenate([gray, pixels[..., 3:]], axis=2)
