"""Locks: two runs never write the same output."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from siren_cli.errors import BusyError, OutputError
from siren_cli.system import signals
from siren_cli.system.files import STDOUT, hidden

if sys.platform != "win32":  # pragma: no branch - Windows has no fcntl
    import fcntl


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other runs of ours from writing `path` meanwhile.

    Standard output, pipes, and file systems without locks are not locked.

    Raises:
        BusyError: Another run is writing it.
        OutputError: The lock cannot be made.
    """
    if path == STDOUT or (path.exists() and not path.is_file()):
        yield
        return
    with signals.unwinding(), _locked(path):
        yield


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = hidden(Path(os.path.realpath(path)), ".lock")
    try:
        descriptor = _lock(lock)
    except BlockingIOError as error:
        # It may be empty yet, and anybody may have made it.
        known = error.filename.isdecimal()
        owner = f"process {error.filename}" if known else "another process"
        raise BusyError(f"{path}: is being written by {owner} (its lock: {lock})") from error
    except OSError as error:
        raise OutputError(f"{path}: cannot be locked by {lock}: {error.strerror}") from error
    try:
        yield
    finally:
        with suppress(OSError):
            lock.unlink()
        os.close(descriptor)


def _lock(lock: Path) -> int:
    """Return the descriptor of a lock file that is ours; BlockingIOError names its owner."""
    while True:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(lock, flags, 0o666)
        try:
            _flock(descriptor)
            # Its last owner may have removed it since it was opened.
            if _is_at(descriptor, lock):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, str(os.getpid()).encode())
                return descriptor
        except BlockingIOError as error:
            error.filename = os.read(descriptor, 20).decode("ascii", "replace")
            os.close(descriptor)
            raise
        except OSError:  # a full disk
            with suppress(OSError):
                lock.unlink()
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _flock(descriptor: int) -> None:
    if sys.platform != "win32":  # pragma: no branch - nor locks of this kind
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            return  # a file system that knows no locks
