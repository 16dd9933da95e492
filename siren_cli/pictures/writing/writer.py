"""Pixels to picture files, in the formats of `formats.WRITTEN`."""

import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from siren_cli.errors import OutputError, UsageError
from siren_cli.pictures.bands import filled
from siren_cli.pictures.formats import Format
from siren_cli.pictures.picture import (
    FLOAT_BITS,
    HIGH_BIT_DEPTH,
    LOW_BIT_DEPTH,
    Block,
    PictureFacts,
    Pixels,
    Source,
    quantize,
    unpremultiplied,
)
from siren_cli.pictures.writing import npy, png, tiff


def check_format(path: Path, form: Format, facts: PictureFacts) -> None:
    """Check that a format can hold a picture.

    Raises:
        OutputError: It has no alpha channel, or is limited to smaller pictures.
    """
    if facts.has_alpha and not form.alpha:
        raise OutputError(f"{path}: {form.name} cannot hold transparency; write a .png")
    if form.max_side and max(facts.width, facts.height) > form.max_side:
        raise OutputError(
            f"{path}: {form.name} is limited to {form.max_side} pixels a side; write a .png"
        )


def depth_for(path: Path, form: Format, facts: PictureFacts, wanted: int | None) -> int:
    """Return the bits of a value that a picture is written with.

    Args:
        path: The file to write, for messages.
        form: The format of the file.
        facts: Facts of the picture, whose own depth is taken where the format can hold it.
        wanted: The depth that a person asked for, 8 or 16, or None.

    Raises:
        UsageError: The format cannot hold the depth that was asked for.
    """
    if wanted and form.floats:
        raise UsageError(f"{path}: {form.name} holds float32 alone, without --depth")
    if form.floats:
        return FLOAT_BITS
    if wanted == HIGH_BIT_DEPTH and not form.high_bit_depth:
        raise UsageError(f"{path}: {form.name} holds 8 bits; write a .png or .tif")
    return wanted or (facts.bit_depth if form.high_bit_depth else LOW_BIT_DEPTH)


def losses(source: Source, form: Format, depth: int) -> tuple[str, ...]:
    """Return a note for each fact of a picture that a format cannot hold at a depth."""
    facts, notes = source.facts, []
    if facts.bit_depth > depth:
        notes.append(f"its {facts.bit_depth} bits are written as {depth}")
    if facts.color.startswith("L") and not form.gray:
        notes.append(f"{form.name} has no gray, which is written as color")
    if source.icc_profile and not _keeps_profile(form, facts):
        notes.append("its color profile is not written")
    return tuple(notes)


def _keeps_profile(form: Format, facts: PictureFacts) -> bool:
    # A profile for gray does not fit the colors that such a format writes instead.
    return form.icc and (form.gray or not facts.color.startswith("L"))


def write_picture(file: BinaryIO, source: Source, form: Format, depth: int) -> None:
    """Write a picture file.

    Args:
        file: The file to write to; whole pictures are held in memory only for Pillow.
        source: The picture.
        form: A format that passes `check_format`.
        depth: Bits of a stored value, by `depth_for`.

    Raises:
        OSError: The file cannot be written, or the picture cannot be encoded.
    """
    facts = replace(source.facts, bit_depth=depth)
    icc_profile = source.icc_profile if _keeps_profile(form, facts) else None

    def plain(rows: slice, columns: slice) -> Pixels:
        pixels = source.block(rows, columns)
        return unpremultiplied(pixels, facts.bit_depth) if facts.has_alpha else pixels

    def stored(rows: slice, columns: slice) -> Any:
        return quantize(plain(rows, columns), depth)

    if form.floats:
        npy.write(file, facts.height, facts.width, plain)
    elif form.name == "PNG":
        png.write(file, facts, icc_profile, stored)
    elif form.name == "TIFF":
        _seeking(file, lambda whole: tiff.write(whole, facts, icc_profile, stored))
    else:
        _write_by_pillow(file, facts, form, icc_profile, stored)


def picture_file(source: Source, form: Format, depth: int) -> bytes:
    """Return a picture file, as `write_picture` writes it."""
    content = io.BytesIO()
    write_picture(content, source, form, depth)
    return content.getvalue()


def _seeking(file: BinaryIO, write: Callable[[BinaryIO], None]) -> None:
    """Write a file that needs to seek, by way of a temporary one if `file` is a pipe."""
    if file.seekable():
        return write(file)
    with TemporaryFile() as whole:
        write(whole)
        whole.seek(0)
        shutil.copyfileobj(whole, file)
    return None


def _write_by_pillow(
    file: BinaryIO, facts: PictureFacts, form: Format, icc_profile: bytes | None, block: Block
) -> None:
    empty = np.empty((facts.height, facts.width, facts.channels), np.uint8)
    whole = filled(empty, lambda rows: block(rows, slice(0, facts.width)))
    image = Image.fromarray(whole[..., 0] if facts.channels == 1 else whole)
    try:
        image.save(file, form.name, icc_profile=icc_profile, **form.options)
    except (ValueError, RuntimeError) as error:
        raise OSError(f"cannot be encoded: {error}") from error
