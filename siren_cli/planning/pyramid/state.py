"""The state of a pyramid's fit after some steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True)
class PyramidState:
    """All that a fit goes on from, bit for bit.

    Attributes:
        done: Steps so far.
        arrays: Arrays of float32 or float64 by name; `training` says which.
    """

    done: int
    arrays: Mapping[str, NDArray[Any]]
