"""Names of files, and reading them."""

import codecs
import errno
import hashlib
import os
import stat
import sys
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from siren_cli.errors import OutputError, UsageError

STDIN = STDOUT = Path("-")
# Longest file name that all usual file systems take, in bytes.
MAX_NAME_BYTES = 255


def hidden(path: Path, suffix: str) -> Path:
    """Return the name of a hidden file of ours beside `path`, never too long."""
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
        null: Names end with NUL, so that they may hold any other character.

    Raises:
        UsageError: It cannot be read.
    """
    content = _read_text_file(path)
    if not null and b"\0" in content:
        raise UsageError(f"{path}: its names end with NUL, not lines (-0 reads them)")
    names = content.split(b"\0") if null else content.splitlines()
    return [Path(os.fsdecode(name)) for name in names if name]


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text; bytes that are no UTF-8 are replaced.

    Raises:
        UsageError: It cannot be read.
    """
    return _read_text_file(path).decode(errors="replace").splitlines()


def _read_text_file(path: Path) -> bytes:
    try:
        content = read_stdin() if path == STDIN else path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    return content.removeprefix(codecs.BOM_UTF8)


@cache
def read_stdin() -> bytes:
    """Return all of standard input; it is read once, and may be asked for again.

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


def file_bytes(path: Path) -> int:
    """Return the size of a file in bytes; `-` is standard input."""
    return len(read_stdin()) if path == STDIN else path.stat().st_size


def bytes_text(count: int) -> str:
    """Return a number of bytes as people read it, in decimal units."""
    if count < 1000:  # noqa: PLR2004 - the first kB
        return f"{count} B"
    if count < 1e9:  # noqa: PLR2004
        return f"{count / 1e3:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"  # noqa: PLR2004
    return f"{count / 1e9:.1f} GB"


def is_stream(path: Path) -> bool:
    """Return whether a file can be read only once: standard input, or a pipe."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return path == STDIN
    return path == STDIN or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
