"""Hosts of a small cluster, in threads of the tests."""

import json
import socket
import time
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from siren_cli.hosts import messages
from siren_cli.hosts.cluster import Cluster
from siren_cli.hosts.meeting import meet
from siren_cli.hosts.peers import Chief, Worker

# Longest wait of a host for others that come, in seconds.
LONG = 20.0
# What is equal on all hosts.
OWN = {"version": "1", "picture": "abc"}


def name(addresses: tuple[str, ...], index: int) -> str:
    return f"{addresses[index]} (task {index})"


def work(
    addresses: tuple[str, ...], index: int, seconds: float = LONG, **changed: Any
) -> dict[str, Any]:
    """Send one message to the chief and return the fit's result."""
    with meet(Cluster(addresses, index), {**OWN, **changed}, seconds) as worker:
        assert isinstance(worker, Worker)
        worker.send({"group": index}, bytes([index]) * 3)
        return worker.wait_for_end()


def chief(addresses: tuple[str, ...], seconds: float = LONG, silence: float = 12) -> Chief:
    peers = meet(Cluster(addresses, 0), OWN, seconds, silence)
    assert isinstance(peers, Chief)
    return peers


def failure(future: "Future[Any]") -> tuple[type[BaseException], str]:
    error = future.exception(LONG)
    return type(error), str(error)


def connected(address: str) -> socket.socket:
    """Return a connection to a port that will soon be open."""
    host, port = address.split(":")
    last = time.monotonic() + LONG
    while time.monotonic() < last:
        with suppress(ConnectionRefusedError):
            return socket.create_connection((host, int(port)), LONG)
        time.sleep(0.01)
    raise AssertionError("the port was never open")


def greeting(size: int) -> bytes:
    """Return what the worker of index 1 says first."""
    text = json.dumps(["hello", {"index": 1, "size": size, "own": OWN}]).encode()
    return messages.HEADER.pack(messages.MAGIC, len(text), 0) + text
