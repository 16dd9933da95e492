"""The same fit by several devices of one process, and by several processes.

All of them share the cores of this machine. So the ratios say what sharing costs, and not
what more cores bring.
"""

import json
import socket
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from benchmarks.command import run_python, run_siren
from benchmarks.plan import Plan, Row

ROUNDS = 3
# Numbers of logical devices, the first of which is what the others are compared with.
REPLICAS = (1, 2, 4)
# Numbers of processes, likewise.
WORKERS = (1, 2, 3)


class Run(NamedTuple):
    """A fit that has ended.

    Attributes:
        fit_seconds: Time from its first step on.
        wall_seconds: Time of the whole command.
        digest: SHA-256 of the file, in hexadecimal digits.
    """

    fit_seconds: float
    wall_seconds: float
    digest: str


def replicas(plan: Plan) -> Iterator[Row]:
    """Yield a row for each number of logical CPU devices, on the first picture."""
    picture = plan.pictures[0].resolve()

    def fit(count: int, output: Path) -> Run:
        arguments = ("--devices", "cpu", "--replicas", count, "-f", "-o", output)
        finished, facts = run_siren("fit", picture, *arguments)
        return Run(facts["fit_seconds"], finished.seconds, facts["file_sha256"])

    yield from _in_turns("replicas", REPLICAS, fit)


def workers(plan: Plan) -> Iterator[Row]:
    """Yield a row for each number of processes on loopback, on the first picture."""
    picture = plan.pictures[0].resolve()

    def fit(count: int, output: Path) -> Run:
        arguments = ("fit", picture, "--devices", "cpu", "-f", "-o", output)
        hosts = loopback(count)
        with ThreadPoolExecutor(count) as pool:
            others = [
                pool.submit(run_python, "-m", "siren_cli", *map(str, arguments), TF_CONFIG=host)
                for host in hosts[1:]
            ]
            finished, facts = run_siren(*arguments, TF_CONFIG=hosts[0])
            for other in others:
                other.result()
        return Run(facts["fit_seconds"], finished.seconds, facts["file_sha256"])

    yield from _in_turns("workers", WORKERS, fit)


def loopback(count: int) -> list[str]:
    """Return the TF_CONFIG of each process of a cluster on this machine."""
    with ExitStack() as stack:
        # All are open at the same time, so that they differ.
        open_ports = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        ports = [each.getsockname()[1] for each in open_ports]
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    tasks = [{"type": "worker", "index": index} for index in range(count)]
    return [json.dumps({"cluster": cluster, "task": task}) for task in tasks]


def _in_turns(
    kind: str, counts: Sequence[int], fit: Callable[[int, Path], Run]
) -> Iterator[Row]:
    """Yield the medians of some rounds, in which all numbers take turns."""
    runs: dict[int, list[Run]] = {count: [] for count in counts}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            for count in counts:
                runs[count].append(fit(count, Path(folder) / "out.siren"))
    first = runs[counts[0]]
    for count, own in runs.items():
        ratios = [
            run.fit_seconds / one.fit_seconds for run, one in zip(own, first, strict=True)
        ]
        yield {
            "kind": kind,
            "count": count,
            "fit_seconds": statistics.median(run.fit_seconds for run in own),
            "wall_seconds": statistics.median(run.wall_seconds for run in own),
            "ratio": statistics.median(ratios),
            "is_same_file": {run.digest for run in own} == {first[0].digest},
        }
