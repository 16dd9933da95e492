"""How the hosts of a fit meet: every worker comes to the chief, which compares them.

Nothing may be loaded before that takes long, so that a missing host or a difference is
known at once. A difference ends the fit on all hosts by the same sentence.
"""

import json
import socket
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from siren_cli.errors import ResourceError, SirenError, UsageError
from siren_cli.hosts import messages, reasons
from siren_cli.hosts.cluster import Cluster
from siren_cli.hosts.door import HELLO, Arrival, Door
from siren_cli.hosts.link import ERROR, SILENCE_SECONDS, Link
from siren_cli.hosts.messages import Frame
from siren_cli.hosts.peers import Chief, Worker
from siren_cli.hosts.reasons import Reason

# The kind of the chief's answer when all hosts have met.
WELCOME = "welcome"
# Longest time in which one attempt connects to the chief, in seconds.
ATTEMPT_SECONDS = 5.0
# Time between two attempts, in seconds.
PAUSE_SECONDS = 0.2
# What a worker waits longer than the chief, whose sentence says more, in seconds.
MARGIN_SECONDS = 5.0


def meet(
    cluster: Cluster,
    own: Mapping[str, Any],
    seconds: float,
    silence: float = SILENCE_SECONDS,
) -> Chief | Worker:
    """Wait for the other hosts and return the connections to them.

    Args:
        cluster: The hosts.
        own: What must be equal on all hosts, as JSON values; messages say its keys, such as
            `picture`.
        seconds: Longest wait.
        silence: Longest time without any word after which a host counts as lost, in seconds.

    Raises:
        UsageError: The hosts differ in what must be equal, or two have the same index.
        ResourceError: A host did not come, or the chief's port is taken.
        SirenError: The chief ended by another error.
    """
    if cluster.is_chief:
        return _gather(cluster, json.loads(json.dumps(own)), seconds, silence)
    hello = {"index": cluster.index, "size": cluster.size, "own": dict(own)}
    return Worker(cluster, _come(cluster, hello, seconds), silence)


def _gather(cluster: Cluster, own: dict[str, Any], seconds: float, silence: float) -> Chief:
    """Wait for all workers, and welcome them."""
    with Door(cluster) as door:
        arrivals = door.arrivals(cluster.size - 1, seconds)
    hellos = [each.hello for each in arrivals]
    error: SirenError | None = difference(cluster, own, hellos)
    here = {each["index"] for each in hellos}
    missing = [cluster.name(index) for index in range(1, cluster.size) if index not in here]
    if error is None and missing:
        others = f" and {len(missing) - 1} more" if missing[1:] else ""
        error = ResourceError(f"{missing[0]}{others} did not come within {seconds:g} s")
    if error is not None:
        _refuse(arrivals, Reason(error.exit_code, str(error)))
        raise error
    for each in arrivals:
        with suppress(OSError):  # the chief's link notices at once that the worker is lost
            messages.send(each.connection, WELCOME, {})
    return Chief(cluster, {each.hello["index"]: each.connection for each in arrivals}, silence)


def difference(
    cluster: Cluster, own: Mapping[str, Any], hellos: Sequence[Mapping[str, Any]]
) -> UsageError | None:
    """Return the error of workers that do not belong together, or None."""
    for index, count in Counter(each["index"] for each in hellos).items():
        if count > 1:
            return UsageError(f"two hosts have index {index}; each needs an index of its own")
    for hello in sorted(hellos, key=lambda each: int(each["index"])):
        index, size, theirs = (hello[name] for name in ("index", "size", "own"))
        name = cluster.name(index) if index < cluster.size else f"task {index}"
        if size != cluster.size:
            return UsageError(
                f"{name}: its cluster has {size} hosts, but that of "
                f"{cluster.addresses[0]} has {cluster.size}"
            )
        for label in own | theirs:
            if label not in own or label not in theirs or own[label] != theirs[label]:
                return UsageError(
                    f"{name}: differs from {cluster.addresses[0]} in its {label}; "
                    "all hosts must have the same"
                )
    return None


def _refuse(arrivals: Sequence[Arrival], reason: Reason) -> None:
    """Tell workers why the fit ends before it begins."""
    links = [Link(each.connection, SILENCE_SECONDS, _ignore) for each in arrivals]
    for link in links:
        link.start()
        link.send(ERROR, reason.table)
    for link in links:
        link.close()


def _ignore(frame: Frame | None) -> None:
    """Do nothing with what a host says that is not welcome."""


def _come(cluster: Cluster, hello: dict[str, Any], seconds: float) -> socket.socket:
    """Return a worker's connection to a chief that has welcomed it."""
    last = time.monotonic() + seconds
    problem = ""
    while (left := last - time.monotonic()) > 0:
        try:
            return _welcomed(cluster, hello, min(left, ATTEMPT_SECONDS), seconds)
        except OSError as error:
            problem = f": {error.strerror or error}"
        time.sleep(min(PAUSE_SECONDS, left))
    raise ResourceError(f"{cluster.name(0)} did not answer within {seconds:g} s{problem}")


def _welcomed(
    cluster: Cluster, hello: dict[str, Any], attempt: float, seconds: float
) -> socket.socket:
    """Connect to the chief, greet it, and wait until it has met all workers.

    Raises:
        SirenError: The chief ended the fit.
        OSError: Nobody answers, or not as a chief does.
    """
    connection = socket.create_connection(cluster.address(0), attempt)
    try:
        # A port of this host without a listener may be connected to itself.
        if connection.getsockname() == connection.getpeername():
            raise ConnectionRefusedError("nobody listens")
        messages.send(connection, HELLO, hello)
        connection.settimeout(seconds + MARGIN_SECONDS)
        answer = messages.receive(connection)
        if answer.kind == ERROR:
            raise reasons.of_table(answer.table).error
        if answer.kind != WELCOME:
            raise messages.ForeignError("no answer of a chief")
    except BaseException:  # whatever ends the greeting, nobody else has the connection
        connection.close()
        raise
    return connection
