"""The most memory that this process has held, from a moment on."""

import resource
import sys
from pathlib import Path

# ru_maxrss is in bytes on macOS, in kilobytes elsewhere.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
PEAK = "VmHWM:"


def forget_peak() -> None:
    """Count from here on, where the system can do that (Linux, proc_pid_clear_refs(5))."""
    path = Path("/proc/self/clear_refs")
    if path.exists():
        path.write_text("5")


def peak_bytes() -> int:
    """Return the peak since `forget_peak`."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith(PEAK))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT
