"""Pictures that need not be in memory as a whole: they are read in bands of rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from siren_cli.pictures.bands import BAND_PIXELS, BAND_ROWS
from siren_cli.pictures.picture import NO_METADATA, Metadata, Picture, PictureFacts, Pixels


@dataclass(frozen=True)
class PictureStream:
    """A picture that is read in bands of rows, from the top down, as often as it is wanted.

    Attributes:
        facts: Size, channels and bit depth.
        bands: Begins to read it once more: yields arrays of shape (rows, width, channels),
            as in `Picture.pixels`.
        icc_profile: The color profile, or None.
        notes: Facts that a person should know of how it was read, a sentence each.
        changes: The changes that were made to it, by `Conversion.table`.
        metadata: What else the file holds.
    """

    facts: PictureFacts
    bands: Callable[[], Iterator[Pixels]]
    icc_profile: bytes | None = None
    notes: tuple[str, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    metadata: Metadata = NO_METADATA

    @property
    def held_pixels(self) -> int:
        """About the most pixels that are in memory at a time while it is read."""
        return min(self.facts.pixels, BAND_PIXELS + BAND_ROWS * self.facts.width)


# What a fit reads: a picture in memory, which is a single band, or a stream of bands.
PixelSource = Picture | PictureStream
