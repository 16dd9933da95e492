"""What every test of the torture is given, and how it says that a promise is broken."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np


class BrokenPromiseError(Exception):
    """Siren did what it promises not to do."""


def demand(holds: bool, broken: str) -> None:
    """Check a promise.

    Raises:
        BrokenPromiseError: It does not hold; the message is `broken`.
    """
    if not holds:
        raise BrokenPromiseError(broken)


@dataclass(frozen=True)
class Session:
    """Means and limits of one test.

    Attributes:
        generator: Decides everything random.
        folder: An empty folder for its files; what broke is found there.
        deadline: When it has to end, in seconds of `time.monotonic`.
    """

    generator: np.random.Generator
    folder: Path
    deadline: float = float("inf")

    def rounds(self, most: int) -> Iterator[int]:
        """Yield the numbers of rounds, until there are enough or the time is up."""
        for number in range(most):
            if time.monotonic() >= self.deadline:
                return
            yield number

    def seconds(self, longest: float) -> float:
        """Return a random time below `longest`."""
        return float(self.generator.uniform(0.0, longest))


class Trial(NamedTuple):
    """A test of a section.

    Attributes:
        run: Does at most so many rounds; returns how many it did.
        most: Rounds in full.
    """

    run: Callable[[Session, int], int]
    most: int
