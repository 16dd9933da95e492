"""BMP files: their color space, which Pillow does not read (Windows' BITMAPV5HEADER)."""

import struct
from typing import BinaryIO

from siren_cli.pictures.colors import icc_profile, named_spaces
from siren_cli.pictures.colors.chromaticities import Chromaticities
from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.reading import pillow
from siren_cli.pictures.reading.picture_header import PictureHeader, ReadOptions

# Where the header of the picture begins, and its bytes in the versions that name a color space.
HEADER_PLACE, V4_BYTES, V5_BYTES = 14, 108, 124
# Where in it the name of the color space, the primaries and the profile's place are.
SPACE_PLACE, ENDPOINTS_PLACE, GAMMA_PLACE, PROFILE_PLACE = 56, 60, 96, 112
# Names of color spaces: by primaries, sRGB, the system's (which is sRGB), and a profile inside.
CALIBRATED, SRGB, WINDOWS, EMBEDDED = 0, 0x73524742, 0x57696E20, 0x4D424544
# Units of the primaries' coordinates and of the gammas.
COORDINATE_UNIT, GAMMA_UNIT = 1 << 30, 1 << 16


def read_header(_: bytes, __: BinaryIO) -> PictureHeader:
    """Return the header of a BMP file."""
    return PictureHeader("BMP")


def read(file: BinaryIO, header: PictureHeader, options: ReadOptions) -> Decoded:
    """Return the pixels of a BMP file."""
    profile = _profile(file.read())  # a profile inside stands at the end
    file.seek(0)
    return pillow.read(file, header._replace(icc_profile=profile), options)


def _profile(content: bytes) -> bytes | None:
    header = content[HEADER_PLACE:]
    (size,) = struct.unpack_from("<I", header)
    if size < V4_BYTES:
        return None
    (space,) = struct.unpack_from("<I", header, SPACE_PLACE)
    if space in (SRGB, WINDOWS):
        return icc_profile.SRGB
    if space == EMBEDDED and size >= V5_BYTES:
        place, length = struct.unpack_from("<II", header, PROFILE_PLACE)
        return header[place : place + length] or None
    return _calibrated(header) if space == CALIBRATED else None


def _calibrated(header: bytes) -> bytes | None:
    """Return the profile of primaries and gammas; most files leave them 0, which is none."""
    numbers = struct.unpack_from("<9i", header, ENDPOINTS_PLACE)
    points = []
    total = [0.0, 0.0, 0.0]
    for corner in range(0, 9, 3):
        x, y, z = (each / COORDINATE_UNIT for each in numbers[corner : corner + 3])
        if x + y + z <= 0:
            return None
        points.append((x / (x + y + z), y / (x + y + z)))
        total = [total[0] + x, total[1] + y, total[2] + z]
    gamma = struct.unpack_from("<I", header, GAMMA_PLACE)[0] / GAMMA_UNIT
    white = total[0] / sum(total), total[1] / sum(total)
    if gamma <= 0:
        return None
    return named_spaces.gamma_profile(1 / gamma, Chromaticities(white, *points))
