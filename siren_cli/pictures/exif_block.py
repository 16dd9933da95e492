"""EXIF blocks (EXIF 2.32, section 4.6): their tags, and what is put into or told of one."""

from PIL import Image

from siren_cli.pictures.picture import Resolution

# What a block begins with in JPEG.
EXIF_NAME = b"Exif\0\0"
# Tags of the tables beside the first.
EXIF_TABLE, GPS_TABLE, INTEROPERABILITY_TABLE = 0x8769, 0x8825, 0xA005
# Tags of the resolution: across, down, and its unit; the value of the unit for inches.
ACROSS_TAG, DOWN_TAG, UNIT_TAG, INCHES = 282, 283, 296, 2
# Tags that name a person: artist, and copyright.
AUTHOR_TAGS = frozenset({315, 33432})


def with_resolution(block: bytes, found: Resolution) -> bytes:
    """Return an EXIF block, or a new one, that says a resolution."""
    tags = Image.Exif()
    if block:
        tags.load(block)
    tags[ACROSS_TAG], tags[DOWN_TAG], tags[UNIT_TAG] = found.across, found.down, INCHES
    return tags.tobytes().removeprefix(EXIF_NAME)


def personal_words(block: bytes) -> str:
    """Return what an EXIF block tells of a person, in words, or nothing."""
    tags = Image.Exif()
    tags.load(block)
    words = ["position"] if tags.get_ifd(GPS_TABLE) else []
    if AUTHOR_TAGS & set(tags):
        words.append("author")
    return ", ".join(words)
