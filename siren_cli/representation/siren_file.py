"""A picture as weights, and the .siren file that holds them.

`version_2` says how a file of a mosaic is laid out, and `version_3` how one of a pyramid;
files of `version_1` are read, too. The same fit makes the same bytes: the file holds no time
and no path.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from siren_cli.config import MAX_EPOCHS
from siren_cli.errors import RepresentationError, ResourceError, UsageError, prefixed
from siren_cli.pictures.formats import SUFFIXES
from siren_cli.representation import version_2, version_3, version_3_header
from siren_cli.representation.beginning import MAGIC, version_of
from siren_cli.representation.header import Header, MosaicHeader
from siren_cli.representation.representation import (
    PyramidRepresentation,
    Representation,
    as_mosaic,
)
from siren_cli.representation.version_1 import Version1
from siren_cli.representation.version_2 import Version2
from siren_cli.representation.version_3 import Version3
from siren_cli.system import files

# The first bytes of a part of a fit, which `part_file` reads.
PART_MAGIC = b"\x89SIRPART"
# A PSNR with as many digits as any has, in dB.
LONGEST_PSNR = 100.0001
# A schedule whose numbers have as many digits as any have.
LONGEST_SCHEDULE = {
    "epochs": MAX_EPOCHS,
    "learning_rate": 1.2345678901234567e-06,
    "batch_points": 1 << 24,
}


class SirenFile:
    """An open .siren file: its header is checked, its weights are read when asked for.

    A row of cells or a tile is read and checked when it is first needed, while the file
    is open.

    Args:
        path: Its path, for messages.
        file: The file, at any place.

    Attributes:
        header: Everything in the file but its weights.

    Raises:
        RepresentationError: The header is damaged or foreign.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        size = file.seek(0, os.SEEK_END)
        self._content = _content(file, size)
        self.header: Header = self._content.header

    def read(self) -> Representation:
        """Return all that the file holds; it is to be evaluated while the file is open.

        Raises:
            RepresentationError: The weights of a file of version 1 are damaged.
            ResourceError: They do not fit into memory.
        """
        with self._explained():
            return self._content.read()

    def read_whole(self) -> Representation:
        """Return all that the file holds, in memory, every row of cells or tile checked.

        Raises:
            RepresentationError: The weights are damaged.
            ResourceError: They do not fit into memory.
        """
        found = self.read()
        with self._explained():
            return found.in_memory()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except MemoryError as error:
            raise ResourceError(f"{self._path}: larger than the memory that is left") from error


def _content(file: BinaryIO, size: int) -> Version1 | Version2 | Version3:
    """Return what reads the version of a file."""
    file.seek(0)
    magic = file.read(len(MAGIC))
    if magic == PART_MAGIC:
        raise RepresentationError("is a part of a fit; join all of them: siren join *.part")
    if magic != MAGIC:
        return Version1(file, size)
    file.seek(0)
    is_newest = version_of(file) == version_3_header.VERSION
    return Version3(file, size) if is_newest else Version2(file, size)


@contextmanager
def opened(path: Path) -> Iterator[SirenFile]:
    """Open a .siren file; everything is checked before it is believed.

    Errors of the file's function, as where it is drawn, name the file, too.

    Raises:
        RepresentationError: The file is missing, damaged, foreign, or needs a newer
            siren.
    """
    if path.suffix.lower() in SUFFIXES:
        raise RepresentationError(f"{path}: is a picture; fit it first: siren fit")
    try:
        file = files.open_regular(path)
    except OSError as error:
        raise RepresentationError(f"{path}: {error.strerror}") from error
    with file, prefixed(path, RepresentationError):
        yield SirenFile(path, file)


def load(path: Path) -> Representation:
    """Read a .siren file whole, and check every row of its cells, or every tile.

    Raises:
        RepresentationError: As for `opened`.
        ResourceError: It does not fit into memory.
    """
    with opened(path) as file:
        return file.read_whole()


def newest(folder: Path) -> Path:
    """Return the .siren file of a folder that was written last.

    Raises:
        UsageError: There is none.
    """
    paths = [path for path in folder.glob("*.siren") if path.is_file()]
    if not paths:
        raise UsageError("no FILE given, and there is no .siren file in this folder")
    return max(paths, key=lambda path: path.stat().st_mtime)


def encode(representation: Representation) -> bytes:
    """Return the bytes of the .siren file."""
    return b"".join(chunks(representation))


def chunks(representation: Representation) -> Iterator[bytes]:
    """Yield the bytes of the .siren file, in parts of a row of cells or a tile at most."""
    if isinstance(representation, PyramidRepresentation):
        return version_3.chunks(representation)
    return version_2.chunks(as_mosaic(representation))


def expected_bytes(header: Header) -> int:
    """Return the size of the file of a fit that follows its plan, or a few bytes more.

    For a pyramid it is a guess.
    """
    if isinstance(header, MosaicHeader):
        return version_2.file_bytes(_with_longest_psnr(header))
    return version_3.expected_bytes(header)


def largest_bytes(header: Header) -> int:
    """Return the most bytes of the file that a fit with this header makes.

    The PSNR is not known yet, and a limit of time, quality or memory changes the schedule.
    For a pyramid it is what its file hardly ever reaches.
    """
    if not isinstance(header, MosaicHeader):
        return version_3.largest_bytes(header)
    fit = {**header.settings.get("fit", {}), **LONGEST_SCHEDULE}
    settings = {**header.settings, "fit": fit}
    longest = replace(_with_longest_psnr(header), epochs=MAX_EPOCHS, settings=settings)
    return version_2.file_bytes(longest)


def _with_longest_psnr(header: MosaicHeader) -> MosaicHeader:
    mapping = header.facts.mapping
    shown = LONGEST_PSNR if mapping and mapping.is_light else None
    return replace(header, psnr=LONGEST_PSNR, tone_mapped_psnr=shown)
