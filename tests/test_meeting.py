"""Hosts that meet: those that differ, those that do not come, and strangers."""

import socket
import struct
from contextlib import suppress

import pytest

from siren_cli.errors import ResourceError, UsageError
from siren_cli.hosts import messages
from siren_cli.hosts.cluster import Cluster
from siren_cli.hosts.door import listening
from tests.helpers.hosts import LONG, chief, connected, failure, greeting, name, work

# Longest wait for a host that does not come, in seconds.
SHORT = 0.4


def test_another_picture_ends_the_fit_everywhere(addresses, start_host):
    results = [start_host(work, addresses, 1), start_host(work, addresses, 2, picture="other")]
    results.append(start_host(chief, addresses))
    sentence = (
        f"{name(addresses, 2)}: differs from {addresses[0]} in its picture; "
        "all hosts must have the same"
    )
    assert [failure(each) for each in results] == [(UsageError, sentence)] * 3


def test_a_label_that_one_host_lacks_is_a_difference(addresses, start_host):
    results = [start_host(work, addresses[:2], 1, seed=None), start_host(chief, addresses[:2])]
    for each in results:
        assert "in its seed; all hosts" in failure(each)[1]


def test_two_hosts_of_one_index_are_refused(addresses, start_host):
    results = [start_host(work, addresses, 1), start_host(work, addresses, 1)]
    results.append(start_host(chief, addresses))
    sentence = "two hosts have index 1; each needs an index of its own"
    assert [failure(each) for each in results] == [(UsageError, sentence)] * 3


def test_another_number_of_hosts_is_refused(addresses, start_host):
    results = [start_host(work, addresses, 1), start_host(chief, addresses[:2])]
    sentence = (
        f"{name(addresses, 1)}: its cluster has 3 hosts, but that of {addresses[0]} has 2"
    )
    assert [failure(each) for each in results] == [(UsageError, sentence)] * 2


def test_a_worker_that_never_comes_is_named_everywhere(addresses, start_host):
    results = [start_host(work, addresses, 1), start_host(chief, addresses, 1)]
    sentence = f"{name(addresses, 2)} did not come within 1 s"
    assert [failure(each) for each in results] == [(ResourceError, sentence)] * 2


def test_several_missing_workers_are_counted(addresses):
    with pytest.raises(ResourceError, match=r"\(task 1\) and 1 more did not come within 0.1 s"):
        chief(addresses, 0.1)


def test_a_chief_that_never_comes_is_named(addresses):
    with pytest.raises(ResourceError) as caught:
        work(addresses, 1, SHORT)
    assert str(caught.value).startswith(f"{name(addresses, 0)} did not answer within 0.4 s: ")


def test_a_chief_whose_name_is_unknown_is_named():
    with pytest.raises(ResourceError, match=r"no.invalid:80 \(task 0\) did not answer within"):
        work(("no.invalid:80", "b:80"), 1, SHORT)


def test_a_port_that_is_taken_is_named(addresses):
    _, port = addresses[0].split(":")
    with (
        socket.create_server(("127.0.0.1", int(port))),
        pytest.raises(
            ResourceError, match=r"its port cannot be opened: another program has it"
        ),
    ):
        chief(addresses)


def test_a_name_stands_for_all_interfaces(addresses):
    cluster = Cluster((addresses[0].replace("127.0.0.1", "host0.invalid"), addresses[1]), 0)
    address = cluster.address(0)
    with (
        listening(address),
        socket.create_connection(("127.0.0.1", address.port), LONG) as connection,
    ):
        assert connection.getpeername()[1] == address.port


HELLO = b'["hello", {"index": 1, "size": 3, "own": []}]'
STRANGERS = {
    "nothing": b"",
    "a browser": b"GET / HTTP/1.1\r\nHost: host0:2222\r\n\r\n",
    "noise": bytes(range(256)),
    "a long text": messages.HEADER.pack(messages.MAGIC, (1 << 32) - 1, 0),
    "a long payload": messages.HEADER.pack(messages.MAGIC, len(HELLO), 1 << 60) + HELLO,
    "a text too long": messages.HEADER.pack(messages.MAGIC, (1 << 20) + 1, 0),
    "no JSON": messages.HEADER.pack(messages.MAGIC, 5, 0) + b"\xff[{[[",
    "a list": messages.HEADER.pack(messages.MAGIC, 2, 0) + b"[]",
    "a number": messages.HEADER.pack(messages.MAGIC, 1, 0) + b"7",
    "no tables": messages.HEADER.pack(messages.MAGIC, len(HELLO), 0) + HELLO,
    "a cut text": messages.HEADER.pack(messages.MAGIC, len(HELLO), 0) + HELLO[:9],
}


@pytest.mark.parametrize("content", STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_is_sent_away_and_harms_nothing(addresses, start_host, content):
    meeting = start_host(chief, addresses[:2])
    with connected(addresses[0]) as stranger:
        stranger.sendall(content)
        with suppress(OSError):  # it may have been sent away already
            stranger.shutdown(socket.SHUT_WR)
            assert stranger.recv(100) == b""
    with connected(addresses[0]):  # this one says nothing and stays
        result = start_host(work, addresses[:2], 1)
        with meeting.result(LONG) as peers:
            assert peers.receive(LONG).table == {"group": 1}
            peers.finish({})
    assert result.result(LONG) == {}


def test_a_worker_that_starts_again_is_met_once(addresses, start_host):
    meeting = start_host(chief, addresses)
    with connected(addresses[0]) as first:
        first.sendall(greeting(3))
    results = [start_host(work, addresses, index) for index in (1, 2)]
    with meeting.result(LONG) as peers:
        peers.finish({})
    assert [each.result(LONG) for each in results] == [{}, {}]


def test_a_length_that_lies_reserves_nothing():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(messages.HEADER.pack(messages.MAGIC, 10, messages.MAX_PAYLOAD_BYTES))
        theirs.sendall(b'["a", {}] ' + struct.pack(">I", 7))
        theirs.close()
        with pytest.raises(ConnectionResetError, match="closed"):
            messages.receive(ours)
