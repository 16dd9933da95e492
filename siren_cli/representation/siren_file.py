"""A picture as weights, and the .siren file that holds them.

`version_2` says how a file is laid out; files of `version_1` are read, too. The same fit
makes the same bytes: the file holds no time and no path.
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
from siren_cli.representation import version_2
from siren_cli.representation.header import MosaicHeader
from siren_cli.representation.representation import MosaicRepresentation, Representation
from siren_cli.representation.version_1 import Version1
from siren_cli.representation.version_2 import Version2
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

    A row of cells is read and checked when it is first needed, while the file is open.

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
        file.seek(0)
        magic = file.read(len(version_2.MAGIC))
        if magic == PART_MAGIC:
            raise RepresentationError("is a part of a fit; join all of them: siren join *.part")
        is_of_version_2 = magic == version_2.MAGIC
        self._content = Version2(file, size) if is_of_version_2 else Version1(file, size)
        self.header = self._content.header

    def read(self) -> Representation:
        """Return all that the file holds; it is to be evaluated while the file is open.

        Raises:
            RepresentationError: The weights of a file of version 1 are damaged.
            ResourceError: They do not fit into memory.
        """
        with self._explained():
            return self._content.read()

    def read_whole(self) -> Representation:
        """Return all that the file holds, in memory, every row of cells checked.

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
    """Read a .siren file whole, and check every row of its cells.

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
    """Yield the bytes of the .siren file, in parts of a row of cells at most."""
    if not isinstance(representation, MosaicRepresentation):
        raise TypeError("no version of the format holds this kind of representation")
    return version_2.chunks(representation)


def expected_bytes(header: MosaicHeader) -> int:
    """Return the size of the file of a fit that follows its plan, or a few bytes more."""
    return version_2.file_bytes(_with_longest_psnr(header))


def largest_bytes(header: MosaicHeader) -> int:
    """Return the most bytes of the file that a fit with this header makes.

    The PSNR is not known yet, and a limit of time, quality or memory changes the schedule.
    """
    fit = {**header.settings.get("fit", {}), **LONGEST_SCHEDULE}
    settings = {**header.settings, "fit": fit}
    longest = replace(_with_longest_psnr(header), epochs=MAX_EPOCHS, settings=settings)
    return version_2.file_bytes(longest)


def _with_longest_psnr(header: MosaicHeader) -> MosaicHeader:
    mapping = header.facts.mapping
    shown = LONGEST_PSNR if mapping and mapping.is_light else None
    return replace(header, psnr=LONGEST_PSNR, tone_mapped_psnr=shown)
