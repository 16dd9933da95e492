"""What decoders return: stored values, and what a file says of them."""

from typing import NamedTuple

from siren_cli.pictures.picture import NO_METADATA, Metadata, Stored
from siren_cli.pictures.value_mapping import ValueMapping


class Decoded(NamedTuple):
    """A picture as a decoder returns it.

    Attributes:
        stored: Array of shape (height, width, channels), upright, colors not
            premultiplied, of uint8, of uint16, or of float32 in [0, 1].
        icc_profile: The color profile, or None.
        notes: Facts that a person should know, a sentence each.
        mapping: What the stored values mean of another range, or None.
        metadata: What else the file holds, its resolution that of the upright picture.
    """

    stored: Stored
    icc_profile: bytes | None = None
    notes: tuple[str, ...] = ()
    mapping: ValueMapping | None = None
    metadata: Metadata = NO_METADATA
