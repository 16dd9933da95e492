"""Where the wall time of a command goes."""

import time


class Timeline:
    """The stretches of the work for an input, one after the other.

    Args:
        started: When the first began, by `time.monotonic`.
    """

    def __init__(self, started: float) -> None:
        self._started = self._ended = started
        self._stretches: list[tuple[str, float]] = []

    def end(self, stretch: str, ago: float = 0.0) -> None:
        """End a stretch, which began when the one before ended.

        Args:
            stretch: What was done.
            ago: How long ago it ended, in seconds.
        """
        now = time.monotonic() - ago
        self._stretches.append((stretch, now - self._ended))
        self._ended = now

    @property
    def seconds(self) -> float:
        """Time of all stretches, in seconds."""
        return self._ended - self._started

    def __str__(self) -> str:
        return ", ".join(f"{stretch} {seconds:.2f} s" for stretch, seconds in self._stretches)
