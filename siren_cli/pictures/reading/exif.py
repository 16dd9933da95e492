"""What an EXIF block says of a picture (EXIF 2.32, section 4.6)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from PIL import Image

from siren_cli.pictures.colors import icc_profile, named_spaces
from siren_cli.pictures.colors.chromaticities import Chromaticities
from siren_cli.pictures.exif_block import (
    ACROSS_TAG,
    DOWN_TAG,
    EXIF_NAME,
    EXIF_TABLE,
    GPS_TABLE,
    INCHES,
    INTEROPERABILITY_TABLE,
    UNIT_TAG,
)
from siren_cli.pictures.picture import MAX_DPI, MIN_DPI, Resolution
from siren_cli.pictures.reading.orientation import ORIENTATION_TAG

if TYPE_CHECKING:
    from tifffile import TiffPage

# Tags that name a color space.
INTEROPERABILITY_TAG, COLOR_SPACE_TAG, GAMMA_TAG = 1, 0xA001, 0xA500
WHITE_TAG, PRIMARIES_TAG = 318, 319
# Tags of a TIFF page that are about the picture, and not about how it is stored.
TIFF_TAGS = frozenset(
    {ORIENTATION_TAG, ACROSS_TAG, DOWN_TAG, UNIT_TAG, EXIF_TABLE, GPS_TABLE}
    | {WHITE_TAG, PRIMARIES_TAG}
    | {271, 272, 306, 315, 316, 33432}
)
# Values of the color space: sRGB; Adobe RGB, which no standard has but some cameras write.
SRGB, ADOBE_RGB = 1, 2
# Tags that are of use for nobody once the picture is upright and has a resolution of its own:
# versions, sizes, placements, and where other tags are.
TRIVIAL_TAGS = frozenset(
    {ORIENTATION_TAG, ACROSS_TAG, DOWN_TAG, UNIT_TAG, EXIF_TABLE, INTEROPERABILITY_TABLE, 531}
    | {COLOR_SPACE_TAG, WHITE_TAG, PRIMARIES_TAG, 0x9000, 0x9101, 0xA000, 0xA002, 0xA003}
)
# Values of the resolution's unit, in inches.
UNIT_INCHES = {1: None, INCHES: 1.0, 3: 1 / 2.54}


class ExifTags(NamedTuple):
    """What an EXIF block says.

    Attributes:
        orientation: How the picture is stored, 1 to 8.
        resolution: Pixels per inch of the stored picture, or None.
        icc_profile: The color space, if the block names one.
        notes: Facts that a person should know, a sentence each.
        rest: The block without orientation, resolution and thumbnail; nothing if nothing of
            use is left.
    """

    orientation: int = 1
    resolution: Resolution | None = None
    icc_profile: bytes | None = None
    notes: tuple[str, ...] = ()
    rest: bytes = b""


def of_block(block: bytes) -> ExifTags:
    """Return what an EXIF block says; a damaged one says nothing, and that is noted."""

    def load() -> Image.Exif:
        tags = Image.Exif()
        tags.load(block)
        if not len(tags):  # Pillow finds nothing in some that are broken
            raise ValueError("no tags")
        return tags

    return _said(load) if block else ExifTags()


def of_image(image: Image.Image) -> ExifTags:
    """Return what the EXIF block of Pillow's image says."""
    return _said(image.getexif)


def of_tiff(page: "TiffPage") -> ExifTags:
    """Return what the tags of a TIFF page say, which are those of EXIF."""

    def load() -> Image.Exif:
        tags = Image.Exif()
        tags.endian = page.parent.byteorder
        tags.bigtiff = page.parent.is_bigtiff
        tags.load_from_fp(page.parent.filehandle, page.offset)
        for tag in set(tags) - TIFF_TAGS:
            del tags[tag]
        return tags

    if page.parent.is_bigtiff and page.parent.byteorder == ">":
        # Pillow takes them for a classic TIFF.
        tags = {tag.code: _number(tag.value) for tag in page.tags}
        return ExifTags(orientation_of(tags), resolution_of(tags))
    return _said(load)


def _number(value: Any) -> Any:
    """Return a ratio as tifffile has it, a numerator and a denominator, as a number."""
    is_ratio = isinstance(value, tuple) and len(value) == 2  # noqa: PLR2004
    return value[0] / (value[1] or 1) if is_ratio else value


def _said(load: Callable[[], Image.Exif]) -> ExifTags:
    orientation = 1
    try:
        tags = load()
        orientation = orientation_of(tags)
        return ExifTags(orientation, resolution_of(tags), _icc_profile(tags), rest=_rest(tags))
    except Exception:  # Pillow may raise anything on a damaged block
        return ExifTags(orientation, notes=("its EXIF is damaged and left out",))


def orientation_of(tags: Any) -> int:
    """Return the orientation that some tags say, 1 if none that there is."""
    orientation = tags.get(ORIENTATION_TAG, 1)
    return orientation if orientation in range(1, 9) else 1


def resolution_of(tags: Any) -> Resolution | None:
    """Return the pixels per inch that some tags say, or None."""
    inches = UNIT_INCHES.get(tags.get(UNIT_TAG, INCHES))
    if inches is None or ACROSS_TAG not in tags or DOWN_TAG not in tags:
        return None
    return resolution(float(tags[ACROSS_TAG]) / inches, float(tags[DOWN_TAG]) / inches)


def resolution(across: float, down: float) -> Resolution | None:
    """Return pixels per inch, rounded, or None if they make no sense."""
    if not (MIN_DPI <= across <= MAX_DPI and MIN_DPI <= down <= MAX_DPI):
        return None
    return Resolution(round(across, 4), round(down, 4))


def _icc_profile(tags: Image.Exif) -> bytes | None:
    own = tags.get_ifd(EXIF_TABLE)
    index = str(tags.get_ifd(INTEROPERABILITY_TABLE).get(INTEROPERABILITY_TAG, ""))
    space = own.get(COLOR_SPACE_TAG)
    primaries, white = tags.get(PRIMARIES_TAG), tags.get(WHITE_TAG)
    # Cameras name Adobe RGB by their file system's rule (DCF 2.0), for EXIF cannot.
    if index.startswith("R03") or space == ADOBE_RGB:
        return named_spaces.adobe_rgb()
    if space == SRGB:
        return icc_profile.SRGB
    return _by_primaries(primaries, white, own.get(GAMMA_TAG)) if primaries and white else None


def _by_primaries(primaries: Any, white: Any, gamma: Any) -> bytes | None:
    """Return the profile of primaries and of a gamma, if there is one."""
    numbers = [float(each) for each in primaries]
    points = zip(numbers[::2], numbers[1::2], strict=True)
    space = Chromaticities((float(white[0]), float(white[1])), *points)
    return named_spaces.gamma_profile(1 / float(gamma) if gamma else None, space)


def _rest(tags: Image.Exif) -> bytes:
    own = tags.get_ifd(EXIF_TABLE)
    if not (set(tags) | set(own)) - TRIVIAL_TAGS:
        return b""
    for tag in (ORIENTATION_TAG, ACROSS_TAG, DOWN_TAG, UNIT_TAG):
        if tag in tags:
            del tags[tag]
    return tags.tobytes().removeprefix(EXIF_NAME)
