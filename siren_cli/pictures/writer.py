"""Pixels to picture files, by Pillow."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from siren_cli.errors import OutputError
from siren_cli.pictures.picture import PEAK, Picture, PictureFacts, Pixels, quantize

WRITE_OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    ".png": ("PNG", {"compress_level": 1}),
    ".jpg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".jpeg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".webp": ("WEBP", {"lossless": True}),
    ".tif": ("TIFF", {"compression": "tiff_adobe_deflate"}),
    ".tiff": ("TIFF", {"compression": "tiff_adobe_deflate"}),
    ".bmp": ("BMP", {}),
}
SIDE_LIMITS = {"JPEG": 65500, "WEBP": 16383}


def check_format(path: Path, facts: PictureFacts) -> None:
    """Check that the format of `path`, by its suffix, can hold the picture.

    Raises:
        OutputError: The suffix is unknown, or its format has no alpha channel
            or is limited to smaller pictures.
    """
    name, _ = _format_for(path)
    if facts.has_alpha and name in ("JPEG", "BMP"):
        raise OutputError(f"{path}: {name} cannot hold transparency; write a .png")
    limit = SIDE_LIMITS.get(name)
    if limit and max(facts.width, facts.height) > limit:
        raise OutputError(f"{path}: {name} is limited to {limit} pixels a side; write a .png")


def encode_picture(picture: Picture, path: Path) -> bytes:
    """Return the bytes of a picture file in the format of the suffix of `path`.

    Raises:
        OutputError: As for `check_format`, or the encoder gave up.
    """
    facts = picture.facts
    check_format(path, facts)
    stored = quantize(_unpremultiplied(picture))
    image = Image.fromarray(stored[..., 0] if facts.channels == 1 else stored)
    name, options = _format_for(path)
    buffer = io.BytesIO()
    try:
        image.save(buffer, name, icc_profile=picture.icc_profile, **options)
    except (OSError, ValueError, MemoryError) as error:
        raise OutputError(f"{path}: cannot be encoded as {name}: {error}") from error
    return buffer.getvalue()


def _format_for(path: Path) -> tuple[str, dict[str, Any]]:
    if str(path) == "-":
        return WRITE_OPTIONS[".png"]
    try:
        return WRITE_OPTIONS[path.suffix.lower()]
    except KeyError:
        known = ", ".join(WRITE_OPTIONS)
        raise OutputError(f"{path}: suffix {path.suffix!r} is not one of {known}") from None


def _unpremultiplied(picture: Picture) -> Pixels:
    pixels = picture.pixels
    if not picture.facts.has_alpha:
        return pixels
    alpha = np.clip(pixels[..., -1:], 0.0, 1.0)
    half_step = np.float32(0.5 / PEAK)
    colors = np.where(alpha < half_step, 0.0, pixels[..., :-1] / np.maximum(alpha, half_step))
    return np.concatenate([colors, alpha], axis=-1)
