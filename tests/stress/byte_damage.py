"""Changes to the bytes of any file, as damage and malice make them."""

from collections.abc import Callable

import numpy as np

from tests.stress.random_choices import happens, one_of

# Half of all changes begin in this many first bytes: headers are short and decide the most.
HEADER_BYTES = 300
# Longest part that is changed at once, in bytes.
MAX_RUN_BYTES = 64
# Most bits that are flipped at once.
MAX_FLIPPED_BITS = 8


def _place(generator: np.random.Generator, content: bytes) -> int:
    size = len(content)
    return int(generator.integers(min(size, HEADER_BYTES) if happens(generator) else size))


def _slice(generator: np.random.Generator, content: bytes) -> slice:
    begin = _place(generator, content)
    length = int(generator.integers(1, MAX_RUN_BYTES))
    return slice(begin, min(begin + length, len(content)))


def flip_bits(generator: np.random.Generator, content: bytes) -> bytes:
    """Flip some bits."""
    changed = bytearray(content)
    for _ in range(int(generator.integers(1, MAX_FLIPPED_BITS + 1))):
        changed[_place(generator, content)] ^= 1 << int(generator.integers(8))
    return bytes(changed)


def truncate(generator: np.random.Generator, content: bytes) -> bytes:
    """Cut the end off."""
    return content[: int(generator.integers(len(content)))]


def insert(generator: np.random.Generator, content: bytes) -> bytes:
    """Insert random bytes."""
    place, count = _place(generator, content), int(generator.integers(1, MAX_RUN_BYTES))
    return content[:place] + generator.bytes(count) + content[place:]


def remove(generator: np.random.Generator, content: bytes) -> bytes:
    """Leave a few bytes out."""
    gone = _slice(generator, content)
    return content[: gone.start] + content[gone.stop :]


def overwrite(generator: np.random.Generator, content: bytes) -> bytes:
    """Replace a few bytes by random bytes, zeros or ones."""
    gone = _slice(generator, content)
    count = gone.stop - gone.start
    run: bytes = one_of(generator, (generator.bytes(count), bytes(count), b"\xff" * count))
    return content[: gone.start] + run + content[gone.stop :]


def swap(generator: np.random.Generator, content: bytes) -> bytes:
    """Let two neighboring parts change places."""
    a, b, c = sorted(int(place) for place in generator.integers(0, len(content), 3))
    return content[:a] + content[b:c] + content[a:b] + content[c:]


def repeat(generator: np.random.Generator, content: bytes) -> bytes:
    """Write a few bytes twice."""
    twice = _slice(generator, content)
    return content[: twice.stop] + content[twice.start :]


KINDS: tuple[Callable[[np.random.Generator, bytes], bytes], ...] = (
    flip_bits,
    truncate,
    insert,
    remove,
    overwrite,
    swap,
    repeat,
)


def damaged(generator: np.random.Generator, content: bytes, number: int) -> bytes:
    """Return a file damaged in one way.

    Args:
        generator: Source of the places and bytes.
        content: The whole file.
        number: Number of the round. The kinds of damage take turns, so that a few
            rounds meet all of them.
    """
    return KINDS[number % len(KINDS)](generator, content)
