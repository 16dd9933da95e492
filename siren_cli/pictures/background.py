"""Transparent pictures laid over a color."""

import re
from dataclasses import replace

import numpy as np

from siren_cli.errors import UsageError
from siren_cli.pictures.colors import color_profile
from siren_cli.pictures.colors.curves import SRGB_CURVE
from siren_cli.pictures.picture import COLORS, PictureFacts, Pixels, Source
from siren_cli.pictures.value_mapping import ValueMapping, remapped

# A color by three or six hexadecimal digits.
_COLOR = re.compile("#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
# Gray and alpha.
GRAY_AND_ALPHA = 2


def color_digits(text: str, flag: str) -> str:
    """Return the six hexadecimal digits of a color such as #fff or #ff8000.

    Args:
        text: The color.
        flag: The flag that it was given by, for the message.

    Raises:
        UsageError: It is no such color.
    """
    match = _COLOR.fullmatch(text)
    if not match:
        raise UsageError(f"{flag} {text}: not a color such as #fff or #ff8000")
    digits = match[1]
    return digits if len(digits) > 3 else "".join(2 * digit for digit in digits)  # noqa: PLR2004


def over(pixels: Pixels, digits: str, mapping: ValueMapping | None) -> Pixels:
    """Return premultiplied pixels with alpha laid over a color.

    Args:
        pixels: Array of shape (height, width, 2 or 4).
        digits: Six hexadecimal digits of the color.
        mapping: What the pixels mean.
    """
    if mapping and mapping != mapping.straight:
        # A mixture of light is not that of its logarithms.
        straight = mapping.straight
        laid = over(remapped(pixels, mapping, straight), digits, straight)
        return remapped(laid, straight, mapping)
    colors, alpha = pixels[..., :-1], pixels[..., -1:]
    mixed: Pixels = colors + (1 - alpha) * background_pixels(digits, pixels.shape[2], mapping)
    return mixed


def background_pixels(digits: str, channels: int, mapping: ValueMapping | None) -> Pixels:
    """Return a color as pixels, shape (1,) for gray below gray with alpha, else (3,).

    Args:
        digits: Its six hexadecimal digits.
        channels: Channels of the picture that is laid over it, alpha included.
        mapping: What the picture's pixels mean.
    """
    values = np.frombuffer(bytes.fromhex(digits), np.uint8).astype(np.float32) / np.float32(255)
    if mapping is not None and mapping.is_light:
        values = mapping.pixels(SRGB_CURVE.to_light(values))
    elif mapping is not None:
        values = mapping.pixels(mapping.low + (mapping.high - mapping.low) * values)
    is_gray = channels == GRAY_AND_ALPHA and np.ptp(values) == 0
    return values[:1] if is_gray else values


def laid_over_facts(facts: PictureFacts, digits: str) -> PictureFacts:
    """Return the facts of a picture with alpha that is laid over a color."""
    background = background_pixels(digits, facts.channels, facts.mapping)
    return replace(facts, color=COLORS[len(background)])


def laid_over(source: Source, digits: str) -> Source:
    """Return a picture with alpha laid over a color, and its gray profile as one of colors."""
    facts, laid = source.facts, laid_over_facts(source.facts, digits)

    def block(rows: slice, columns: slice) -> Pixels:
        return over(source.block(rows, columns), digits, facts.mapping)

    profile = source.icc_profile and color_profile.fitting(source.icc_profile, laid.color)
    return source._replace(facts=laid, icc_profile=profile, block=block)
