"""Running a command as a user does, and measuring its seconds and its memory.

`python -m benchmarks.command ARGUMENTS...` runs a command and prints one JSON line.
That process in between is small on purpose: a process inherits the peak memory of
the process that starts it, so a command started here would inherit the peak of all
fits before it (Linux, getrusage(2)).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.plan import ROOT

# Without these variables TensorFlow would log, and would reserve the whole GPU.
ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
# Bytes of a unit of ru_maxrss: macOS counts bytes, other systems kibibytes.
RSS_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


class Finished(NamedTuple):
    """A command that has ended.

    Attributes:
        seconds: Time from its start to its end.
        peak_bytes: Most memory that it held at once.
        output: Its standard output.
    """

    seconds: float
    peak_bytes: int
    output: str


def run_python(*arguments: str, **variables: str) -> Finished:
    """Run `python ARGUMENTS...` to its end.

    Args:
        arguments: The arguments.
        variables: Variables of its environment besides those of this process.

    Raises:
        RuntimeError: It failed; the message ends with what it wrote to stderr.
    """
    measuring = [sys.executable, "-m", "benchmarks.command", sys.executable, *arguments]
    environment = {**os.environ, **ENVIRONMENT, **variables}
    done = subprocess.run(
        measuring, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
    return Finished(**json.loads(done.stdout))


def run_siren(
    *arguments: str | int | Path, **variables: str
) -> tuple[Finished, dict[str, Any]]:
    """Run `siren ARGUMENTS... --json`; return its measurements and its JSON object."""
    finished = run_python("-m", "siren_cli", *map(str, arguments), "--json", **variables)
    return finished, json.loads(finished.output)


def import_tensorflow() -> Finished:
    """Run a program that imports TensorFlow and ends; every fit costs at least that."""
    return run_python("-c", "import tensorflow")


def measure(arguments: list[str]) -> int:
    """Run a command, print a `Finished` as JSON, and return the command's exit code."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(arguments, stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        finished = Finished(seconds, usage.ru_maxrss * RSS_UNIT_BYTES, output.read().decode())
    print(json.dumps(finished._asdict()))
    return process.returncode


if __name__ == "__main__":
    sys.exit(measure(sys.argv[1:]))
