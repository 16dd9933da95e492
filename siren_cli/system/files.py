"""The one function that writes files, and the rules for their names."""

import codecs
import errno
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, cast

from siren_cli.errors import OutputError, UsageError
from siren_cli.system import signals

STDIN = STDOUT = Path("-")
# Of a file name, on all usual file systems.
MAX_NAME_BYTES = 255


def check_target(path: Path, *, force: bool) -> None:
    """Find out, before any work, whether `path` may be written.

    Raises:
        UsageError: It is standard output, and that a terminal.
        OutputError: It exists and `force` is not set, it or its temporary is a
            directory, or its directory is missing or closed to us, or its name is
            too long.
    """
    if path == STDOUT:
        if sys.stdout.isatty():
            raise UsageError("-: standard output is a terminal; redirect it or name a file")
        return
    check_name(path)
    if path.is_dir():
        raise OutputError(f"{path}: is a directory")
    if path.is_file() and not force:
        raise OutputError(f"{path}: exists (-f overwrites it)")
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise OutputError(f"{path}: there is no directory {target.parent}")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise OutputError(f"{path}: the directory is read-only")
    temporary = hidden(target, ".tmp")
    if temporary.is_dir() and not temporary.is_symlink():
        raise OutputError(f"{path}: {temporary} is a directory, and in the way")


def check_name(path: Path) -> None:
    """Check that a file of that name can be, as far as its name goes.

    Raises:
        OutputError: It is too long, or leads through what is closed to us.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror} (-o names another file)") from error


def save(path: Path, content: bytes, *, force: bool) -> None:
    """Write `content` to `path`, as `writing` does.

    Raises:
        OutputError: It could not be written; what was there before still is.
    """
    with writing(path, force=force) as file:
        file.write(content)


@contextmanager
def writing(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """Give a file to write to, so that `path` is there as a whole or not at all.

    A temporary file in the same directory is written, flushed to the disk and
    renamed over the target; symbolic links are followed and stay links; `-` is
    standard output, and pipes are written to.

    Raises:
        OutputError: It could not be written; what was there before still is.
    """
    check_target(path, force=force)
    try:
        if path == STDOUT:
            yield cast(BinaryIO, _StandardOutput())
            sys.stdout.buffer.flush()
        elif path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
        else:
            with signals.unwinding(), _replacing(Path(os.path.realpath(path))) as file:
                yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{path}: not written: {error.strerror or error}") from error


class _StandardOutput(RawIOBase):
    """Standard output, which cannot seek: a file that it is may have had a beginning."""

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        return sys.stdout.buffer.write(content)


@contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    mode = _mode_for(target)
    temporary = hidden(target, ".tmp")
    try:
        with os.fdopen(_new(temporary), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:  # stopped or failed: nothing half-written is left
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _flush_directory(target.parent)


def _new(path: Path) -> int:
    """Return the descriptor of a file that nobody else has; what is there goes.

    A killed run may have left it, but it may be a link, too: to write to it would be to
    write to a file of another name.
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


def hidden(path: Path, suffix: str) -> Path:
    """Return the name of a file of ours beside `path`: hidden, and never too long."""
    name = f".{path.name}{suffix}"
    if len(os.fsencode(name)) > MAX_NAME_BYTES:
        digest = hashlib.sha256(os.fsencode(path.name)).hexdigest()
        name = f".siren-{digest[:32]}{suffix}"
    return path.with_name(name)


def beside(path: Path, suffix: str) -> Path:
    """Return the name of a result: `path` with another suffix, in the same place."""
    return path.with_name(path.stem + suffix)


def make_directory(path: Path) -> None:
    """Make a folder for results, and those above it, if they are missing.

    Raises:
        OutputError: It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot be made: {error.strerror}") from error


def read_names(path: Path, *, null: bool) -> list[Path]:
    """Return the file names in a file, one a line, or each ended by NUL.

    Args:
        path: The file; `-` is standard input.
        null: Names end with NUL, so that they may hold anything else.

    Raises:
        UsageError: It cannot be read.
    """
    content = _read_list(path)
    if not null and b"\0" in content:
        raise UsageError(f"{path}: its names end with NUL, not lines (-0 reads them)")
    names = content.split(b"\0") if null else content.splitlines()
    return [Path(os.fsdecode(name)) for name in names if name]


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text; what is no UTF-8 in it is replaced.

    Raises:
        UsageError: It cannot be read.
    """
    return _read_list(path).decode(errors="replace").splitlines()


def _read_list(path: Path) -> bytes:
    try:
        content = read_stdin() if path == STDIN else path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    return content.removeprefix(codecs.BOM_UTF8)


@cache
def read_stdin() -> bytes:
    """Return all of standard input, which can be read only once, as often as asked.

    Raises:
        OSError: It is closed.
    """
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return sys.stdin.buffer.read()


def open_regular(path: Path) -> BinaryIO:
    """Open a file to read it; a pipe would be waited for, and a device may have no end.

    `-` is standard input.

    Raises:
        OSError: It cannot be opened, or is no regular file.
    """
    if path == STDIN:
        return BytesIO(read_stdin())
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "Is not a regular file")
    return path.open("rb")


def size(path: Path) -> int:
    """Return the bytes of a file; `-` is standard input."""
    return len(read_stdin()) if path == STDIN else path.stat().st_size


def is_stream(path: Path) -> bool:
    """Return whether a file can be read only once: standard input, or a pipe."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return path == STDIN
    return path == STDIN or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def newest_representation() -> Path:
    """Return the .siren file of the current folder that was written last.

    Raises:
        UsageError: There is none.
    """
    files = [path for path in Path().glob("*.siren") if path.is_file()]
    found = sorted(files, key=lambda path: path.stat().st_mtime)
    if not found:
        raise UsageError("no FILE given, and there is no .siren file in this folder")
    return found[-1]
