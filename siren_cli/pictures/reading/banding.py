"""The formats that are read in bands of rows, and what keeps one of their files from it."""

from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from siren_cli.pictures.conversion import Conversion
from siren_cli.pictures.picture import MAX_SIDE
from siren_cli.pictures.reading import jpeg_bands, png_bands, tiff, tiff_bands
from siren_cli.pictures.reading.banded import BandedPicture, NotInBandsError
from siren_cli.pictures.reading.opening import header_and_size
from siren_cli.pictures.reading.picture_header import PictureHeader
from siren_cli.pictures.reading.size_limits import check_size


class BandReader(NamedTuple):
    """Reads pictures of a format in bands; both take a page's number, or None.

    Attributes:
        check: Raises `NotInBandsError` where the header, or what else a moment shows, says
            that the file cannot be read so.
        survey: Looks at what must be known of the whole, after `check`.
    """

    check: Callable[[BinaryIO, PictureHeader, int | None], None]
    survey: Callable[[BinaryIO, PictureHeader, int | None], BandedPicture]


READERS = {
    "JPEG": BandReader(jpeg_bands.check, jpeg_bands.survey),
    "PNG": BandReader(png_bands.check, png_bands.survey),
    "TIFF": BandReader(tiff_bands.check, tiff_bands.survey),
}


class LargePicture(NamedTuple):
    """A file whose picture may be too large to be read whole.

    Attributes:
        file: The file.
        header: Its header.
        size: Width and height of the page that is wanted.
        conversion: The changes that are made to the picture.
    """

    file: BinaryIO
    header: PictureHeader
    size: tuple[int, int]
    conversion: Conversion

    @classmethod
    def of(cls, file: BinaryIO, conversion: Conversion) -> "LargePicture":
        """Look at the header of a file.

        Raises:
            PictureError: The picture cannot be read, as far as the header shows it.
            ResourceError: An extra must be installed.
        """
        header, size = header_and_size(file)
        if header.format == "TIFF" and conversion.page:
            header = tiff.page_header(file, conversion.page)
            size = header.size or size
        check_size(*size, MAX_SIDE**2)
        return cls(file, header, size, conversion)

    @property
    def pixels(self) -> int:
        """Number of pixels."""
        return self.size[0] * self.size[1]

    def check(self) -> BandReader:
        """Check that it can be read in bands, as far as a moment shows it.

        Raises:
            PictureError: It is damaged.
            NotInBandsError: It cannot.
        """
        max_side = self.conversion.max_side
        if max_side and max(self.size) > max_side:
            raise NotInBandsError("without --max-side")
        if self.conversion.damaged == "keep":
            raise NotInBandsError("without --damaged keep")
        reader = READERS.get(self.header.format)
        if reader is None:
            raise NotInBandsError("saved as TIFF or PNG")
        reader.check(self.file, self.header, self.conversion.page)
        return reader

    def survey(self) -> BandedPicture:
        """Look at what must be known of the whole before its bands can be read.

        Raises:
            PictureError: It is damaged.
            NotInBandsError: It cannot be read in bands.
        """
        return self.check().survey(self.file, self.header, self.conversion.page)

    def check_whole(self, max_pixels: int, error: NotInBandsError) -> None:
        """Check that a picture that cannot be read in bands can be read whole.

        Raises:
            PictureError: It has too many pixels.
        """
        check_size(*self.size, max_pixels, f"{error} it would be read in bands of rows")
