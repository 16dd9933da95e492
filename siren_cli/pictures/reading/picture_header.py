"""The facts that the header of a picture file states, whatever its format."""

from typing import NamedTuple

from siren_cli.pictures.formats import MAX_PIXELS


class PictureHeader(NamedTuple):
    """The header of a picture file.

    Attributes:
        format: Pillow's name of the format; "" where Pillow may find out by itself.
        bits: Bits of a stored value.
        size: Width and height, or None where Pillow reads them before it decodes.
        notes: Facts that a person should know, a sentence each.
        icc_profile: The color profile, of formats for which Pillow does not find it.
    """

    format: str = ""
    bits: int = 8
    size: tuple[int, int] | None = None
    notes: tuple[str, ...] = ()
    icc_profile: bytes | None = None


class ReadOptions(NamedTuple):
    """What is wanted of a picture file.

    Attributes:
        page: Number of the picture in a file of several, from 1 on; None is the first of
            full size.
        max_side: Longest side that is wanted, in pixels; a JPEG shrinks while it is decoded.
        keep_damaged: Whether a damaged picture is read as far as it goes.
        max_pixels: Most pixels of it; the header tells those of the first page alone.
    """

    page: int | None = None
    max_side: int | None = None
    keep_damaged: bool = False
    max_pixels: int = MAX_PIXELS
