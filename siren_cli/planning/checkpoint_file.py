"""The file of an unfinished fit, beside its output: little work is lost at a stop.

`.photo.siren.part` is saved now and then while a fit runs, and loaded when the same fit is
wanted again. `checkpoint_content` says what is in it.
"""

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from siren_cli.errors import RepresentationError, SirenError
from siren_cli.pictures.picture import Picture
from siren_cli.planning import checkpoint_content
from siren_cli.planning.checkpoint import Checkpoint
from siren_cli.system import files
from siren_cli.system.destination import Destination

# Least time between two saves: about the most work that is lost at a stop.
SECONDS_BETWEEN_SAVES = 10.0
# Saving takes at most this share of the time, so saves that are slow become rarer.
MAX_TIME_SHARE = 0.05


class CheckpointFile:
    """The file of one unfinished fit.

    Args:
        output: Where the fit itself will be saved.
        fingerprint: Digest of everything that decides its result.
        warn: Called, once, with a sentence if the file cannot be written.

    Attributes:
        output: Where the fit itself will be saved.
        path: The file.
        checkpoint: The checkpoint that was loaded, or an empty one.
        is_ours: Whether the file, as it is now, belongs to this fit.
        next_save: The moment of the next save, by `time.monotonic`.
    """

    def __init__(
        self, output: Path, fingerprint: str, warn: Callable[[str], None] | None = None
    ) -> None:
        self.output = output
        self.path = files.hidden(Path(os.path.realpath(output)), ".part")
        self.checkpoint = Checkpoint()
        self.is_ours = False
        self.next_save = time.monotonic() + SECONDS_BETWEEN_SAVES
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

    def is_due(self) -> bool:
        """Return whether it is time to save."""
        return time.monotonic() >= self.next_save

    def save(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint; a full disk must not end the fit."""
        start = time.monotonic()
        try:
            content = checkpoint_content.encode(checkpoint, self._fingerprint)
            Destination(self.path, force=True).save(content)
            self.is_ours = True
        except SirenError as error:
            if self._warn:
                self._warn(f"{error}; if the fit is stopped, it has to start over")
            self._warn = None
        taken = time.monotonic() - start
        self.next_save = start + max(SECONDS_BETWEEN_SAVES, taken / MAX_TIME_SHARE)

    def remove(self) -> None:
        """Remove the file, and the temporary one that a killed run may have left."""
        self.is_ours = False
        for path in (self.path, files.hidden(self.path, ".tmp")):
            with suppress(OSError):
                path.unlink()


def remove_outdated(output: Path) -> None:
    """Remove a checkpoint that is older than its output.

    Its run was killed after it had saved the output.
    """
    file = CheckpointFile(output, "")
    with suppress(OSError):
        if file.path.stat().st_mtime_ns <= output.stat().st_mtime_ns:
            file.remove()


def fingerprint(picture: Picture, *settings: Any) -> str:
    """Return a digest of everything that decides the result of a fit.

    Args:
        picture: The picture.
        settings: Frozen dataclasses and plain values.
    """
    deciding = (picture.facts, sorted(picture.changes.items()), version("siren-cli"), settings)
    digest = hashlib.sha256(repr(deciding).encode())
    digest.update(picture.icc_profile or b"")
    digest.update(repr(picture.metadata).encode())
    digest.update(np.ascontiguousarray(picture.pixels).data)
    return digest.hexdigest()
