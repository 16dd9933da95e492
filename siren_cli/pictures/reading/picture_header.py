"""The facts that the header of a picture file states, whatever its format."""

from typing import NamedTuple


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
