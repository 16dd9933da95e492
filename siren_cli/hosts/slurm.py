"""The hosts of a Slurm step, from the variables that srun sets."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice, product

from siren_cli.errors import UsageError, shown

# Most tasks that a step may have.
MAX_TASKS = 4096
# Ports are below those that Linux and macOS give to outgoing connections.
FIRST_PORT = 12000
# Number of ports among which the number of a job chooses, so that two jobs do not meet.
PORTS = 16000
# A name in a list of nodes, in which brackets hold numbers, such as node[01-03,7].
NODE = r"(?:[A-Za-z0-9._-]|\[[0-9,-]+\])+"
# A number or a range of them, such as 01-03.
NUMBERS = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")
# A number of tasks, and on how many nodes in a row, such as 2(x3).
TASKS = re.compile(r"([0-9]{1,5})(?:\(x([0-9]{1,5})\))?")


@dataclass(frozen=True)
class Step:
    """The tasks of a step.

    Attributes:
        addresses: The address of every task.
        index: The place of this task in that list.
    """

    addresses: list[str]
    index: int


def step(environment: Mapping[str, str]) -> Step:
    """Return the tasks of the step that this process belongs to.

    Tasks of one node have ports that follow each other.

    Raises:
        UsageError: A variable is missing or has another form than srun gives it.
    """
    index, tasks, job = (
        _number(environment, name) for name in ("SLURM_PROCID", "SLURM_NTASKS", "SLURM_JOB_ID")
    )
    nodes = expanded(_text(environment, "SLURM_STEP_NODELIST"))
    counts = tasks_per_node(_text(environment, "SLURM_STEP_TASKS_PER_NODE"))
    if len(nodes) != len(counts) or sum(counts) != tasks or index >= tasks:
        raise UsageError(
            f"task {index} of {tasks} does not belong to a step of {sum(counts)} tasks "
            f"on {len(nodes)} nodes; start it by srun"
        )
    first = FIRST_PORT + job % PORTS
    addresses = [
        f"{node}:{first + place}"
        for node, count in zip(nodes, counts, strict=True)
        for place in range(count)
    ]
    return Step(addresses, index)


def expanded(text: str) -> list[str]:
    """Return the names in a list of nodes such as `node[01-03,7],gpu2`.

    Raises:
        UsageError: The list has another form, or too many nodes.
    """
    if not re.fullmatch(f"{NODE}(?:,{NODE})*", text):
        raise UsageError(f"{shown(text)} is not a list of nodes")
    names = chain.from_iterable(map(_names, re.findall(NODE, text)))
    nodes = list(islice(names, MAX_TASKS + 1))
    if len(nodes) > MAX_TASKS:
        raise UsageError(f"{shown(text)} has more than {MAX_TASKS} nodes")
    return nodes


def _names(node: str) -> Iterator[str]:
    """Return the names that a name with brackets stands for."""
    pieces = re.split(r"\[(.*?)\]", node)
    choices = [_numbers(piece) if place % 2 else [piece] for place, piece in enumerate(pieces)]
    return map("".join, product(*choices))


def _numbers(text: str) -> list[str]:
    """Return the numbers that stand between brackets, with their leading zeros."""
    numbers: list[str] = []
    for part in text.split(","):
        match = NUMBERS.fullmatch(part)
        low = int(match[1]) if match else 1
        high = int(match[2] or low) if match else 0
        if match is None or not 0 <= high - low < MAX_TASKS - len(numbers):
            raise UsageError(f"{shown(f'[{text}]')} is not a list of nodes' numbers")
        numbers += [f"{number:0{len(match[1])}}" for number in range(low, high + 1)]
    return numbers


def tasks_per_node(text: str) -> list[int]:
    """Return the number of tasks on each node, from a text such as `2(x3),1`.

    Raises:
        UsageError: The text has another form, or too many tasks.
    """
    counts: list[int] = []
    for part in text.split(","):
        match = TASKS.fullmatch(part)
        repeats = int(match[2] or 1) if match else 0
        if match is None or len(counts) + repeats > MAX_TASKS or int(match[1]) > MAX_TASKS:
            raise UsageError(f"{shown(text)} is not a list of tasks on each node")
        counts += [int(match[1])] * repeats
    return counts


def _text(environment: Mapping[str, str], name: str) -> str:
    text = environment.get(name)
    if not text:
        raise UsageError(f"{name} is not set; start it by srun")
    return text


def _number(environment: Mapping[str, str], name: str) -> int:
    text = _text(environment, name)
    if not re.fullmatch("[0-9]{1,18}", text):
        raise UsageError(f"{name} {shown(text)} is not a number; start it by srun")
    return int(text)
