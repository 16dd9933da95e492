"""Random choices that stay reproducible: each comes from the generator of a test."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Option = TypeVar("Option")


def one_of(generator: np.random.Generator, options: Sequence[Option]) -> Option:
    """Return one of the options, each as likely as the others."""
    return options[int(generator.integers(len(options)))]


def happens(generator: np.random.Generator, probability: float = 0.5) -> bool:
    """Return True with the given probability."""
    return bool(generator.random() < probability)
