"""A connection between two hosts of a fit, which notices when the other one is gone.

One thread reads; another says every other second that this host is alive. A host leaves
by a last word, after which it only reads until the other side has closed: a connection
that is closed with unread bytes may take the last word with it.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from siren_cli.errors import STOPPED
from siren_cli.hosts import messages
from siren_cli.hosts.messages import Frame, Payload

# Longest time without any word after which a host counts as lost, in seconds.
SILENCE_SECONDS = 12.0
# Longest silence that a host may announce, in seconds.
MAX_SILENCE_SECONDS = 3600.0
# Time between two signs of life, in seconds; it is shorter where less silence is allowed.
BEAT_SECONDS = 2.0
# Signs of life in the longest silence that is allowed.
BEATS_IN_SILENCE = 4
# Longest wait for the other side to close after a last word, in seconds.
LINGER_SECONDS = 2.0
# The kind of a sign of life.
ALIVE = "alive"
# The kinds of the messages after which a side sends nothing more.
END, ERROR = LAST_WORDS = ("end", "error")


class Link:
    """A connection to another host.

    Args:
        connection: The socket, which is the link's own from now on.
        silence: Longest time without any word, in seconds.
        hear: What the reading thread calls with each message that is no sign of life, and
            with None when the other host was lost.
    """

    def __init__(
        self,
        connection: socket.socket,
        silence: float,
        hear: Callable[[Frame | None], None],
    ) -> None:
        self._connection = connection
        self._silence = silence
        self._hear = hear
        self._over = threading.Event()
        self._sending = threading.Lock()
        self._threads = [
            threading.Thread(target=each, daemon=True) for each in (self._listen, self._beat)
        ]
        with suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(silence)

    def start(self) -> None:
        """Start to listen and to give signs of life."""
        for thread in self._threads:
            thread.start()

    def send(self, kind: str, table: dict[str, Any], payload: Payload = b"") -> None:
        """Send a message, unless a last word was said; a lost host is heard, not raised."""
        with self._sending:
            if self._over.is_set():
                return
            try:
                messages.send(self._connection, kind, table, payload)
            except OSError:  # the rest of a message cannot follow, so nothing else can
                self._shut(socket.SHUT_RDWR)
                return
            except STOPPED:  # a last word would be taken for the rest of this message
                self._shut(socket.SHUT_RDWR)
                raise
            if kind in LAST_WORDS:
                self._fall_silent()

    def announce(self, silence: float) -> None:
        """Tell the other host how long this one may be silent, in seconds."""
        self._silence = silence
        self.send(ALIVE, {"silence": silence})

    def close(self) -> None:
        """Close, and wait a little for the other side if a last word was said."""
        if not self._over.is_set():
            self._over.set()
            self._shut(socket.SHUT_RDWR)
        self._threads[0].join(LINGER_SECONDS)
        self._shut(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(LINGER_SECONDS)
        self._connection.close()

    def _listen(self) -> None:
        try:
            while True:
                frame = messages.receive(self._connection)
                if frame.kind == ALIVE:
                    self._allow(frame.table.get("silence"))
                    continue
                if frame.kind in LAST_WORDS:
                    self._fall_silent()
                self._hear(frame)
        except (OSError, MemoryError):
            if not self._over.is_set():
                self._fall_silent()
                self._hear(None)

    def _beat(self) -> None:
        pause = min(BEAT_SECONDS, self._silence / BEATS_IN_SILENCE)
        while not self._over.wait(pause):
            self.send(ALIVE, {"silence": self._silence})

    def _allow(self, silence: Any) -> None:
        """Wait from now on as long as the other host says that it may be silent."""
        if isinstance(silence, int | float) and 0 < silence <= MAX_SILENCE_SECONDS:
            self._connection.settimeout(silence)

    def _fall_silent(self) -> None:
        self._over.set()
        self._shut(socket.SHUT_WR)

    def _shut(self, how: int) -> None:
        with suppress(OSError):  # it is closed already
            self._connection.shutdown(how)
