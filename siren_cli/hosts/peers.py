"""The hosts of a fit after they have met: a chief, which alone writes, and its workers.

A host that is lost, is stopped or fails ends the fit on all hosts, by the same sentence
and exit code. The reading threads see to that, so it holds while a host is at work, too;
the host itself learns of it by `check` or `receive`.
"""

import queue
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

from siren_cli.hosts import reasons
from siren_cli.hosts.cluster import Cluster
from siren_cli.hosts.link import END, ERROR, Link
from siren_cli.hosts.messages import Frame, Payload
from siren_cli.hosts.reasons import Reason
from siren_cli.system import signals

# Longest wait for a message before a signal is heard, in seconds; Windows hears none meanwhile.
WAITING_SECONDS = 1.0
# The kind of the messages that hosts exchange about their work.
WORK = "work"


@dataclass(frozen=True)
class Message:
    """What another host says about its work.

    Attributes:
        index: The index of that host.
        table: A JSON table.
        payload: Any bytes.
    """

    index: int
    table: dict[str, Any]
    payload: bytearray


class Peers:
    """The connections of a host to others, used as a context.

    An exception that leaves the context ends the fit on the other hosts, too. Inside, a
    signal becomes an exception, because the others are to be told.

    Args:
        cluster: The cluster.
        connections: A socket for each of the others, by its index.
        silence: Longest time without any word, in seconds.
    """

    def __init__(
        self, cluster: Cluster, connections: Mapping[int, socket.socket], silence: float
    ) -> None:
        self.cluster = cluster
        self._silence = silence
        self._inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._deciding = threading.Lock()
        self._reason: Reason | None = None
        self._end: dict[str, Any] | None = None
        self._stack = ExitStack()
        self._links = {
            index: Link(connection, silence, partial(self._hear, index))
            for index, connection in connections.items()
        }
        for link in self._links.values():
            link.start()

    def __enter__(self) -> Self:
        self._stack.enter_context(signals.unwinding())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._stack:
            if error is not None:
                name = self.cluster.name(self.cluster.index)
                self._fail(reasons.of_exception(error, name))
            elif self._reason is not None:
                self._fail(self._reason)  # the reading threads may not have said it yet
            self.close()

    def close(self) -> None:
        """Close all connections; without a last word, the others take this host for lost."""
        for link in self._links.values():
            link.close()

    def check(self) -> None:
        """See whether all hosts are still there, without waiting.

        Raises:
            SirenError: A host was lost, was stopped or failed. The class is that of its
                error, and the message begins with its name.
        """
        if self._reason is not None:
            raise self._reason.error

    def receive(self, timeout: float | None) -> Message | None:
        """Return the next message about work, or None if there is none.

        Args:
            timeout: Longest wait, in seconds; None waits for as long as it takes.

        Raises:
            SirenError: As in `check`, after all messages that have come.
        """
        with suppress(queue.Empty):
            while True:
                is_over = self._reason is not None or self._end is not None
                message = self._inbox.get(timeout=0 if is_over else timeout)
                if message is not None:  # None wakes up who waits when all is over
                    return message
        self.check()
        return None

    @contextmanager
    def quiet(self, seconds: float) -> Iterator[None]:
        """Let this host be silent for longer, as when a library loads from a slow disk.

        Args:
            seconds: Longest silence after which it counts as lost.
        """
        self._announce(seconds)
        try:
            yield
        finally:
            self._announce(self._silence)

    def _announce(self, silence: float) -> None:
        for link in self._links.values():
            link.announce(silence)

    def _hear(self, index: int, frame: Frame | None) -> None:
        """Take what a reading thread has heard from a host."""
        if frame is None:
            self._fail(reasons.lost(self.cluster.name(index)))
        elif frame.kind == ERROR:
            self._fail(reasons.of_table(frame.table))
        elif frame.kind == END:
            self._end = frame.table
            self._inbox.put(None)
        elif frame.kind == WORK:
            self._inbox.put(Message(index, frame.table, frame.payload))

    def _fail(self, reason: Reason) -> None:
        """End the fit on all hosts, by the first reason that there is."""
        with self._deciding:
            reason = self._reason = self._reason or reason
        self._inbox.put(None)
        for link in self._links.values():
            link.send(ERROR, reason.table)


class Chief(Peers):
    """The chief's connections to the workers, used as a context."""

    def tell(self, index: int, table: dict[str, Any], payload: Payload = b"") -> None:
        """Send a message about work to one worker.

        Raises:
            SirenError: As in `check`.
        """
        self.check()
        self._links[index].send(WORK, table, payload)

    def wait(self) -> Message:
        """Wait for the next message about work, for as long as it takes.

        Raises:
            SirenError: As in `receive`.
        """
        while (message := self.receive(WAITING_SECONDS)) is None:
            pass
        return message

    def finish(self, table: dict[str, Any]) -> None:
        """Send the fit's result to all workers, which end, and close.

        It is called when nothing can fail any more. A worker that was lost before does not
        matter then.
        """
        for link in self._links.values():
            link.send(END, table)
        self.close()


class Worker(Peers):
    """A worker's connection to the chief, used as a context.

    A worker stays until the chief's last word: the chief takes one that closes before for
    lost.
    """

    def __init__(self, cluster: Cluster, connection: socket.socket, silence: float) -> None:
        super().__init__(cluster, {0: connection}, silence)

    @property
    def ended(self) -> bool:
        """Whether the chief has sent the fit's result; `receive` returns None from then on."""
        return self._end is not None

    def send(self, table: dict[str, Any], payload: Payload = b"") -> None:
        """Send a message about work to the chief.

        Raises:
            SirenError: As in `check`.
        """
        self.check()
        self._links[0].send(WORK, table, payload)

    def wait(self) -> Message | None:
        """Wait for the next message about work; return None if the chief has ended the fit.

        Raises:
            SirenError: As in `receive`.
        """
        message = None
        while message is None and not self.ended:
            message = self.receive(WAITING_SECONDS)
        return message

    def wait_for_end(self) -> dict[str, Any]:
        """Wait for the chief's last word, and return the fit's result.

        Raises:
            SirenError: As in `check`.
        """
        while self._end is None:
            self.wait()
        return self._end
