"""Locks between processes: two runs never write the same file."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from siren_cli.errors import BusyError, OutputError
from siren_cli.system.files import hidden

if sys.platform != "win32":  # pragma: no branch - Windows has no fcntl
    import fcntl

# Windows has other locks, and never removes a file that is open.
HAS_LOCKS = sys.platform != "win32"
# Most bytes of the number of a process in a lock file.
MAX_NUMBER_BYTES = 20


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file, which need not exist yet.

    The lock is a hidden file beside it, with the number of the process that holds it. There
    is none on Windows.

    Raises:
        BusyError: Another process holds it.
        OutputError: The lock cannot be made.
    """
    if not HAS_LOCKS:
        yield
        return
    lock = hidden(Path(os.path.realpath(path)), ".lock")
    try:
        descriptor = _acquired(lock)
    except BlockingIOError as error:
        raise BusyError(
            f"{path}: is being written by {_owner(lock)} (its lock: {lock})"
        ) from error
    except OSError as error:
        raise OutputError(f"{path}: cannot be locked by {lock}: {error.strerror}") from error
    try:
        yield
    finally:
        with suppress(OSError):
            lock.unlink()
        os.close(descriptor)


def _owner(lock: Path) -> str:
    """Return who holds a lock, as far as the lock file says it."""
    # The number may not be written yet, or may be something else.
    with suppress(OSError, ValueError), lock.open("rb") as file:
        return f"process {int(file.read(MAX_NUMBER_BYTES))}"
    return "another process"


def _acquired(lock: Path) -> int:
    """Return the descriptor of a lock file that is ours.

    Raises:
        BlockingIOError: Another process holds it.
        OSError: It cannot be made.
    """
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
        except BlockingIOError:
            os.close(descriptor)
            raise
        except OSError:  # the disk is full
            with suppress(OSError):
                lock.unlink()
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    """Return whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _flock(descriptor: int) -> None:
    if sys.platform != "win32":  # pragma: no branch - Windows has no such locks
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            return  # the file system has no locks
