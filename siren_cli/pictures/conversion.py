"""Stored values turned into pixels, with the changes that a person asks for."""

import re
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from siren_cli.errors import UsageError
from siren_cli.pictures.colors import color_profile
from siren_cli.pictures.colors.light import LUMA
from siren_cli.pictures.picture import (
    COLORS,
    HIGH_BIT_DEPTH,
    MAX_SIDE,
    Picture,
    PictureFacts,
    Pixels,
    Stored,
    peak,
)
from siren_cli.pictures.resize import Filter, resized


@dataclass(frozen=True)
class Conversion:
    """The changes that are made to a picture while it is read.

    Attributes:
        alpha: `keep`; `drop`, which shows the colors that were hidden; or
            `over=#RRGGBB`, which lays the picture over a color.
        icc: `keep` the color profile, or convert the colors to `srgb`.
        gray: Whether colors become gray.
        max_side: Longest side to shrink to, in pixels, or None.

    Raises:
        UsageError: A value makes no sense.
    """

    alpha: str = "keep"
    icc: str = "keep"
    gray: bool = False
    max_side: int | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch("keep|drop|over=#[0-9a-fA-F]{6}", str(self.alpha)):
            raise UsageError(f"--alpha {self.alpha}: not keep, drop or over=#RRGGBB")
        if self.icc not in ("keep", "srgb"):
            raise UsageError(f"--icc {self.icc}: not keep or srgb")
        if self.max_side is not None and self.max_side not in range(1, MAX_SIDE + 1):
            raise UsageError(f"--max-side {self.max_side}: not between 1 and {MAX_SIDE}")

    def table(self) -> dict[str, Any]:
        """Return the changes that are made, by their names."""
        usual = asdict(AS_IT_IS)
        return {key: value for key, value in asdict(self).items() if value != usual[key]}


AS_IT_IS = Conversion()


class Decoded(NamedTuple):
    """A picture as a decoder returns it.

    Attributes:
        stored: Array of shape (height, width, channels), upright, colors not
            premultiplied, of uint8, of uint16, or of float32 in [0, 1].
        icc_profile: The color profile, or None.
        notes: Facts that a person should know, a sentence each.
    """

    stored: Stored
    icc_profile: bytes | None
    notes: tuple[str, ...]


def convert(decoded: Decoded, conversion: Conversion) -> Picture:
    """Return a decoded picture as pixels.

    An alpha that is opaque everywhere is dropped, and so is a color profile that is made
    for other channels.
    """
    stored, profile, notes = _checked_profile(decoded)
    if _has_alpha(stored) and (conversion.alpha == "drop" or _is_opaque(stored)):
        stored = stored[..., :-1]
    gray = conversion.gray and _is_colored(stored)
    if profile and (conversion.icc == "srgb" or gray):
        stored, profile = color_profile.to_srgb(stored, profile), None
    pixels = premultiplied(stored)
    if conversion.max_side is not None:
        pixels = _shrunken(pixels, conversion.max_side)
    if _has_alpha(pixels) and conversion.alpha.startswith("over="):
        pixels = _over(pixels, conversion.alpha.removeprefix("over=#"))
    if conversion.gray and _is_colored(pixels):
        pixels = _gray(pixels)
    height, width, channels = pixels.shape
    if profile and color_profile.objection(profile, COLORS[channels]):
        profile, notes = None, (*notes, "its gray color profile is dropped for the color below")
    bit_depth = min(8 * stored.itemsize, HIGH_BIT_DEPTH)
    facts = PictureFacts(width, height, COLORS[channels], bit_depth)
    return Picture(pixels, facts, profile, notes, conversion.table())


def _checked_profile(decoded: Decoded) -> Decoded:
    """Return the picture without its color profile, if that cannot be kept."""
    channels = COLORS[decoded.stored.shape[2]]
    objection = decoded.icc_profile and color_profile.objection(decoded.icc_profile, channels)
    if not objection:
        return decoded
    note = f"its color profile {objection} and is dropped"
    return Decoded(decoded.stored, None, (*decoded.notes, note))


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


def _over(pixels: Pixels, digits: str) -> Pixels:
    """Return premultiplied pixels laid over a color; gray stays gray over gray."""
    values = np.frombuffer(bytes.fromhex(digits), np.uint8)
    background = values.astype(np.float32) / np.float32(255)
    if pixels.shape[2] == 2 and np.ptp(background) == 0:  # noqa: PLR2004
        background = background[:1]
    colors, alpha = pixels[..., :-1], pixels[..., -1:]
    over: Pixels = colors + (1 - alpha) * background
    return over


def _gray(pixels: Pixels) -> Pixels:
    gray = (pixels[..., :3] @ LUMA)[..., None]
    return np.concatenate([gray, pixels[..., 3:]], axis=2)
