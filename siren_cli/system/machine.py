"""The machine: cores and memory that this process may use."""

import os
from contextlib import suppress
from pathlib import Path


def cpu_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def available_bytes() -> int | None:
    """Return the memory that is left for this process, or None if nothing says so.

    It is the smaller of two numbers: the memory that the machine has left, and the memory
    that its container (Linux' control groups) has left.
    """
    left = []
    with suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        line = next(line for line in lines if line.startswith("MemAvailable:"))
        left.append(int(line.split()[1]) << 10)
    with suppress(OSError, ValueError):  # "max" is no limit
        limit, used = (
            int(Path(f"/sys/fs/cgroup/memory.{name}").read_text(encoding="ascii"))
            for name in ("max", "current")
        )
        left.append(limit - used)
    return min(left, default=None)
