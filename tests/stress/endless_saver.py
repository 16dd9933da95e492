"""A program that saves one file again and again until it is killed.

`python -m tests.stress.endless_saver FILE` prints the number of each finished save.
"""

import sys
from itertools import count
from pathlib import Path

from siren_cli.system.destination import Destination

# A file holds the number of its save this many times, in eight bytes each.
REPEATS = 60_000


def content(number: int) -> bytes:
    """Return the bytes that the save of this number writes."""
    return number.to_bytes(8, "little") * REPEATS


def save_endlessly(path: Path) -> None:
    """Save a file and print the number of the save, for ever."""
    destination = Destination(path, force=True)
    for number in count():
        with destination.locked():
            destination.save(content(number))
        print(number, flush=True)


if __name__ == "__main__":
    save_endlessly(Path(sys.argv[1]))
