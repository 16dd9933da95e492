"""The file of an unfinished fit, beside its output: little work is lost at a stop.

`.photo.siren.part` is saved now and then while a fit runs, and loaded when the same fit is
wanted again. What is in it depends on the kind of fit: `checkpoint_content` says it of a
mosaic, and `pyramid.state_content` of a pyramid.
"""

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from siren_cli.errors import OutputError, RepresentationError, SirenError
from siren_cli.pictures.stream import PixelSource
from siren_cli.system import files
from siren_cli.system.destination import Destination

# Least time between two saves: about the most work that is lost at a stop.
SECONDS_BETWEEN_SAVES = 10.0
# Saving takes at most this share of the time, so saves that are slow become rarer.
MAX_TIME_SHARE = 0.05

State = TypeVar("State")


class Content(Protocol[State]):
    """How states of a kind become bytes, and back."""

    def encode(self, state: State, fingerprint: str, /) -> bytes:
        """Return the bytes of the file of a fit with a fingerprint."""

    def decode(self, content: bytes, fingerprint: str, /) -> State:
        """Return the state in a file, checked.

        Raises:
            RepresentationError: The file belongs to another fit, or is damaged.
            LookupError: Its digest is right, and yet a value is missing.
            TypeError: The same, and a value is of another type.
            ValueError: The same, and a value is out of range.
        """


class StateFile(Generic[State]):
    """The file of one unfinished fit.

    Args:
        output: Where the fit itself will be saved.
        fingerprint: Digest of everything that decides its result.
        content: How states become bytes.
        warn: Called, once, with a sentence if the file cannot be written.

    Attributes:
        output: Where the fit itself will be saved.
        path: The file of the state.
        cells_path: The file of the finished networks, which mosaics have besides.
        resumed: The state that was loaded, or None.
        is_ours: Whether the file, as it is now, belongs to this fit.
        is_resumed: Whether the fit goes on with anything that was in it.
        next_save: The moment of the next save, by `time.monotonic`.
    """

    def __init__(
        self,
        output: Path,
        fingerprint: str,
        content: Content[State],
        warn: Callable[[str], None] | None = None,
    ) -> None:
        self.output = output
        self.path, self.cells_path = (
            files.hidden(Path(os.path.realpath(output)), suffix)
            for suffix in (".part", ".cells")
        )
        self.resumed: State | None = None
        self.is_ours = self.is_resumed = False
        self.next_save = time.monotonic() + SECONDS_BETWEEN_SAVES
        self._cheap_save = 0.0
        self._fingerprint, self._content, self._warn = fingerprint, content, warn

    def load(self, max_bytes: int) -> None:
        """Load the state, if there is a file.

        Args:
            max_bytes: The most that a state of this fit can take.

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
            self.resumed = self._content.decode(content, self._fingerprint)
        except (LookupError, TypeError, ValueError) as error:
            # Its digest is right, and yet this program has not written it.
            raise RepresentationError("damaged") from error
        self.is_ours = True

    @property
    def has_begun(self) -> bool:
        """Whether there was a state to go on from."""
        return self.resumed is not None

    def is_due(self) -> bool:
        """Return whether it is time to save."""
        return time.monotonic() >= self.next_save

    def save(self, state: State) -> None:
        """Write a state; a full disk must not end the fit."""
        start = time.monotonic()
        try:
            self._flush()
            if self.path.is_symlink():
                self.path.unlink()  # it may lead to a file of somebody else's
            if files.is_stream(self.path):
                raise OutputError(f"{self.path}: is not a regular file")
            content = self._content.encode(state, self._fingerprint)
            Destination(self.path, force=True).save(content)
            self.is_ours = True
        except SirenError as error:
            self._say(str(error))
        except OSError as error:
            self._say(f"{self.path}: {error.strerror}")
        taken = time.monotonic() - start
        self._cheap_save = start + taken / MAX_TIME_SHARE
        self.next_save = max(start + SECONDS_BETWEEN_SAVES, self._cheap_save)

    def _flush(self) -> None:
        """Bring to the disk what a state refers to; there is nothing here."""

    def _say(self, reason: str) -> None:
        if self._warn:
            self._warn(f"{reason}; if the fit is stopped, it has to start over")
        self._warn = None

    def remove(self) -> None:
        """Remove the files, and the temporary one that a killed run may have left."""
        self.is_ours = False
        # The other files tell an interrupted run that there is something to be removed.
        for path in (self.cells_path, files.hidden(self.path, ".tmp"), self.path):
            with suppress(OSError):
                path.unlink()


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
