"""Hosts as processes: killed, frozen and terminated."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from siren_cli.hosts import messages
from siren_cli.hosts.link import Link
from tests.helpers.hosts import LONG, name

HOST = """
import sys, time
from siren_cli.errors import SirenError
from siren_cli.hosts.cluster import Cluster
from siren_cli.hosts.meeting import meet
from siren_cli.system import signals

signals.handle()
index, silence, *addresses = sys.argv[1:]
try:
    with meet(Cluster(tuple(addresses), int(index)), {}, 20, float(silence)) as peers:
        print("met", flush=True)
        peers.receive(20)
except SirenError as error:
    print(error, flush=True)
    sys.exit(error.exit_code)
"""


@pytest.fixture
def processes(addresses) -> Iterator[Callable[[float], list["subprocess.Popen[str]"]]]:
    """Return a function that starts three hosts as processes that have met."""
    running: list[subprocess.Popen[str]] = []

    def start(silence: float) -> list["subprocess.Popen[str]"]:
        for index in range(3):
            command = [sys.executable, "-c", HOST, str(index), str(silence), *addresses]
            running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        assert [each.stdout.readline() for each in running] == ["met\n"] * 3
        return running

    yield start
    for each in running:
        each.kill()
        each.communicate()


def ends(hosts: list["subprocess.Popen[str]"], but: int) -> list[tuple[str, int]]:
    """Return what the hosts but one say at their end, and their exit codes."""
    others = [each for index, each in enumerate(hosts) if index != but]
    return [(each.communicate(timeout=LONG)[0], each.returncode) for each in others]


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize(
    ("number", "silence"),
    [("SIGKILL", 12), pytest.param("SIGSTOP", 1, marks=pytest.mark.slow)],
)
def test_a_host_that_is_killed_or_frozen_is_lost(addresses, processes, index, number, silence):
    hosts = processes(silence)
    hosts[index].send_signal(getattr(signal, number))
    sentence = f"{name(addresses, index)} was lost; the same command goes on with its work\n"
    assert ends(hosts, index) == [(sentence, 6)] * 2


@pytest.mark.parametrize("index", [0, 1])
def test_a_host_that_is_terminated_says_so(addresses, processes, index):
    hosts = processes(12)
    hosts[index].terminate()
    sentence = f"{name(addresses, index)} was stopped; the same command goes on with its work\n"
    assert ends(hosts, index) == [(sentence, 6)] * 2


def test_a_message_that_a_signal_cuts_is_never_completed():
    ours, theirs = socket.socketpair()
    link = Link(ours, LONG, lambda _: None)
    link.start()
    main = threading.main_thread().ident
    threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        link.send("work", {}, bytes(1 << 24))
    link.send("error", {"code": 6, "sentence": "stopped"})
    theirs.settimeout(LONG)
    with theirs, pytest.raises(ConnectionResetError, match="the other side has closed"):
        messages.receive(theirs)
    link.close()
