"""Hosts that have met: they talk, finish together, and notice when one is gone."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from siren_cli import errors
from siren_cli.errors import DivergedError, OutputError, ResourceError
from siren_cli.hosts import messages
from siren_cli.hosts.cluster import Cluster
from siren_cli.hosts.meeting import meet
from siren_cli.hosts.peers import Chief, Message
from tests.helpers.hosts import LONG, OWN, chief, connected, failure, greeting, name, work


def test_workers_send_and_the_chief_has_the_last_word(addresses, start_host):
    results = [start_host(work, addresses, index) for index in (1, 2)]
    with chief(addresses) as peers:
        got = sorted((peers.receive(LONG) for _ in range(2)), key=lambda each: each.index)
        assert got == [Message(k, {"group": k}, bytearray([k] * 3)) for k in (1, 2)]
        assert peers.receive(0) is None
        peers.finish({"psnr": 40.5})
    assert [each.result(LONG) for each in results] == [{"psnr": 40.5}] * 2


def test_the_chief_speaks_to_one_or_to_all(addresses, start_host):
    def listen(index: int) -> list[Any]:
        with meet(Cluster(addresses, index), OWN, LONG) as worker:
            heard = [worker.receive(LONG), worker.receive(LONG)]
            return [*heard, worker.receive(LONG), worker.ended, worker.wait_for_end()]

    results = [start_host(listen, index) for index in (1, 2)]
    content = bytes(range(256)) * 4096
    with chief(addresses) as peers:
        for index in (1, 2):
            peers.tell(index, {"go": 1})
        for index in (1, 2):
            peers.tell(index, {"index": index}, content)
        peers.finish({})
    for index, result in enumerate(results, 1):
        own = Message(0, {"index": index}, bytearray(content))
        assert result.result(LONG) == [Message(0, {"go": 1}, bytearray()), own, None, True, {}]


def test_a_worker_without_a_farewell_is_lost(addresses, start_host):
    received = threading.Event()

    def leave() -> None:
        peers = meet(Cluster(addresses, 1), OWN, LONG)
        received.wait(LONG)
        peers.close()

    result = start_host(work, addresses, 2)
    start_host(leave)
    sentence = f"{name(addresses, 1)} was lost; the same command goes on with its work"
    with chief(addresses) as peers:
        assert peers.receive(LONG).index == 2
        received.set()
        for call in (lambda: peers.receive(LONG), peers.check, lambda: peers.tell(2, {})):
            with pytest.raises(ResourceError, match=re.escape(sentence)):
                call()
    assert failure(result) == (ResourceError, sentence)


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (DivergedError("a.png: lost"), DivergedError, ": a.png: lost"),
        (OutputError("a.siren: no space"), OutputError, ": a.siren: no space"),
        (MemoryError(), ResourceError, ": not enough memory"),
        (ZeroDivisionError("by 0"), errors.SirenError, ": a bug: ZeroDivisionError: by 0"),
        (
            errors.Terminated(),
            ResourceError,
            " was stopped; the same command goes on with its work",
        ),
        (
            KeyboardInterrupt(),
            ResourceError,
            " was stopped; the same command goes on with its work",
        ),
    ],
)
@pytest.mark.parametrize("failing", [0, 1])
def test_the_error_of_one_host_ends_all(addresses, start_host, failing, error, kind, sentence):
    def fail() -> None:
        with meet(Cluster(addresses, failing), OWN, LONG):
            raise error

    def wait(index: int) -> None:
        with meet(Cluster(addresses, index), OWN, LONG) as peers:
            assert peers.receive(LONG) is None

    others = [start_host(wait, index) for index in range(3) if index != failing]
    with pytest.raises(type(error)):
        fail()
    expected = (kind, name(addresses, failing) + sentence)
    assert [failure(each) for each in others] == [expected] * 2


def test_a_host_at_work_learns_of_an_error_by_checks(addresses, start_host):
    def check() -> None:
        with meet(Cluster(addresses, 1), OWN, LONG) as peers:
            while True:
                peers.check()
                time.sleep(0.01)

    results = [start_host(check), start_host(work, addresses, 2)]
    with suppress(OutputError), chief(addresses):
        raise OutputError("a.siren: no space")
    assert [failure(each)[0] for each in results] == [OutputError] * 2


@pytest.fixture
def mute(addresses, start_host) -> Iterator[tuple[socket.socket, Chief]]:
    """Return a worker that says nothing more, and its chief, which allows 0.3 s of that."""
    meeting = start_host(chief, addresses[:2], LONG, 0.3)
    with connected(addresses[0]) as connection:
        connection.sendall(greeting(2))
        with meeting.result(LONG) as peers:
            yield connection, peers


def test_a_host_that_is_silent_is_lost(mute):
    _, peers = mute
    with pytest.raises(ResourceError, match=r"\(task 1\) was lost"):
        peers.receive(LONG)


def test_a_host_may_announce_a_longer_silence(mute):
    connection, peers = mute
    messages.send(connection, "alive", {"silence": LONG})
    assert peers.receive(0.6) is None
    peers.check()
    connection.close()
    with pytest.raises(ResourceError, match=r"\(task 1\) was lost"):
        peers.receive(LONG)


@pytest.mark.slow
def test_signs_of_life_keep_idle_hosts(addresses, start_host):
    def wait() -> dict[str, Any]:
        with meet(Cluster(addresses[:2], 1), OWN, LONG, 0.5) as worker:
            with worker.quiet(LONG):
                time.sleep(0.6)
            return worker.wait_for_end()

    result = start_host(wait)
    with chief(addresses[:2], silence=0.5) as peers:
        assert peers.receive(1.5) is None
        peers.finish({"done": True})
    assert result.result(LONG) == {"done": True}
