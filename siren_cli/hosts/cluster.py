"""The hosts of a fit, as the environment names them: by TF_CONFIG, or by Slurm."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from siren_cli.errors import UsageError, prefixed, shown
from siren_cli.hosts import slurm

# Largest number of a port.
MAX_PORT = 65535
# A name or an IPv4 address, whose parts the resolver wants to be of 1 to 63 characters.
NAME = r"(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}"
# An IPv6 address in brackets.
BRACKETS = r"\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?\]"
ADDRESS = re.compile(rf"(?:{NAME}|{BRACKETS}):([0-9]{{1,5}})")
# The types of tasks that a cluster may have, in the order of the hosts.
TASK_TYPES = ("chief", "worker")


class Address(NamedTuple):
    """Where a host is reached.

    Attributes:
        host: Its name or its IP address, without brackets.
        port: The number of its port, in [1, 65535].
    """

    host: str
    port: int


@dataclass(frozen=True)
class Cluster:
    """The hosts that fit one picture together.

    Attributes:
        addresses: The address of every host, such as `host0:2222`; the chief is the first.
        index: The place of this host in that list.
    """

    addresses: tuple[str, ...]
    index: int

    @property
    def size(self) -> int:
        """Number of hosts."""
        return len(self.addresses)

    @property
    def is_chief(self) -> bool:
        """Whether this host is the one that writes."""
        return self.index == 0

    def address(self, index: int) -> Address:
        """Return where a host is reached."""
        host, _, port = self.addresses[index].rpartition(":")
        return Address(host.strip("[]"), int(port))

    def name(self, index: int) -> str:
        """Return the name of a host in messages, such as `host1:2222 (task 1)`."""
        return f"{self.addresses[index]} (task {index})"


def cluster_from(
    environment: Mapping[str, str], source: Literal["auto", "slurm"]
) -> Cluster | None:
    """Return the cluster that this process belongs to, or None if it fits alone.

    Args:
        environment: The variables of the environment.
        source: `auto` reads TF_CONFIG, as tf.distribute does; `slurm` reads the variables
            of a step that srun started.

    Raises:
        UsageError: The variables are missing or make no sense.
    """
    if source == "slurm":
        with prefixed("--cluster slurm"):
            step = slurm.step(environment)
            cluster = _checked(step.addresses, step.index)
    else:
        text = environment.get("TF_CONFIG", "")
        if not text.strip():
            return None
        with prefixed("TF_CONFIG"):
            cluster = _parsed(text)
    return cluster if cluster.size > 1 else None


def _parsed(text: str) -> Cluster:
    """Return the cluster of a TF_CONFIG."""
    try:
        config = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown(text)} is not JSON") from error
    tables = config if isinstance(config, dict) else {}
    hosts, task = (_table(tables, name) for name in ("cluster", "task"))
    if others := [each for each in hosts if each not in TASK_TYPES]:
        raise UsageError(f"its cluster has {shown(others[0])}, not only chief and worker")
    chiefs, workers = (_list(hosts, each) for each in TASK_TYPES)
    if "chief" in hosts and len(chiefs) != 1:
        raise UsageError(f"its cluster has {len(chiefs)} chiefs, not one")
    if not chiefs + workers:
        raise UsageError("its cluster has no worker")
    kind, index = task.get("type"), task.get("index")
    if kind not in TASK_TYPES or kind not in hosts:
        raise UsageError(f"its task type {shown(kind)} is none of its cluster's types")
    count = len(hosts[kind])
    if type(index) is not int or not 0 <= index < count:
        raise UsageError(f"its task index {shown(index)} is not an integer of 0 to {count - 1}")
    return _checked(chiefs + workers, index + (len(chiefs) if kind == "worker" else 0))


def _table(tables: dict[str, Any], name: str) -> dict[str, Any]:
    table = tables.get(name)
    if not isinstance(table, dict) or not table:
        raise UsageError(f'it has no table "{name}"')
    return table


def _list(hosts: dict[str, Any], kind: str) -> list[Any]:
    addresses = hosts.get(kind, [])
    if not isinstance(addresses, list):
        raise UsageError(f'its "{kind}" is not a list of addresses')
    return addresses


def _checked(addresses: list[Any], index: int) -> Cluster:
    """Return the cluster of some addresses, none of which is checked yet."""
    for address in addresses:
        match = ADDRESS.fullmatch(address) if isinstance(address, str) else None
        if match is None or not 1 <= int(match[1]) <= MAX_PORT:
            raise UsageError(
                f"{shown(address)} is not a host and a port of 1 to {MAX_PORT}, "
                "such as host0:2222"
            )
    places: dict[str, int] = {}
    for place, address in enumerate(addresses):
        if places.setdefault(address.lower(), place) != place:
            raise UsageError(f"{address} is there twice")
    return Cluster(tuple(addresses), index)
