"""HEIC files, by pi-heif at their full depth."""

from typing import Any, BinaryIO

import numpy as np

from siren_cli.pictures.colors.icc_profile import CodePoints
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.exif_block import EXIF_NAME
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Metadata, peak
from siren_cli.pictures.reading import color_names, exif, iso_media
from siren_cli.pictures.reading.frames import GAIN_MAP_NOTE, check_page, frame_notes
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions
from siren_cli.pictures.reading.size_limits import check_size
from siren_cli.pictures.reading.spread import spread

# A word in the name of a picture that says what is brighter than white.
GAIN_MAP_WORD = "gainmap"


def opened(file: BinaryIO) -> Any:
    """Return the opened file, whose pixels are not decoded yet."""
    import pi_heif

    return pi_heif.open_heif(file, convert_hdr_to_8bit=False, hdr_to_16bit=False)


def read(file: BinaryIO, _: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of a HEIC file, which its decoder turns upright."""
    shape_notes = iso_media.shape_notes(file.read(iso_media.SEARCHED_BYTES), is_cropped=True)
    file.seek(0)
    heif = opened(file)
    number = options.page or heif.primary_index + 1
    check_page(number, len(heif))
    image = heif[number - 1]
    width, height = image.size
    check_size(width, height, options.max_pixels)
    bits = image.info.get("bit_depth", LOW_BIT_DEPTH)
    values = np.array(image)  # a copy, for the decoder frees its own
    stored = spread(values.reshape(*values.shape[:2], -1), peak(bits))
    tags = exif.of_block((image.info.get("exif") or b"").removeprefix(EXIF_NAME))
    profile, color_notes = _color(image.info)
    notes = (*frame_notes(len(heif), number), *color_notes, *shape_notes, *tags.notes)
    if any(GAIN_MAP_WORD in name.lower() for name in image.info.get("aux", ())):
        notes += (GAIN_MAP_NOTE,)
    xmp = image.info.get("xmp") or b""
    return Decoded(
        stored,
        profile or tags.icc_profile,
        notes,
        metadata=Metadata(tags.resolution, tags.rest, xmp),
    )


def _color(info: dict[str, Any]) -> tuple[bytes | None, tuple[str, ...]]:
    if info.get("icc_profile"):
        return info["icc_profile"], ()
    named = info.get("nclx_profile")
    if not named:
        return None, ()
    return color_names.by_code_points(
        CodePoints(
            int(named["color_primaries"]),
            int(named["transfer_characteristics"]),
            int(named["matrix_coefficients"]),
        )
    )
