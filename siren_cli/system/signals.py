"""Ctrl-C and SIGTERM: an end at once, or an exception where something is to be undone.

An exception in the middle of an import may be printed, swallowed or turned into
another one by a library's C code. So there is one only while we hold a lock, a
half-written file or a bar on a terminal; otherwise the process just leaves.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from siren_cli.errors import Terminated

INTERRUPTED, TERMINATED = 130, 143
# What a signal is called, and the exit code that it leads to.
ENDS: dict[int, tuple[str, int]] = {
    signal.SIGINT: ("interrupted", INTERRUPTED),
    signal.SIGTERM: ("terminated", TERMINATED),
}
# Programs that started us pass Ctrl-C on, and the terminal has sent it already: what
# follows so closely is no second wish to leave.
SECONDS_APART = 0.5
# Back to the start of the line, which is cleared, and the cursor that a bar has hidden.
WITHOUT_BAR = b"\r\x1b[K\x1b[?25h"


class _Handler:
    """What a signal does in this process."""

    def __init__(self) -> None:
        self.descriptor = 2
        # How much there is to be undone, and whether libraries are loading nonetheless.
        self.held, self.loading = 0, False
        self.came: tuple[int, float] | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.came is None and self.held and not self.loading:
            self.came = number, now
            raise KeyboardInterrupt if number == signal.SIGINT else Terminated
        if self.came is None or now - self.came[1] > SECONDS_APART:
            self._leave(number)

    def _leave(self, number: int) -> None:
        word, code = ENDS[number]
        bar = self.held and os.isatty(self.descriptor) and os.environ.get("TERM") != "dumb"
        with suppress(OSError):  # a full disk: the code says it
            os.write(self.descriptor, bar * WITHOUT_BAR + f"siren: {word}\n".encode())
        os._exit(code)


_handler = _Handler()


def handle() -> None:
    """Let signals end this process; one that our parent ignores stays ignored."""
    for number in ENDS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _handler)
    # Descriptor 2 is lent to libraries at times.
    _handler.descriptor = os.dup(2)


def came() -> int | None:
    """Return the signal that became an exception, if one has."""
    return _handler.came and _handler.came[0]


@contextmanager
def unwinding() -> Iterator[None]:
    """Turn signals into exceptions, for there is something to be undone.

    Raises:
        KeyboardInterrupt: SIGINT has come.
        Terminated: SIGTERM has come.
    """
    _handler.held += 1
    try:
        yield
    finally:
        _handler.held -= 1


@contextmanager
def loading() -> Iterator[None]:
    """Let signals end the process at once: libraries are being loaded."""
    _handler.loading = True
    try:
        yield
    finally:
        _handler.loading = False
