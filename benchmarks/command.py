"""Running a command as a user does, watched for its seconds and its memory.

`python -m benchmarks.command ARGUMENTS...` starts it and prints one JSON line.
That process in between is small on purpose: Linux counts what a process held
before it became another program, so a child of ours would inherit the peak of
all our fits.
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

# TensorFlow chats, and would take the whole GPU from those that measure beside it.
ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
# ru_maxrss is in bytes on macOS, in kilobytes elsewhere.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class Finished(NamedTuple):
    """A command that has ended.

    Attributes:
        seconds: From its start to its end.
        peak_bytes: Most memory it held.
        output: What it printed.
    """

    seconds: float
    peak_bytes: int
    output: str


def run_python(*arguments: str) -> Finished:
    """Run `python ARGUMENTS...` to its end.

    Raises:
        RuntimeError: It failed; the message ends with what it wrote to stderr.
    """
    watcher = [sys.executable, "-m", "benchmarks.command", sys.executable, *arguments]
    environment = {**os.environ, **ENVIRONMENT}
    done = subprocess.run(
        watcher, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
    return Finished(**json.loads(done.stdout))


def run_siren(*arguments: str | int | Path) -> tuple[Finished, dict[str, Any]]:
    """Run `siren ARGUMENTS... --json`; return how it went and the facts it printed."""
    finished = run_python("-m", "siren_cli", *map(str, arguments), "--json")
    return finished, json.loads(finished.output)


def import_tensorflow() -> Finished:
    """Run a program that imports TensorFlow and ends: what every fit starts from."""
    return run_python("-c", "import tensorflow")


def watch(arguments: list[str]) -> int:
    """Run a command, print a `Finished` as JSON, and return the command's exit code."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(arguments, stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        finished = Finished(seconds, usage.ru_maxrss * RSS_UNIT, output.read().decode())
    print(json.dumps(finished._asdict()))
    return process.returncode


if __name__ == "__main__":
    sys.exit(watch(sys.argv[1:]))
