"""The means and limits of a stress test, and the check of a promise."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np


class BrokenPromiseError(Exception):
    """Siren did something that it promises not to do."""


def demand(holds: bool, message: str) -> None:
    """Check a promise.

    Args:
        holds: Whether siren kept the promise.
        message: Description of the broken promise.

    Raises:
        BrokenPromiseError: The promise does not hold.
    """
    if not holds:
        raise BrokenPromiseError(message)


@dataclass(frozen=True)
class Session:
    """The means and limits of one test.

    Attributes:
        generator: Source of everything random.
        folder: An empty folder for the files of the test. It is kept when a promise breaks.
        deadline: Latest moment at which a round may begin, in seconds of `time.monotonic`.
    """

    generator: np.random.Generator
    folder: Path
    deadline: float = float("inf")

    def rounds(self, max_rounds: int) -> Iterator[int]:
        """Yield 0, 1, 2, ... until `max_rounds` are done or the time is up."""
        for number in range(max_rounds):
            if time.monotonic() >= self.deadline:
                return
            yield number

    def seconds(self, longest: float) -> float:
        """Return a random time from 0 to `longest` seconds."""
        return float(self.generator.uniform(0.0, longest))


class StressTest(NamedTuple):
    """A test of a section.

    Attributes:
        run: Function that does at most a given number of rounds and returns how many it did.
        max_rounds: Number of rounds of a complete run.
    """

    run: Callable[[Session, int], int]
    max_rounds: int
