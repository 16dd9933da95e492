"""The most memory that this process holds during a test."""

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stress.session import demand

# Bytes of a unit of ru_maxrss: macOS counts bytes, other systems kibibytes.
RSS_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024
# Beginning of the line with the peak in /proc/self/status, in kibibytes (proc_pid_status(5)).
PEAK_LINE = "VmHWM:"
MEBIBYTE = 1 << 20


@contextmanager
def growth_below(limit_bytes: int) -> Iterator[None]:
    """Demand that the peak memory grows by no more than `limit_bytes` meanwhile."""
    _forget_peak()
    before = _peak_bytes()
    yield
    growth = _peak_bytes() - before
    demand(growth <= limit_bytes, f"the memory grew by {growth // MEBIBYTE} MiB")


def _forget_peak() -> None:
    # Only Linux can do that (proc_pid_clear_refs(5)); elsewhere the peak is since the start.
    path = Path("/proc/self/clear_refs")
    if path.exists():
        path.write_text("5")


def _peak_bytes() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith(PEAK_LINE))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT_BYTES
