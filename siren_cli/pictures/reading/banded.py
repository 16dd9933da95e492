"""What the formats return whose pictures are decoded in bands of rows."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

from siren_cli.pictures.decoded import Decoded
from siren_cli.pictures.picture import Stored


class NotInBandsError(Exception):
    """A picture can be read as a whole alone.

    Its message says what would change that, as the beginning of a sentence: "saved without
    interlacing".
    """


class BandedPicture(NamedTuple):
    """A picture that is decoded in bands of rows.

    Attributes:
        height: Number of rows of the whole.
        first: The first band, and what the file says of the whole.
        bands: Starts a pass over the file, which is opened anew: yields stored values of
            shape (rows, width, channels), from the top down.
    """

    height: int
    first: Decoded
    bands: Callable[[BinaryIO], Iterator[Stored]]
