"""Files of numbers: OpenEXR, Radiance HDR, PFM and NumPy arrays, mapped into pixels."""

from typing import BinaryIO

import numpy as np

from siren_cli.pictures.colors import named_spaces
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.numbers import mapped, scene_of
from siren_cli.pictures.picture import FLOAT_BITS
from siren_cli.pictures.reading import exr, npy_array, pfm, radiance
from siren_cli.pictures.reading.exr_header import HEADER_BYTES
from siren_cli.pictures.reading.frames import check_page, frame_notes
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions
from siren_cli.pictures.reading.raw_values import RawValues
from siren_cli.pictures.value_mapping import Scene


def read_exr(file: BinaryIO, _: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of an OpenEXR file, or of a part of it."""
    start, number = file.read(HEADER_BYTES), options.page or 1
    exr.check_parts(start, options.max_pixels)
    file.seek(0)
    return _decoded(exr.read(file, number), options)


def read_radiance(file: BinaryIO, _: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of a Radiance HDR file."""
    return _decoded(radiance.read(file), options)


def read_pfm(file: BinaryIO, _: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of a PFM file."""
    return _decoded(pfm.read(file), options)


def read_npy(file: BinaryIO, _: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of a NumPy array; uint8 and uint16 are those of a picture."""
    return _decoded(npy_array.read(file), options)


def _decoded(raw: RawValues, options: ReadOptions) -> Decoded:
    number = options.page or 1
    check_page(number, raw.frames)
    notes = (*frame_notes(raw.frames, number), *raw.notes)
    if raw.values.dtype in (np.uint8, np.uint16):
        return Decoded(raw.values, None, notes)
    scene: Scene = "light" if raw.is_light else scene_of(raw.values)
    stored, mapping = mapped(raw.values, scene)
    return Decoded(stored, _profile(raw), notes, mapping)


def _profile(raw: RawValues) -> bytes | None:
    """Return the profile of the file's primaries, or None for those that are usual."""
    return raw.chromaticities and named_spaces.linear_profile(raw.chromaticities)


def exr_header(start: bytes, _: BinaryIO) -> PictureHeader:
    """Return the header of an OpenEXR file."""
    return PictureHeader("EXR", FLOAT_BITS, exr.header(start))


def radiance_header(start: bytes, _: BinaryIO) -> PictureHeader:
    """Return the header of a Radiance HDR file."""
    return PictureHeader("HDR", FLOAT_BITS, radiance.header(start))


def pfm_header(start: bytes, _: BinaryIO) -> PictureHeader:
    """Return the header of a PFM file."""
    return PictureHeader("PFM", FLOAT_BITS, pfm.header(start))


def npy_header(start: bytes, _: BinaryIO) -> PictureHeader:
    """Return the header of a NumPy array."""
    return PictureHeader("NPY", FLOAT_BITS, npy_array.header(start))
