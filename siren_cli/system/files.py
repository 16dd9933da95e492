"""Names of files, and reading them."""

import codecs
import errno
import hashlib
import os
import sys
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from siren_cli.errors import OutputError, UsageError

# The name that means standard input where a file is read, and standard output where one
# is written.
STDIN = STDOUT = Path("-")
# Longest file name that all usual file systems take, in bytes.
MAX_NAME_BYTES = 255
# Bytes from which kilobytes have no decimal, because small files are compared more closely.
WHOLE_KILOBYTES_FROM = 10_000


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


def result_path(source: Path, suffix: str, output: Path | None, out_dir: Path | None) -> Path:
    """Return where the result of a source goes.

    Args:
        source: The file that the result is made from; `-` is standard input.
        suffix: The end of a name that is made from the source's.
        output: The path that a person asked for, or None.
        out_dir: The folder for a name that is made; None is the source's folder, or
            standard output if the source is standard input.
    """
    if output is not None:
        return output
    if source == STDIN and out_dir is None:
        return STDOUT
    named = beside(Path("stdin") if source == STDIN else source, suffix)
    return named if out_dir is None else out_dir / named.name


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
        OSError: It is closed, or that of a notebook.
    """
    if not hasattr(sys.stdin, "buffer"):
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
    if is_stream(path):
        raise OSError(errno.EINVAL, "Is not a regular file")
    return path.open("rb")


def file_bytes(path: Path) -> int:
    """Return the size of a file in bytes; `-` is standard input."""
    return len(read_stdin()) if path == STDIN else path.stat().st_size


def bytes_text(count: int) -> str:
    """Return a number of bytes as people read it, in decimal units."""
    for unit, unit_bytes in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= unit_bytes:
            is_whole = unit == "kB" and count >= WHOLE_KILOBYTES_FROM
            return f"{count / unit_bytes:.{0 if is_whole else 1}f} {unit}"
    return f"{count} B"


def is_stream(path: Path) -> bool:
    """Return whether a file can be read only once: standard input, or a pipe."""
    if path == STDIN:
        return True
    # `os.path` takes a file in a closed folder for missing, where `Path` would raise an error.
    return os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path))
