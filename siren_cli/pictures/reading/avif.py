"""AVIF files: 8 bits by Pillow, 10 and 12 by imagecodecs, their color by code points."""

from typing import Any, BinaryIO

from PIL import Image

from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.picture import LOW_BIT_DEPTH, peak
from siren_cli.pictures.reading import iso_media, pillow
from siren_cli.pictures.reading.frames import GAIN_MAP_NOTE
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions
from siren_cli.pictures.reading.spread import spread


def read(file: BinaryIO, header: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of an AVIF file, or of a frame of it."""
    content = file.read()
    file.seek(0)

    def decode(image: Image.Image) -> Any:
        if header.bits == LOW_BIT_DEPTH:
            return pillow.values(image, header.bits)
        import imagecodecs

        stored = imagecodecs.avif_decode(content, (options.page or 1) - 1)
        return spread(stored.reshape(*stored.shape[:2], -1), peak(header.bits))

    decoded = pillow.read_by(file, header, options, decode)
    notes = (*decoded.notes, *iso_media.shape_notes(content, is_cropped=False))
    if iso_media.has_gain_map(content):
        notes = (*notes, GAIN_MAP_NOTE)
    if decoded.icc_profile:
        return decoded._replace(notes=notes)
    profile, color_notes = iso_media.named_color(content)
    return decoded._replace(icc_profile=profile, notes=(*notes, *color_notes))
