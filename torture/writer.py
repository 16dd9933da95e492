"""Saves a file for ever: `python -m torture.writer FILE`; prints the number of each."""

import sys
from itertools import count
from pathlib import Path

from siren_cli.system import files, locks

REPEATS = 60_000


def content(number: int) -> bytes:
    """Return what the save of this number writes."""
    return number.to_bytes(8, "little") * REPEATS


def write(path: Path) -> None:
    """Save and say so, until killed."""
    for number in count():
        with locks.locked(path):
            files.save(path, content(number), force=True)
        print(number, flush=True)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
