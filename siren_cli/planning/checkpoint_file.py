"""The files of an unfinished fit of a mosaic.

`.photo.siren.part` holds its state (`state_file`); `checkpoint_content` says what is in it.
`.photo.siren.cells` holds the finished networks of a fit of several groups, each written
once, in its place.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from io import FileIO
from pathlib import Path

from siren_cli.errors import OutputError
from siren_cli.planning import checkpoint_content
from siren_cli.planning.checkpoint import Checkpoint
from siren_cli.planning.state_file import StateFile


class CheckpointFile(StateFile[Checkpoint]):
    """The files of one unfinished fit of a mosaic.

    Args:
        output: Where the fit itself will be saved.
        fingerprint: Digest of everything that decides its result.
        warn: Called, once, with a sentence if a file cannot be written.

    Attributes:
        checkpoint: The checkpoint that was loaded, or an empty one.
    """

    def __init__(
        self, output: Path, fingerprint: str, warn: Callable[[str], None] | None = None
    ) -> None:
        super().__init__(output, fingerprint, checkpoint_content, warn)
        self._cells: _CellsFile | None = None
        self.checkpoint = Checkpoint()

    def load(self, max_bytes: int) -> None:
        """Load the checkpoint, if there is a file; see `StateFile.load`."""
        super().load(max_bytes)
        self.checkpoint = self.resumed or Checkpoint()

    @property
    def has_begun(self) -> bool:
        """Whether there was a checkpoint to go on from."""
        return not self.checkpoint.is_empty

    def is_due(self, *, group_finished: bool = False) -> bool:
        """Return whether it is time to save.

        Args:
            group_finished: Whether a group of several has just been finished, which is
                saved unless saving is slow.
        """
        return time.monotonic() >= (self._cheap_save if group_finished else self.next_save)

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

    def _flush(self) -> None:
        """Bring the finished networks to the disk."""
        try:
            if self._cells:
                os.fsync(self._cells.fileno())
        except OSError as error:
            raise OutputError(f"{self.cells_path}: {error.strerror}") from error

    def remove(self) -> None:
        """Remove the files, and the temporary one that a killed run may have left."""
        if self._cells:
            self._cells.close()
        self._cells = None
        super().remove()


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
    """Remove the files of an unfinished fit that are older than its output.

    Its run was killed after it had saved the output.
    """
    file = CheckpointFile(output, "")
    with suppress(OSError):
        if file.path.stat().st_mtime_ns <= output.stat().st_mtime_ns:
            file.remove()
