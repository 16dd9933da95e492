"""Which heavy modules a command loads."""

import subprocess
import sys
from pathlib import Path

# Runs the command line in its process, and ends with a line of the exit code and modules.
PROBE = """
import sys, time
from siren_cli.cli.run import run
code = run(sys.argv[1:], time.monotonic())
print(code, *({"numpy", "rich", "tensorflow"} & set(sys.modules)), file=sys.stderr)
"""


def loaded(*arguments: str, folder: Path | None = None) -> tuple[int, set[str]]:
    """Return the exit code of a command and the heavy modules that it loaded."""
    command = [sys.executable, "-c", PROBE, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    code, *modules = done.stderr.splitlines()[-1].decode().split()
    return int(code), set(modules)
