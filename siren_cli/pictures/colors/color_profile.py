"""Color profiles (ICC.1:2010): whether one can be kept, and conversions to sRGB."""

import io
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from siren_cli.errors import PictureError
from siren_cli.pictures.colors import icc_profile, named_spaces
from siren_cli.pictures.picture import MAX_ICC_BYTES, Color, Stored

Inks = NDArray[Any]

# Color space that a profile names in its header, by the channels that it is for.
PROFILE_SPACES = {"L": b"GRAY", "LA": b"GRAY", "RGB": b"RGB ", "RGBA": b"RGB "}


def objection(profile: bytes, color: Color) -> str | None:
    """Return why a profile cannot be kept for these channels, or None."""
    if len(profile) > MAX_ICC_BYTES:
        return f"is larger than {MAX_ICC_BYTES >> 20} MiB"
    if _space(profile) != PROFILE_SPACES[color]:
        return f"is not one for {color}"
    try:
        ImageCms.ImageCmsProfile(io.BytesIO(profile))
    except (ImageCms.PyCMSError, OSError):
        return "is damaged"
    return None


def adapted(profile: bytes, color: Color) -> bytes:
    """Return a profile as the one that this program has for sRGB, and for these channels.

    A gray picture with a profile of colors has their curve, and colors with one of gray are
    those of sRGB with its curve. A profile for which that cannot be said stays as it is.
    """
    is_gray = color.startswith("L")
    if icc_profile.is_srgb(profile):
        return icc_profile.SRGB_GRAY if is_gray else icc_profile.SRGB
    if _space(profile) == PROFILE_SPACES[color]:
        return profile
    other = named_spaces.for_gray(profile) if is_gray else named_spaces.for_colors(profile)
    return other or profile


def fitting(profile: bytes, color: Color) -> bytes | None:
    """Return a profile as `adapted` does, or None if it cannot be one for these channels."""
    own = adapted(profile, color)
    return own if _space(own) == PROFILE_SPACES[color] else None


def _space(profile: bytes) -> bytes:
    """Return the color space that a profile is for (section 7.2.6)."""
    return profile[16:20]


def cmyk_to_srgb(inks: Inks, profile: bytes | None) -> tuple[Inks, str]:
    """Return CMYK in sRGB, and a note that says how it was converted.

    Args:
        inks: Amounts of ink, shape (height, width, 4), uint8 or uint16.
        profile: The picture's color profile, or None.
    """
    if profile and _space(profile) == b"CMYK":
        with suppress(RuntimeError):
            converted = _transformed(inks, profile, "cmyk")
            return converted, "CMYK, converted to sRGB by its profile"
    full = np.iinfo(inks.dtype).max
    paper = full - inks.astype(np.uint64)  # what each ink lets through
    colors = (paper[..., :3] * paper[..., 3:] + full // 2) // full
    rough = "CMYK without a usable profile, converted to sRGB roughly"
    return colors.astype(inks.dtype), rough


def lab_to_srgb(stored: Inks, *, is_signed: bool) -> Inks:
    """Return CIELAB as TIFF stores it, in sRGB (TIFF 6.0, section 23).

    Args:
        stored: Array of shape (height, width, 3), uint8 or uint16.
        is_signed: Whether a and b are signed, instead of offset by half their range.

    Returns:
        Array of the same shape and type; colors beyond sRGB are clipped.
    """
    full = np.iinfo(stored.dtype).max
    middle = full // 2 + 1
    # The type has 256 steps of a and b for each of the eight bits' steps.
    step = middle // 128
    opponents = stored[..., 1:].astype(np.int64)
    opponents = np.where(opponents >= middle, opponents - 2 * middle, opponents)
    if not is_signed:
        opponents = stored[..., 1:].astype(np.int64) - middle
    top = full if is_signed or step == 1 else 255 * step  # of lightness
    lightness = np.minimum(stored[..., :1] * (100 / top), 100)
    lab = np.concatenate([lightness, opponents / step], axis=2)
    import imagecodecs

    converted: Inks = _transformed(lab, imagecodecs.cms_profile("lab4"), "lab", stored.dtype)
    return converted


def _transformed(values: Any, profile: bytes, space: str, dtype: Any = None) -> Any:
    """Return values in sRGB.

    Raises:
        RuntimeError: The profile is damaged.
    """
    import imagecodecs

    return imagecodecs.cms_transform(
        values,
        profile,
        _srgb().tobytes(),
        colorspace=space,
        outcolorspace="rgb",
        outdtype=dtype or values.dtype,
        # Optimized conversions go through tables of 33 steps a side, whose results are wrong
        # by up to 19 of 255.
        flags=imagecodecs.CMS.FLAGS.NOOPTIMIZE,
    )


def to_srgb(stored: Stored, profile: bytes) -> Stored:
    """Return stored values whose colors are converted from a profile's space to sRGB.

    Gray stays gray, and alpha stays as it is.

    Args:
        stored: Array of shape (height, width, 1 to 4).
        profile: A profile for these channels.

    Raises:
        PictureError: The profile is damaged.
    """
    channels = 1 if stored.shape[2] in (1, 2) else 3
    colors = np.ascontiguousarray(stored[..., :channels])
    try:
        converted = _convert(colors, profile)[..., :channels]
        if colors.dtype.kind == "f":
            converted = np.clip(converted, 0.0, 1.0)
    except (ImageCms.PyCMSError, OSError, RuntimeError) as error:
        raise PictureError("its color profile is damaged (--icc keep uses none)") from error
    return np.concatenate([converted, stored[..., channels:]], axis=2)


def _convert(colors: Any, profile: bytes) -> Any:
    if colors.dtype == np.uint8:
        image = Image.fromarray(colors[..., 0] if colors.shape[2] == 1 else colors)
        return np.asarray(_to_srgb(image, profile))
    is_gray = colors.shape[2] == 1
    values = colors.squeeze(2) if is_gray else colors
    return _transformed(values, profile, "gray" if is_gray else "rgb")


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.buildTransform(source, _srgb(), image.mode, "RGB").apply(image)


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
