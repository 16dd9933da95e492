"""The chief's port while the hosts meet: workers are let in, strangers are sent away."""

import errno
import ipaddress
import queue
import selectors
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple, Self

from siren_cli.errors import ResourceError
from siren_cli.hosts import messages
from siren_cli.hosts.cluster import Address, Cluster

# Longest wait for the next bytes of a greeting, in seconds.
GREETING_SECONDS = 10.0
# Longest text of a greeting, in bytes: it is read from strangers, too.
MAX_GREETING_BYTES = 1 << 20
# Most connections at the same time, those of strangers included.
MAX_CONNECTIONS = 4096
# The kind of a worker's first message, with its `index`, the `size` of its cluster, and its
# `own` table of what must be equal everywhere.
HELLO = "hello"
FIELDS = {"index": int, "size": int, "own": dict}


class Arrival(NamedTuple):
    """A worker that has come.

    Attributes:
        connection: Its socket.
        hello: The table of its first message.
    """

    connection: socket.socket
    hello: dict[str, Any]

    def has_left(self) -> bool:
        """Return whether the worker has closed the connection."""
        self.connection.setblocking(False)
        try:
            return self.connection.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self.connection.settimeout(GREETING_SECONDS)


class Door:
    """The chief's port, open within a context.

    Raises:
        ResourceError: The port cannot be listened on.
    """

    def __init__(self, cluster: Cluster) -> None:
        try:
            self._server = listening(cluster.address(cluster.index))
        except OSError as error:
            reason = error.strerror or str(error)
            if error.errno == errno.EADDRINUSE:
                reason = "another program has it"
            name = cluster.name(cluster.index)
            raise ResourceError(f"{name}: its port cannot be opened: {reason}") from error
        self._server.setblocking(False)
        self._arrivals: queue.SimpleQueue[Arrival] = queue.SimpleQueue()
        # Connections that are nobody else's yet, and the threads that read their greetings.
        self._held: dict[socket.socket, threading.Thread] = {}
        self._ours, self._wake = socket.socketpair()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._wake.close()
        self._thread.join()
        self._server.close()
        self._ours.close()
        for connection, thread in list(self._held.items()):
            with suppress(OSError):  # it wakes the thread
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()
            connection.close()

    def arrivals(self, count: int, seconds: float) -> list[Arrival]:
        """Wait for workers and return those that have come, which are the caller's now.

        Args:
            count: Number of workers.
            seconds: Longest wait.
        """
        last = time.monotonic() + seconds
        here: list[Arrival] = []
        while len(here) < count and (left := last - time.monotonic()) > 0:
            with suppress(queue.Empty):
                here.append(self._arrivals.get(timeout=left))
            # A worker that was started again comes twice, but the first one has left.
            for each in [each for each in here if each.has_left()]:
                here.remove(each)
                self._held.pop(each.connection)
                each.connection.close()
        for each in here:
            del self._held[each.connection]
        return here

    def _accept(self) -> None:
        """Let everyone in until the door closes."""
        with selectors.DefaultSelector() as selector:
            for each in (self._server, self._ours):
                selector.register(each, selectors.EVENT_READ)
            while all(key.fileobj is not self._ours for key, _ in selector.select()):
                try:
                    connection, _ = self._server.accept()
                except OSError:  # the worker has left, or there are too many open files
                    time.sleep(0.01)
                    continue
                if len(self._held) >= MAX_CONNECTIONS:
                    connection.close()
                    continue
                thread = threading.Thread(target=self._greet, args=[connection], daemon=True)
                self._held[connection] = thread
                thread.start()

    def _greet(self, connection: socket.socket) -> None:
        """Read who has come, and send strangers away."""
        try:
            connection.settimeout(GREETING_SECONDS)
            frame = messages.receive(connection, MAX_GREETING_BYTES, 0)
            fits = all(type(frame.table.get(name)) is FIELDS[name] for name in FIELDS)
            if frame.kind == HELLO and fits and frame.table["index"] > 0:
                self._arrivals.put(Arrival(connection, frame.table))
                return
        except OSError:
            pass
        self._held.pop(connection, None)
        connection.close()


def listening(address: Address) -> socket.socket:
    """Return a socket that listens on a port of this host.

    A name may stand for an address that only this host knows, as on Debian, or for one of
    several; so only an IP address and `localhost` choose the interface.

    Raises:
        OSError: The port cannot be opened.
    """
    if interface := _interface(address.host):
        family = socket.AF_INET6 if ":" in interface else socket.AF_INET
        try:
            return socket.create_server((interface, address.port), family=family)
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:  # others reach this host by a translation
                raise
    if socket.has_dualstack_ipv6():
        with suppress(OSError):
            return socket.create_server(
                ("", address.port), family=socket.AF_INET6, dualstack_ipv6=True
            )
    return socket.create_server(("", address.port))


def _interface(host: str) -> str | None:
    """Return the host of an address if it chooses an interface, or else None."""
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return host
    return host if host == "localhost" else None
