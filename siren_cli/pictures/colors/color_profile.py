"""Color profiles (ICC.1:2010): whether one can be kept, and conversions to sRGB."""

import io
from contextlib import suppress
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from siren_cli.errors import PictureError
from siren_cli.pictures import extras
from siren_cli.pictures.picture import MAX_ICC_BYTES, Color, Stored

# Color space that a profile names in its header, by the channels that it is for.
PROFILE_SPACES = {"L": b"GRAY", "LA": b"GRAY", "RGB": b"RGB ", "RGBA": b"RGB "}


def objection(icc_profile: bytes, color: Color) -> str | None:
    """Return why a profile cannot be kept for these channels, or None."""
    if len(icc_profile) > MAX_ICC_BYTES:
        return f"is larger than {MAX_ICC_BYTES >> 20} MiB"
    if _space(icc_profile) != PROFILE_SPACES[color]:
        return f"is not one for {color}"
    try:
        ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
    except (ImageCms.PyCMSError, OSError):
        return "is damaged"
    return None


def _space(icc_profile: bytes) -> bytes:
    """Return the color space that a profile is for (section 7.2.6)."""
    return icc_profile[16:20]


def cmyk_to_srgb(image: Image.Image, icc_profile: bytes | None) -> tuple[Image.Image, str]:
    """Return a CMYK picture in sRGB, and a note that says how it was converted."""
    if icc_profile and _space(icc_profile) == b"CMYK":
        with suppress(ImageCms.PyCMSError, OSError):
            return _to_srgb(image, icc_profile), "CMYK, converted to sRGB by its profile"
    rough = "CMYK without a usable profile, converted to sRGB roughly"
    return image.convert("RGB"), rough


def to_srgb(stored: Stored, icc_profile: bytes) -> Stored:
    """Return stored values whose colors are converted from a profile's space to sRGB.

    Gray stays gray, and alpha stays as it is.

    Args:
        stored: Array of shape (height, width, 1 to 4).
        icc_profile: A profile for these channels.

    Raises:
        PictureError: The profile is damaged.
        ResourceError: Values of 16 bits need an extra that is not installed.
    """
    channels = 1 if stored.shape[2] in (1, 2) else 3
    colors = np.ascontiguousarray(stored[..., :channels])
    try:
        converted = _convert(colors, icc_profile)[..., :channels]
    except (ImageCms.PyCMSError, OSError, RuntimeError) as error:
        raise PictureError("its color profile is damaged (--icc keep uses none)") from error
    return np.concatenate([converted, stored[..., channels:]], axis=2)


def _convert(colors: Any, icc_profile: bytes) -> Any:
    if colors.dtype == np.uint8:
        image = Image.fromarray(colors[..., 0] if colors.shape[2] == 1 else colors)
        return np.asarray(_to_srgb(image, icc_profile))
    imagecodecs = extras.load("deep", "colors of 16 bits are converted")
    space = "gray" if colors.shape[2] == 1 else "rgb"
    return imagecodecs.cms_transform(
        colors.squeeze(2) if space == "gray" else colors,
        icc_profile,
        _srgb().tobytes(),
        colorspace=space,
        outcolorspace="rgb",
        # Optimized conversions go through tables of 33 steps a side, whose results are wrong
        # by up to 19 of 255.
        flags=imagecodecs.CMS.FLAGS.NOOPTIMIZE,
    )


def _to_srgb(image: Image.Image, icc_profile: bytes) -> Image.Image:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
    return ImageCms.buildTransform(profile, _srgb(), image.mode, "RGB").apply(image)


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
