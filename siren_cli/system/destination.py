"""Destinations of results: paths that are checked, locked and written in one place.

A file is there as a whole or not at all: a temporary file in the same directory is
written, flushed to the disk and renamed over it. `-` is standard output.
"""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, cast

from siren_cli.errors import OutputError, UsageError
from siren_cli.system import locks, signals
from siren_cli.system.files import STDOUT, bytes_text, hidden, is_stream


@dataclass(frozen=True)
class Destination:
    """The place where a result goes.

    Attributes:
        path: The file, a pipe or a device, or `-`.
        force: Whether a file that exists is overwritten.
    """

    path: Path
    force: bool = False

    @property
    def is_stdout(self) -> bool:
        """Whether it is standard output."""
        return self.path == STDOUT

    @property
    def is_stream(self) -> bool:
        """Whether it is standard output, a pipe or a device, which hold no file."""
        return self.is_stdout or is_stream(self.path)

    def check_name(self) -> None:
        """Check that the file system can hold a file of that name.

        Raises:
            OutputError: The name is too long, or leads through a closed directory.
        """
        try:
            self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise OutputError(
                f"{self.path}: {error.strerror} (-o names another file)"
            ) from error

    def check(self, *sources: Path) -> None:
        """Check, before any work, that the result may be written.

        Args:
            sources: Files that the result is made from, and must not replace.

        Raises:
            UsageError: It is standard output, and that a terminal or a notebook; or it
                would replace one of its sources.
            OutputError: It exists and `force` is not set, it or its temporary file is
                a directory, its directory is missing or closed, or its name is too
                long.
        """
        if self.is_stdout:
            if not hasattr(sys.stdout, "buffer"):  # a notebook's, or none
                raise UsageError("-: standard output takes no bytes here; name a file")
            if sys.stdout.isatty():
                raise UsageError("-: standard output is a terminal; redirect it or name a file")
            return
        self.check_name()
        if any(_is_same_file(self.path, source) for source in sources):
            raise UsageError(
                f"{self.path}: would overwrite its own source (-o names another file)"
            )
        if self.path.is_dir():
            raise OutputError(f"{self.path}: is a directory")
        if self.path.is_file() and not self.force:
            raise OutputError(f"{self.path}: exists (-f overwrites it)")
        target = self._target()
        if not target.parent.is_dir():
            raise OutputError(f"{self.path}: there is no directory {target.parent}")
        if not os.access(target.parent, os.W_OK | os.X_OK):
            raise OutputError(f"{self.path}: the directory is read-only")
        temporary = hidden(target, ".tmp")
        if temporary.is_dir() and not temporary.is_symlink():
            raise OutputError(f"{self.path}: {temporary} is a directory, and in the way")

    def check_room(self, needed_bytes: int) -> None:
        """Check that the disk has room for about `needed_bytes`.

        Raises:
            OutputError: It has not.
        """
        if self.is_stream:
            return
        try:
            # The temporary file lies beside the target of a link.
            disk = shutil.disk_usage(self._target().parent)
        except OSError:
            return  # the folder is still to be made
        # File systems that count nothing say that they have nothing.
        if disk.total and needed_bytes > disk.free:
            raise OutputError(
                f"{self.path}: about {bytes_text(needed_bytes)} are needed, and "
                f"{bytes_text(disk.free)} are free on its disk (-o names another file)"
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs from writing the same file meanwhile.

        Standard output, pipes, and file systems without locks are not locked.

        Raises:
            BusyError: Another run is writing it.
            OutputError: The lock cannot be made.
        """
        if self.is_stream:
            yield
            return
        with signals.unwinding(), locks.locked(self.path):
            yield

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Give a file to write to; the path holds the whole of it at the end.

        Symbolic links are followed and stay links; pipes are written to.

        Raises:
            OutputError: It could not be written; the file that was there still is.
        """
        self.check()
        try:
            if self.is_stdout:
                yield cast(BinaryIO, _StandardOutput())
                sys.stdout.buffer.flush()
            elif self.is_stream:
                with self.path.open("wb") as file:
                    yield file
            else:
                with signals.unwinding(), _replacing(self._target()) as file:
                    yield file
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(f"{self.path}: not written: {error.strerror or error}") from error

    def save(self, content: bytes) -> None:
        """Write the whole of a file, as `opened` does.

        Raises:
            OutputError: It could not be written; the file that was there still is.
        """
        with self.opened() as file:
            file.write(content)

    def save_locked(self, content: bytes) -> None:
        """Write the whole of a file that no other run may write meanwhile.

        Raises:
            BusyError: Another run is writing it.
            OutputError: It could not be written; the file that was there still is.
        """
        self.check()  # its messages say more than that of a lock that cannot be made
        with self.locked():
            self.save(content)

    def _target(self) -> Path:
        return Path(os.path.realpath(self.path))


def _is_same_file(first: Path, second: Path) -> bool:
    try:
        return first.samefile(second)
    except OSError:  # one of them is missing
        return False


class _StandardOutput(RawIOBase):
    """Standard output, which never seeks, even where a shell has made it a file."""

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        return sys.stdout.buffer.write(content)


@contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    mode = _mode_for(target)
    temporary = hidden(target, ".tmp")
    try:
        with os.fdopen(_created(temporary), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:  # stopped or failed: no half-written file is left
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _flush_directory(target.parent)


def _created(path: Path) -> int:
    """Return the descriptor of a new file; a file or link of that name is removed.

    A killed run may have left the file. A link must not be written through, for it may
    lead to a file of another name.
    """
    with suppress(FileNotFoundError):
        os.unlink(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    return os.open(path, flags, 0o600)


def _mode_for(target: Path) -> int:
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def _flush_directory(directory: Path) -> None:
    # Only POSIX can open a directory; elsewhere the rename alone must do.
    with suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
