"""The turn to fit: one thread of a process has it at a time, and others wait for it.

Trainers and devices are shared by all fits of a process, and hold the state of one fit.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from siren_cli.errors import ResourceError, UsageError


class Turn:
    """The turn to use TensorFlow, in the process that has loaded it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner: int | None = None
        self._process = os.getpid()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn, and keep it meanwhile.

        Raises:
            ResourceError: This process was forked, which TensorFlow's threads do not
                outlive.
            UsageError: This thread has the turn already, and would wait for itself.
        """
        if os.getpid() != self._process:
            raise ResourceError(
                "TensorFlow was started before this process was forked "
                '(multiprocessing.get_context("spawn") starts others)'
            )
        if self._owner == threading.get_ident():
            raise UsageError("a fit cannot begin while another one reports its progress")
        with self._lock:
            self._owner = threading.get_ident()
            try:
                yield
            finally:
                self._owner = None


turn = Turn()
