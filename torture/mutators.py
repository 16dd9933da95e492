"""Changes to the bytes of a file, as damage and malice make them."""

from collections.abc import Callable

import numpy as np

Mutator = Callable[[np.random.Generator, bytes], bytes]
# Headers are short and decide the most.
HEAD = 300
LONGEST_RUN = 64


def _place(generator: np.random.Generator, content: bytes) -> int:
    size = len(content)
    return int(generator.integers(min(size, HEAD) if generator.random() < 0.5 else size))  # noqa: PLR2004


def _slice(generator: np.random.Generator, content: bytes) -> slice:
    begin = _place(generator, content)
    return slice(begin, min(begin + int(generator.integers(1, LONGEST_RUN)), len(content)))


def flip_bits(generator: np.random.Generator, content: bytes) -> bytes:
    """Flip up to eight bits."""
    changed = bytearray(content)
    for _ in range(int(generator.integers(1, 9))):
        changed[_place(generator, content)] ^= 1 << int(generator.integers(8))
    return bytes(changed)


def truncate(generator: np.random.Generator, content: bytes) -> bytes:
    """Cut the file."""
    return content[: int(generator.integers(len(content)))]


def insert(generator: np.random.Generator, content: bytes) -> bytes:
    """Insert random bytes."""
    place, count = _place(generator, content), int(generator.integers(1, LONGEST_RUN))
    return content[:place] + generator.bytes(count) + content[place:]


def remove(generator: np.random.Generator, content: bytes) -> bytes:
    """Leave a few bytes out."""
    gone = _slice(generator, content)
    return content[: gone.start] + content[gone.stop :]


def overwrite(generator: np.random.Generator, content: bytes) -> bytes:
    """Write a run of random, empty or full bytes."""
    gone = _slice(generator, content)
    count = gone.stop - gone.start
    run = (generator.bytes(count), bytes(count), b"\xff" * count)[int(generator.integers(3))]
    return content[: gone.start] + run + content[gone.stop :]


def swap(generator: np.random.Generator, content: bytes) -> bytes:
    """Let two neighbouring parts change places."""
    a, b, c = sorted(int(place) for place in generator.integers(0, len(content), 3))
    return content[:a] + content[b:c] + content[a:b] + content[c:]


def repeat(generator: np.random.Generator, content: bytes) -> bytes:
    """Write a part twice."""
    twice = _slice(generator, content)
    return content[: twice.stop] + content[twice.start :]


MUTATORS: tuple[Mutator, ...] = (flip_bits, truncate, insert, remove, overwrite, swap, repeat)


def mutated(generator: np.random.Generator, content: bytes) -> bytes:
    """Return a file changed in one way."""
    return MUTATORS[int(generator.integers(len(MUTATORS)))](generator, content)
