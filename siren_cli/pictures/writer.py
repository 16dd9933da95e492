"""Pixels to picture files."""

import io
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from siren_cli.errors import OutputError, ResourceError, UsageError
from siren_cli.pictures import png
from siren_cli.pictures.formats import Format, format_for
from siren_cli.pictures.picture import DEEP, Picture, PictureFacts, Pixels, peak, quantize


def check_format(path: Path, facts: PictureFacts) -> None:
    """Check that the format of `path`, by its suffix, can hold the picture.

    Raises:
        OutputError: The suffix is unknown, or its format has no alpha channel
            or is limited to smaller pictures.
    """
    form = format_for(path)
    if facts.has_alpha and not form.alpha:
        raise OutputError(f"{path}: {form.name} cannot hold transparency; write a .png")
    if form.max_side and max(facts.width, facts.height) > form.max_side:
        raise OutputError(
            f"{path}: {form.name} is limited to {form.max_side} pixels a side; write a .png"
        )


def depth_for(path: Path, facts: PictureFacts, wanted: int | None) -> int:
    """Return the bits of a value that a picture is written with.

    Args:
        path: Where to; its suffix names the format.
        facts: The picture's own depth is taken where the format holds it.
        wanted: What was asked for, 8 or 16, or None.

    Raises:
        UsageError: The format does not hold what was asked for.
        ResourceError: It does, by an extra that is not installed.
    """
    form = format_for(path)
    if wanted == DEEP and not form.deep:
        raise UsageError(f"{path}: {form.name} holds 8 bits; write a .png or .tif")
    depth = wanted or (facts.bit_depth if form.deep else 8)
    if depth == DEEP and form.name == "TIFF" and not find_spec("tifffile"):
        raise ResourceError(
            f"{path}: 16-bit TIFF is written by the extra deep: pip install "
            "'siren-cli[deep]' (or write a .png)"
        )
    return depth


def losses(path: Path, picture: Picture, depth: int) -> tuple[str, ...]:
    """Return what a format cannot hold of a picture that is written with `depth` bits."""
    form, facts, notes = format_for(path), picture.facts, []
    if facts.bit_depth > depth:
        notes.append(f"its {facts.bit_depth} bits are written as {depth}")
    if facts.color.startswith("L") and not form.gray:
        notes.append(f"{form.name} has no gray, which is written as color")
    if picture.icc_profile and not _keeps_profile(form, facts):
        notes.append("its color profile is not written")
    return tuple(notes)


def _keeps_profile(form: Format, facts: PictureFacts) -> bool:
    # One for gray is none for the colors that are written.
    return form.icc and (form.gray or not facts.color.startswith("L"))


def encode_picture(picture: Picture, path: Path, depth: int = 8) -> bytes:
    """Return the bytes of a picture file in the format of the suffix of `path`.

    Args:
        picture: The picture.
        path: Where it goes.
        depth: Bits of a stored value, as `depth_for` says.

    Raises:
        OutputError: As for `check_format`, or the encoder gave up.
    """
    check_format(path, picture.facts)
    form = format_for(path)
    stored = quantize(_unpremultiplied(picture, depth), depth)
    try:
        if depth == DEEP:
            encode = png.encode if form.name == "PNG" else _deep_tiff
            return encode(stored, picture.icc_profile)
        kept = _keeps_profile(form, picture.facts)
        return _encoded(stored, form, picture.icc_profile if kept else None)
    except (OSError, ValueError, MemoryError) as error:
        raise OutputError(f"{path}: cannot be encoded as {form.name}: {error}") from error


def _encoded(stored: Any, form: Format, icc_profile: bytes | None) -> bytes:
    image = Image.fromarray(stored[..., 0] if stored.shape[2] == 1 else stored)
    buffer = io.BytesIO()
    image.save(buffer, form.name, icc_profile=icc_profile, **form.options)
    return buffer.getvalue()


def _deep_tiff(stored: Any, icc_profile: bytes | None) -> bytes:
    import tifffile

    buffer = io.BytesIO()
    channels = stored.shape[2]
    tifffile.imwrite(
        buffer,
        stored[..., 0] if channels == 1 else stored,
        photometric="rgb" if channels > 2 else "minisblack",  # noqa: PLR2004
        planarconfig=None if channels == 1 else "contig",
        extrasamples=["unassalpha"] if channels % 2 == 0 else None,
        compression="zlib",
        iccprofile=icc_profile,
        metadata=None,
        software=False,
    )
    return buffer.getvalue()


def _unpremultiplied(picture: Picture, depth: int) -> Pixels:
    pixels = picture.pixels
    if not picture.facts.has_alpha:
        return pixels
    alpha = np.clip(pixels[..., -1:], 0.0, 1.0)
    half_step = np.float32(0.5 / peak(depth))
    colors = np.where(alpha < half_step, 0.0, pixels[..., :-1] / np.maximum(alpha, half_step))
    return np.concatenate([colors, alpha], axis=-1)
