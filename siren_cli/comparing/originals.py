"""The picture that others are compared with, read as it was for each of them."""

from dataclasses import replace
from pathlib import Path

from siren_cli.errors import RepresentationError, UsageError
from siren_cli.pictures.conversion import AS_IT_IS, Conversion
from siren_cli.pictures.picture import Picture
from siren_cli.pictures.reader import read_picture
from siren_cli.representation.header import Header
from siren_cli.representation.strict_json import Table

# What a picture was changed by before the fit, and of which type that is.
CHANGES = {"alpha": str, "icc": str, "gray": bool, "max_side": int}


class Original:
    """The picture that others are compared with, read as it was for each of them.

    Args:
        path: The picture.
        max_pixels: Largest that is read.
    """

    def __init__(self, path: Path, max_pixels: int) -> None:
        self.path, self.max_pixels = path, max_pixels
        self._read: dict[Conversion, Picture] = {}

    def read(self, conversion: Conversion = AS_IT_IS) -> Picture:
        """Return it with some things changed, the last one without reading it again."""
        if conversion not in self._read:
            self._read.clear()  # a large one would fill the memory
            self._read[conversion] = read_picture(self.path, conversion, self.max_pixels)
        return self._read[conversion]

    def as_fitted(self, file: Path, header: Header) -> Picture:
        """Return it as it was read for a fit: gray, laid over a color; but not shrunken.

        Raises:
            RepresentationError: What the file says of that makes no sense.
        """
        return self.read(replace(_conversion(file, header), max_side=None))


def _conversion(file: Path, header: Header) -> Conversion:
    # Settings are free-form to the file's checks.
    try:
        table = Table(header.settings.get("picture", {}), "it")
        for key, value in table.values.items():
            if type(value) is not CHANGES.get(key):
                raise UsageError(f"{key[:40]!a} is unknown, or of another type")
        return Conversion(**table.values)
    except (RepresentationError, UsageError) as error:
        raise RepresentationError(f"{file}: header.settings.picture: {error}") from error
