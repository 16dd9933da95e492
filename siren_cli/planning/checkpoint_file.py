"""The files of an unfinished fit, beside its output: little work is lost at a stop.

`.photo.siren.part` is saved now and then while a fit runs, and loaded when the same fit is
wanted again. `checkpoint_content` says what is in it. `.photo.siren.cells` holds the
finished networks of a fit of several groups, each written once, in its place.
"""

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from io import FileIO
from pathlib import Path
from typing import Any

from siren_cli.errors import OutputError, RepresentationError, SirenError
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning import checkpoint_content
from siren_cli.planning.checkpoint import Checkpoint
from siren_cli.system import files
from siren_cli.system.destination import Destination

# Least time between two saves: about the most work that is lost at a stop.
SECONDS_BETWEEN_SAVES = 10.0
# Saving takes at most this share of the time, so saves that are slow become rarer.
MAX_TIME_SHARE = 0.05


class CheckpointFile:
    """The files of one unfinished fit.

    Args:
        output: Where the fit itself will be saved.
        fingerprint: Digest of everything that decides its result.
        warn: Called, once, with a sentence if the file cannot be written.

    Attributes:
        output: Where the fit itself will be saved.
        path: The file of the state.
        cells_path: The file of the finished networks.
        checkpoint: The checkpoint that was loaded, or an empty one.
        is_ours: Whether the file, as it is now, belongs to this fit.
        is_resumed: Whether the fit goes on with anything that was in it.
        next_save: The moment of the next save, by `time.monotonic`.
    """

    def __init__(
        self, output: Path, fingerprint: str, warn: Callable[[str], None] | None = None
    ) -> None:
        self.output = output
        self.path, self.cells_path = (
            files.hidden(Path(os.path.realpath(output)), suffix)
            for suffix in (".part", ".cells")
        )
        self._cells: _CellsFile | None = None
        self.checkpoint = Checkpoint()
        self.is_ours = self.is_resumed = False
        self.next_save = time.monotonic() + SECONDS_BETWEEN_SAVES
        self._next_group_save = 0.0
        self._fingerprint, self._warn = fingerprint, warn

    def load(self, max_bytes: int) -> None:
        """Load the checkpoint, if there is a file.

        Args:
            max_bytes: The most that a checkpoint of this fit can take.

        Raises:
            RepresentationError: The file belongs to another fit, or is damaged.
        """
        try:
            with files.open_regular(self.path) as file:
                content = file.read(max_bytes + 1)
        except FileNotFoundError:
            return
        except OSError as error:
            raise RepresentationError(str(error.strerror)) from error
        if len(content) > max_bytes:
            raise RepresentationError("is too large for this fit")
        try:
            self.checkpoint = checkpoint_content.decode(content, self._fingerprint)
        except (LookupError, TypeError, ValueError) as error:
            # Its digest is right, and yet this program has not written it.
            raise RepresentationError("damaged") from error
        self.is_ours = True

    def is_due(self, *, group_finished: bool = False) -> bool:
        """Return whether it is time to save.

        Args:
            group_finished: Whether a group of several has just been finished, which is
                saved unless saving is slow.
        """
        next_save = self._next_group_save if group_finished else self.next_save
        return time.monotonic() >= next_save

    def opened_cells(self, size: int) -> FileIO | None:
        """Return the file of the finished networks, to read and write; None if it has no place.

        What it held before is left. It is closed when nothing refers to it any more.

        Args:
            size: Bytes of the networks of all cells.
        """
        try:
            self._cells = _opened(self.cells_path, size)
        except OSError as error:
            self._say(f"{self.cells_path}: {error.strerror or error}")
        return self._cells

    def _say(self, reason: str) -> None:
        if self._warn:
            self._warn(f"{reason}; if the fit is stopped, it has to start over")
        self._warn = None

    def save(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint; a full disk must not end the fit."""
        start = time.monotonic()
        try:
            if self._cells:
                os.fsync(self._cells.fileno())
            if self.path.is_symlink():
                self.path.unlink()  # it may lead to a file of somebody else's
            if files.is_stream(self.path):
                raise OutputError(f"{self.path}: is not a regular file")
            content = checkpoint_content.encode(checkpoint, self._fingerprint)
            Destination(self.path, force=True).save(content)
            self.is_ours = True
        except SirenError as error:
            self._say(str(error))
        except OSError as error:
            self._say(f"{self.cells_path}: {error.strerror}")
        taken = time.monotonic() - start
        self._next_group_save = start + taken / MAX_TIME_SHARE
        self.next_save = max(start + SECONDS_BETWEEN_SAVES, self._next_group_save)

    def remove(self) -> None:
        """Remove the files, and the temporary one that a killed run may have left."""
        if self._cells:
            self._cells.close()
        self.is_ours, self._cells = False, None
        # The other files tell an interrupted run that there is something to be removed.
        for path in (self.cells_path, files.hidden(self.path, ".tmp"), self.path):
            with suppress(OSError):
                path.unlink()


class _CellsFile(FileIO):
    """A file that is closed when nothing refers to it any more.

    A finished fit is read from it, wherever that goes.
    """

    def __del__(self) -> None:
        self.close()


def _opened(path: Path, size: int) -> _CellsFile:
    """Return a file of some size to read and write.

    Where nothing was written yet it takes no room on most disks.

    Raises:
        OSError: It cannot be made.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    file = _CellsFile(os.open(path, flags, 0o600), "r+b")
    file.truncate(size)
    return file


def remove_outdated(output: Path) -> None:
    """Remove a checkpoint that is older than its output.

    Its run was killed after it had saved the output.
    """
    file = CheckpointFile(output, "")
    with suppress(OSError):
        if file.path.stat().st_mtime_ns <= output.stat().st_mtime_ns:
            file.remove()


def fingerprint(source: PixelSource, pixel_digest: str, *settings: Any) -> str:
    """Return a digest of everything that decides the result of a fit.

    Args:
        source: The picture.
        pixel_digest: The digest of its pixels.
        settings: Frozen dataclasses and plain values.
    """
    facts, changes = source.facts, sorted(source.changes.items())
    deciding = (facts, changes, pixel_digest, version("siren-cli"), settings)
    digest = hashlib.sha256(repr(deciding).encode())
    digest.update(source.icc_profile or b"")
    digest.update(repr(source.metadata).encode())
    return digest.hexdigest()
