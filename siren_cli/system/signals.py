"""Ctrl-C and SIGTERM: the process ends at once, or an exception unwinds it.

An exception in the middle of an import may be printed, swallowed or turned into
another one by a library's C code. So a signal becomes an exception only while the
program holds something that must be undone: a lock, a half-written file, or a bar on a
terminal. Otherwise the process just ends.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NamedTuple

from siren_cli.errors import Terminated

# Exit code of a run that Ctrl-C ended.
INTERRUPTED_CODE = 130
# Exit code of a run that SIGTERM ended.
TERMINATED_CODE = 143


class Ending(NamedTuple):
    """How a signal ends the process.

    Attributes:
        word: The word for it in the last line.
        code: The exit code.
    """

    word: str
    code: int


ENDINGS: dict[int, Ending] = {
    signal.SIGINT: Ending("interrupted", INTERRUPTED_CODE),
    signal.SIGTERM: Ending("terminated", TERMINATED_CODE),
}
# A signal that follows another this closely is the same one, passed on by a program
# that started this one. A later signal means that the user wants to leave at once.
SECONDS_APART = 0.5
# Goes back to the start of the line, clears it, and shows the cursor that a bar hides.
CLEAR_BAR = b"\r\x1b[K\x1b[?25h"


class SignalHandler:
    """Handles the signals of this process.

    Attributes:
        descriptor: Where the last line goes.
        held: The number of things that are to be undone.
        loading: Whether libraries are loading, which no exception may disturb.
        received: The signal that became an exception, or None.
    """

    def __init__(self) -> None:
        self.descriptor = 2
        self.held = 0
        self.loading = False
        self.received: int | None = None
        self._received_at = 0.0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Raise the exception of a signal, or end the process."""
        now = time.monotonic()
        if self.received is None and self.held and not self.loading:
            self.received, self._received_at = number, now
            raise KeyboardInterrupt if number == signal.SIGINT else Terminated
        if self.received is None or now - self._received_at > SECONDS_APART:
            self._end(ENDINGS[number])

    def _end(self, ending: Ending) -> None:
        line = f"siren: {ending.word}\n".encode()
        has_bar = self.held and os.environ.get("TERM") != "dumb" and os.isatty(self.descriptor)
        with suppress(OSError):  # the disk is full, and the exit code says it all
            os.write(self.descriptor, CLEAR_BAR + line if has_bar else line)
        os._exit(ending.code)


handler = SignalHandler()


def handle() -> None:
    """Install the handler; a signal that the parent process ignores stays ignored."""
    for number in ENDINGS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)
    # Descriptor 2 itself is redirected while libraries write to it.
    handler.descriptor = os.dup(2)


def received() -> int | None:
    """Return the signal that became an exception, or None."""
    return handler.received


@contextmanager
def unwinding() -> Iterator[None]:
    """Turn signals into exceptions, for something is to be undone.

    Raises:
        KeyboardInterrupt: SIGINT was received.
        Terminated: SIGTERM was received.
    """
    handler.held += 1
    try:
        yield
    finally:
        handler.held -= 1


@contextmanager
def loading() -> Iterator[None]:
    """Let signals end the process at once, for libraries are being loaded."""
    handler.loading = True
    try:
        yield
    finally:
        handler.loading = False
