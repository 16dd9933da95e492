"""Pixels to picture files, in the formats of `formats.WRITTEN`."""

import io
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from siren_cli.errors import OutputError, UsageError
from siren_cli.pictures.bands import filled
from siren_cli.pictures.colors import icc_profile, named_spaces
from siren_cli.pictures.exif_block import EXIF_NAME, with_resolution
from siren_cli.pictures.formats import Format
from siren_cli.pictures.picture import (
    FLOAT_BITS,
    Metadata,
    PictureFacts,
    Source,
)
from siren_cli.pictures.stored_values import StoredPicture, stored
from siren_cli.pictures.writing import exr, netpbm, npy, png, tiff

# Formats that hold a resolution as a part of EXIF.
RESOLUTION_IN_EXIF = ("WEBP", "AVIF")
# The types of stored values by their bits.
VALUE_TYPES: dict[int, Any] = {8: np.uint8, 16: np.uint16, FLOAT_BITS: np.float32}
Encoder = Callable[[Any, int, Mapping[str, Any]], bytes]

# The quality of a JPEG XL that loses nothing.
LOSSLESS = 100
# What metadata is called in notes.
NAMES = {"resolution": "resolution", "exif": "EXIF", "xmp": "XMP"}


def check_format(path: Path, form: Format, facts: PictureFacts) -> None:
    """Check that a format can hold a picture.

    Raises:
        OutputError: It has no alpha channel, or is limited to smaller pictures.
    """
    if facts.has_alpha and not form.alpha:
        raise OutputError(
            f"{path}: {form.name} cannot hold transparency; write a .png, or lay the picture "
            "over a color (--background '#fff')"
        )
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
        wanted: The depth that a person asked for, 8, 16 or 32, or None.

    Raises:
        UsageError: The format cannot hold the depth that was asked for.
    """
    if wanted and form.is_float:
        raise UsageError(f"{path}: {form.name} holds float32 alone, without --depth")
    if wanted and wanted not in form.depths:
        held = " or ".join(map(str, form.depths))
        other = ".tif" if wanted == FLOAT_BITS else ".png or .tif"
        raise UsageError(f"{path}: {form.name} holds {held} bits; write a {other}")
    if wanted:
        return wanted
    own = FLOAT_BITS if facts.mapping else facts.bit_depth
    return max((depth for depth in form.depths if depth <= own), default=form.depths[0])


def losses(source: Source, form: Format, depth: int) -> tuple[str, ...]:
    """Return a note for each fact of a picture that a format cannot hold at a depth."""
    facts, notes = source.facts, []
    if facts.mapping and depth != FLOAT_BITS:
        by = "an exposure" if facts.mapping.is_light else "their range"
        notes.append(f"its values are shown by {by}, in {depth} bits")
    elif facts.bit_depth > depth:
        notes.append(f"its {facts.bit_depth} bits are written as {depth}")
    if facts.color.startswith("L") and not form.gray:
        notes.append(f"{form.name} has no gray, which is written as color")
    if form.colors:
        notes.append(f"{form.name} has {form.colors} colors")
    if source.icc_profile and not _is_said(source.icc_profile, form, facts):
        notes.append("its color profile is not written")
    written = _written_metadata(form, source.metadata)
    lost = [NAMES[name] for name in _held(source.metadata) if not getattr(written, name)]
    if lost:
        verb = "is" if len(lost) == 1 else "are"
        notes.append(f"its {' and '.join(lost)} {verb} not written")
    return tuple(notes)


def _is_said(profile: bytes, form: Format, facts: PictureFacts) -> bool:
    """Return whether a file of a format says of colors what a profile does."""
    if form.color == "primaries":
        return icc_profile.chromaticities(profile) is not None
    if form.color == "srgb":
        return icc_profile.is_srgb(profile)
    return _profile_in(form, facts, profile) is not None


def _held(metadata: Metadata) -> list[str]:
    """Return the names of the metadata that there is."""
    return [name for name, value in metadata._asdict().items() if value]


def write_picture(
    file: BinaryIO, source: Source, form: Format, depth: int, exposure: float = 0.0
) -> None:
    """Write a picture file.

    Args:
        file: The file to write to; whole pictures are held in memory only where the format
            is not written part by part.
        source: The picture.
        form: A format that passes `check_format`.
        depth: Bits of a stored value, by `depth_for`.
        exposure: Stops by which light is brightened to be shown in 8 or 16 bits.

    Raises:
        OSError: The file cannot be written, or the picture cannot be encoded.
    """
    picture = stored(source, depth, exposure, as_light=form.color == "primaries")
    profile = picture.icc_profile
    if profile:
        own = _profile_in(form, picture.facts, profile)
        picture = picture._replace(icc_profile=own)
    metadata = _written_metadata(form, source.metadata)
    facts = picture.facts
    if form.name == "NPY":
        npy.write(file, facts.height, facts.width, picture.block)
    elif form.name == "PNG":
        png.write(file, picture, metadata)
    elif form.name == "PPM":
        netpbm.write(file, facts, picture.block)
    elif form.name == "TIFF":
        _seeking(file, lambda whole: tiff.write(whole, picture, metadata))
    elif form.name == "EXR":
        primaries = icc_profile.chromaticities(profile) if profile else None
        _seeking(file, lambda whole: exr.write(whole, _whole(picture), primaries))
    elif form.name in ENCODERS:
        file.write(_encoded(picture, form))
    else:
        _write_by_pillow(file, picture, form, metadata)


def picture_file(source: Source, form: Format, depth: int) -> bytes:
    """Return a picture file, as `write_picture` writes it."""
    content = io.BytesIO()
    write_picture(content, source, form, depth)
    return content.getvalue()


def _profile_in(form: Format, facts: PictureFacts, profile: bytes) -> bytes | None:
    """Return a profile as a format holds it, for some turn gray into colors, or None."""
    if form.color != "profile":
        return None
    if facts.color.startswith("L") and not form.gray:
        return named_spaces.for_colors(profile)
    return profile


def _written_metadata(form: Format, metadata: Metadata) -> Metadata:
    held = metadata._asdict()
    fitting = Metadata(**{name: held[name] for name in form.metadata})
    most = form.max_metadata
    exif = fitting.exif if len(fitting.exif) <= most else b""
    xmp = fitting.xmp if len(fitting.xmp) <= most else b""
    return fitting._replace(exif=exif, xmp=xmp)


def _seeking(file: BinaryIO, write: Callable[[BinaryIO], None]) -> None:
    """Write a file that needs to seek, by way of a temporary one if `file` is a pipe."""
    if file.seekable():
        return write(file)
    with TemporaryFile() as whole:
        write(whole)
        whole.seek(0)
        shutil.copyfileobj(whole, file)
    return None


def _whole(picture: StoredPicture) -> Any:
    """Return all values of a picture, shape (height, width, channels)."""
    facts = picture.facts
    kind = VALUE_TYPES[facts.bit_depth]
    empty: Any = np.empty((facts.height, facts.width, facts.channels), kind)
    return filled(empty, lambda rows: picture.block(rows, slice(0, facts.width)))


def _jpeg_xl(values: Any, _: int, options: Mapping[str, Any]) -> bytes:
    import imagecodecs

    quality = options.get("quality", LOSSLESS)
    how = {"lossless": True} if quality == LOSSLESS else {"lossless": False, "level": quality}
    return bytes(imagecodecs.jpegxl_encode(values, effort=options.get("effort"), **how))


def _jpeg_2000(values: Any, depth: int, _: Mapping[str, Any]) -> bytes:
    import imagecodecs

    content = imagecodecs.jpeg2k_encode(
        values, level=0, reversible=True, bitspersample=depth, codecformat="jp2"
    )
    return bytes(content)


# Encoders that Pillow has not, by the name of their format: of values, bits and options.
ENCODERS: dict[str, Encoder] = {"JXL": _jpeg_xl, "JP2": _jpeg_2000}


def _encoded(picture: StoredPicture, form: Format) -> bytes:
    whole = _whole(picture)
    values = whole[..., 0] if picture.facts.channels == 1 else whole
    try:
        return ENCODERS[form.name](values, picture.facts.bit_depth, form.options)
    except (ValueError, RuntimeError) as error:
        raise OSError(f"cannot be encoded: {error}") from error


def _write_by_pillow(
    file: BinaryIO, picture: StoredPicture, form: Format, metadata: Metadata
) -> None:
    whole = _whole(picture)
    image = Image.fromarray(whole[..., 0] if picture.facts.channels == 1 else whole)
    options = dict(form.options)
    if metadata.xmp:
        options["xmp"] = metadata.xmp
    try:
        exif = metadata.exif
        if metadata.resolution and form.name in RESOLUTION_IN_EXIF:
            exif = with_resolution(exif, metadata.resolution)
        elif metadata.resolution:
            options["dpi"] = metadata.resolution
        if exif:
            options["exif"] = EXIF_NAME + exif
        image.save(file, form.name, icc_profile=picture.icc_profile, **options)
    except (ValueError, RuntimeError, SyntaxError) as error:
        raise OSError(f"cannot be encoded: {error}") from error
