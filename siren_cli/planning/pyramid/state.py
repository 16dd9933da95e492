"""The state of a pyramid's fit after some steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

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


class Keeper(Protocol):
    """Where the state of a fit is kept.

    Attributes:
        resumed: The state to go on from, or None.
    """

    resumed: PyramidState | None

    def is_due(self) -> bool:
        """Return whether the state should be saved now."""
        ...

    def save(self, state: PyramidState) -> None:
        """Save a state."""
        ...
