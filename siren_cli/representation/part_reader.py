"""Reading the part of a fit; everything is checked before it is believed."""

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import numpy as np

from siren_cli.errors import RepresentationError, prefixed, shown
from siren_cli.pictures.picture import MAX_ICC_BYTES, MAX_METADATA_BYTES, MAX_SIDE, Pixels
from siren_cli.representation import beginning
from siren_cli.representation.digests import DIGEST_BYTES, RunningDigest
from siren_cli.representation.part_file import FLOAT_BYTES, PREFIX_BYTES, PartFacts
from siren_cli.representation.siren_file import PART_MAGIC
from siren_cli.representation.strict_json import Table, loads
from siren_cli.system import files

# Largest JSON text of facts that is read, in bytes.
MAX_FACTS_BYTES = 4 << 10
# Most bytes of the beginning of a .siren file besides the classes of its cells.
MAX_BEGINNING_BYTES = (
    beginning.PREFIX_BYTES + beginning.MAX_HEADER_BYTES + MAX_ICC_BYTES + 2 * MAX_METADATA_BYTES
)
# Largest sum of squared errors: four channels of 16 bits at every pixel of the largest picture.
MAX_ERROR_SUM = 4 * MAX_SIDE**2 * ((1 << 16) - 1) ** 2
# Bytes that are read at a time while a digest is checked.
PIECE_BYTES = 1 << 20
# Hexadecimal digits of a fingerprint.
FINGERPRINT_DIGITS = 64


class PartFile:
    """An open part, all but its networks checked.

    Args:
        path: Its path, for messages.
        file: The file.

    Attributes:
        path: Its path.
        facts: What it says of itself.
        file_bytes: Its size.
        seam_bytes: The size of its pixels.
        record_bytes: The size of its networks.

    Raises:
        RepresentationError: It is damaged or foreign, or of another version of siren.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path, self._file = path, file
        self.file_bytes = file.seek(0, os.SEEK_END)
        file.seek(0)
        prefix = file.read(PREFIX_BYTES)
        if prefix[: len(PART_MAGIC)] != PART_MAGIC:
            raise RepresentationError(
                "is no part of a fit (siren fit --shard-cells makes them)"
            )
        (length,) = struct.unpack("<I", prefix[len(PART_MAGIC) :].ljust(4, b"\0"))
        if length > MAX_FACTS_BYTES:
            raise RepresentationError(f"damaged: its facts are over {MAX_FACTS_BYTES} bytes")
        table = _table(file.read(length))
        self.facts = _parsed(table)
        self._beginning_start = PREFIX_BYTES + length
        self._beginning_bytes = table.integer("beginning_bytes", 1, self.file_bytes)
        self.seam_bytes = table.integer("seam_bytes", 0, self.file_bytes)
        self._seam_start = self._beginning_start + self._beginning_bytes
        seal_start = self._seam_start + self.seam_bytes
        self._records_start = seal_start + DIGEST_BYTES
        self.record_bytes = self.file_bytes - DIGEST_BYTES - self._records_start
        if self.record_bytes < 0:
            raise RepresentationError("truncated")
        self._check(0, seal_start, "its facts and pixels")

    def check_networks(self) -> None:
        """Check the digest of the networks.

        Raises:
            RepresentationError: They are damaged.
        """
        self._check(self._records_start, self.record_bytes, "the weights")

    def beginning(self, most_cells: int) -> bytes:
        """Return the beginning of the .siren file.

        Args:
            most_cells: The most cells that the fit can have.

        Raises:
            RepresentationError: It is too large for so many cells.
        """
        if self._beginning_bytes > MAX_BEGINNING_BYTES + most_cells:
            raise RepresentationError("damaged: its header is too large")
        return self._bytes(self._beginning_start, self._beginning_bytes)

    def records(self, start: int, count: int) -> bytes:
        """Return bytes of the networks, counted from its first cell; what is missing is not."""
        return self._bytes(self._records_start + start, min(count, self.record_bytes - start))

    def seam_pixels(self, start: int, shape: tuple[int, int, int]) -> Pixels:
        """Return rows of pixels that need the next part, too.

        Args:
            start: Where they begin, in rows counted from the first.
            shape: Their number, the width and the channels.

        Raises:
            RepresentationError: They are no pixels.
        """
        rows, width, channels = shape
        row_bytes = FLOAT_BYTES * width * channels
        content = self._bytes(self._seam_start + start * row_bytes, rows * row_bytes)
        pixels = np.frombuffer(content, "<f4").astype(np.float32).reshape(shape)
        if not np.isfinite(pixels).all():
            raise RepresentationError("damaged: it holds pixels that are not finite")
        return pixels

    def _bytes(self, start: int, count: int) -> bytes:
        self._file.seek(start)
        return self._file.read(count)

    def _check(self, start: int, count: int, what: str) -> None:
        """Check the digest that follows some bytes of the file."""
        seal = RunningDigest()
        self._file.seek(start)
        for done in range(0, count, PIECE_BYTES):
            seal.add(self._file.read(min(PIECE_BYTES, count - done)))
        if self._file.read(DIGEST_BYTES) != seal.value():
            raise RepresentationError(f"damaged: {what} do not match their SHA-256")


def _table(text: bytes) -> Table:
    """Return the facts of a part as they are written, if this version has written them."""
    try:
        table = Table(loads(text, "facts"), "facts")
    except RepresentationError as error:
        raise RepresentationError("damaged: its facts are not strict JSON") from error
    tool = table.take("tool", str, "a string")
    if tool != version("siren-cli"):
        raise RepresentationError(
            f"was made by siren {shown(tool)}, and parts are joined by that version alone"
        )
    return table


def _parsed(table: Table) -> PartFacts:
    fingerprint = table.take("fingerprint", str, "a string")
    if len(fingerprint) != FINGERPRINT_DIGITS:
        raise RepresentationError(f"facts.fingerprint has not {FINGERPRINT_DIGITS} digits")
    count = table.integer("parts", 1, MAX_SIDE)
    first = table.integer("first_row", 0, MAX_SIDE - 1)
    last = table.integer("last_row", first, MAX_SIDE - 1)
    own, of_shown = (
        table.integer(key, 0, MAX_ERROR_SUM) for key in ("squared_error", "shown_squared_error")
    )
    return PartFacts(
        fingerprint=fingerprint,
        number=table.integer("part", 1, count),
        count=count,
        rows=range(first, last + 1),
        error_sums=(own, of_shown),
    )


@contextmanager
def opened(path: Path) -> Iterator[PartFile]:
    """Open a part; everything but its networks is checked before it is believed.

    Raises:
        RepresentationError: It is missing, damaged or foreign, or of another version of siren.
    """
    try:
        file = files.open_regular(path)
    except OSError as error:
        raise RepresentationError(f"{path}: {error.strerror}") from error
    with file:
        with prefixed(path, RepresentationError):
            part = PartFile(path, file)
        yield part
