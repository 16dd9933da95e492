"""Picture files to streams of bands of rows, so that a picture may be larger than memory."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from siren_cli.errors import PictureError
from siren_cli.pictures.conversion import AS_IT_IS, Conversion, convert_band, drops_alpha
from siren_cli.pictures.formats import MAX_PIXELS, WHOLE_PIXELS
from siren_cli.pictures.picture import Pixels, Stored
from siren_cli.pictures.reading.banded import BandedPicture, NotInBandsError
from siren_cli.pictures.reading.banding import LargePicture
from siren_cli.pictures.reading.opening import FileState, file_state, reading
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.pictures.stream import PictureStream, PixelSource
from siren_cli.system import files


def read_stream(
    path: Path,
    conversion: Conversion = AS_IT_IS,
    max_pixels: int = MAX_PIXELS,
    whole_pixels: int = WHOLE_PIXELS,
) -> PixelSource:
    """Read a picture as `read_picture` does, in bands of rows where it is a large one.

    PNG and JPEG are looked at as a whole first, and a damaged one is refused. A broken strip
    or tile of a TIFF is found in its band; that one is missing, at once. An alpha is looked at
    until something shows through.

    Args:
        path: The file. A pipe, and standard input, can be read only once, so they are read
            whole.
        conversion: The changes that are made to it.
        max_pixels: Most pixels of a picture that cannot be read in bands.
        whole_pixels: Most pixels of a picture that is read whole though it could be read in
            bands.

    Raises:
        PictureError: The file is missing, damaged, no picture, or cannot be read in bands and
            is too large. A pass over the bands raises it, too, where the file was changed.
        ResourceError: It does not fit into memory, or an extra must be installed.
    """
    stream = None
    if not files.is_stream(path):
        whole_pixels = min(whole_pixels, max_pixels)
        with reading(path), files.open_regular(path) as file:
            state, picture = file_state(file), LargePicture.of(file, conversion)
            if picture.pixels > whole_pixels:
                stream = _stream(path, state, picture, max_pixels)
    return stream or read_picture(path, conversion, max_pixels)


def _stream(
    path: Path, state: FileState, picture: LargePicture, max_pixels: int
) -> PictureStream | None:
    """Return a picture in bands, or None if it must be read whole, and can be."""
    try:
        banded = picture.survey()
    except NotInBandsError as error:
        picture.check_whole(max_pixels, error)
        return None
    conversion = picture.conversion
    is_dropped = drops_alpha(banded.bands(picture.file), conversion)
    _check_unchanged(picture.file, state)
    first = convert_band(banded.first, conversion, drops_alpha=is_dropped)
    bands = _Bands(path, state, banded, conversion, is_dropped)
    return PictureStream(
        replace(first.facts, height=banded.height),
        bands.passed,
        first.icc_profile,
        first.notes,
        first.changes,
        first.metadata,
    )


@dataclass(frozen=True)
class _Bands:
    """The bands of a picture file.

    Attributes:
        path: The file.
        state: Its state when it was looked at first.
        banded: The picture in it.
        conversion: The changes that are made to it.
        drops_alpha: Whether the picture loses its alpha, if it has one.
    """

    path: Path
    state: FileState
    banded: BandedPicture
    conversion: Conversion
    drops_alpha: bool

    def passed(self) -> Iterator[Pixels]:
        """Yield the pixels of a new pass."""
        with reading(self.path):
            file = files.open_regular(self.path)
        with file:
            stored_bands = self.banded.bands(file)
            while True:
                # The caller's own errors are not those of the file.
                with reading(self.path):
                    stored = self._next(file, stored_bands)
                    if stored is None:
                        return
                    pixels = self._pixels(stored)
                yield pixels

    def _next(self, file: BinaryIO, stored_bands: Iterator[Stored]) -> Stored | None:
        _check_unchanged(file, self.state)
        try:
            return next(stored_bands, None)
        finally:
            # What a decoder says of a file that was changed would mislead.
            _check_unchanged(file, self.state)

    def _pixels(self, stored: Stored) -> Pixels:
        band = self.banded.first._replace(stored=stored)
        return convert_band(band, self.conversion, drops_alpha=self.drops_alpha).pixels


def _check_unchanged(file: BinaryIO, before: FileState) -> None:
    if file_state(file) != before:
        raise PictureError("has changed while it was read")
