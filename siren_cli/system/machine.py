"""What a fit may use: which devices, how many replicas, how many cells at once."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from siren_cli.errors import UsageError

MAX_REPLICAS = 1024


@dataclass(frozen=True)
class Resources:
    """What a fit may use.

    Attributes:
        devices: `auto` (all GPUs, or else the CPU), `cpu`, `gpu` or `gpu:0,1`.
        replicas: Copies of the network that share each batch; None is one per
            device. More than one on the CPU makes logical devices of it.
        group: Most cells that are fitted at the same time. It decides memory,
            not the result.

    Raises:
        UsageError: `devices` or `replicas` make no sense.
    """

    devices: str = "auto"
    replicas: int | None = None
    group: int = 128

    def __post_init__(self) -> None:
        if not re.fullmatch(r"auto|cpu|gpu(:[0-9]{1,4}(,[0-9]{1,4})*)?", self.devices):
            raise UsageError(
                f"--devices {self.devices}: not auto, cpu, gpu or a list such as gpu:0,1"
            )
        if self.replicas is not None and not 1 <= self.replicas <= MAX_REPLICAS:
            raise UsageError(f"--replicas {self.replicas}: not between 1 and {MAX_REPLICAS}")
        if self.gpus and len(set(self.gpus)) < len(self.gpus):
            raise UsageError(f"--devices {self.devices}: names a GPU twice")

    @property
    def gpus(self) -> list[int] | None:
        """Numbers of the GPUs that were asked for by number, or None."""
        _, colon, numbers = self.devices.partition(":")
        return [int(number) for number in numbers.split(",")] if colon else None


def cpu_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def available_bytes() -> int | None:
    """Return the memory that is left for this process, or None if nothing says so.

    That of the machine or of its container (Linux' control groups), what is less.
    """
    left = []
    with suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        line = next(line for line in lines if line.startswith("MemAvailable:"))
        left.append(int(line.split()[1]) << 10)
    with suppress(OSError, ValueError):  # "max" is no limit
        most, used = (
            int(Path(f"/sys/fs/cgroup/memory.{name}").read_text(encoding="ascii"))
            for name in ("max", "current")
        )
        left.append(most - used)
    return min(left, default=None)
