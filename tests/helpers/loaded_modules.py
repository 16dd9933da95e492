"""The heavy modules that commands load."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

# Runs command lines in its process, and prints for each a line of the exit code and all
# heavy modules that are loaded by then.
PROBE = """
import json, sys, time
from siren_cli.cli.run import run
for arguments in json.loads(sys.argv[1]):
    code = run(arguments, time.monotonic())
    heavy = {"numpy", "rich", "tensorflow"} & set(sys.modules)
    print("loaded", code, *heavy, file=sys.stderr)
"""


class Loaded(NamedTuple):
    """The state of the process after a command.

    Attributes:
        code: Its exit code.
        modules: The heavy modules that it and the commands before it have loaded.
    """

    code: int
    modules: set[str]


def loaded(commands: Sequence[Sequence[str]], folder: Path | None = None) -> list[Loaded]:
    """Run commands, one after the other in a new process; return what each has loaded."""
    probe = [sys.executable, "-c", PROBE, json.dumps(commands)]
    done = subprocess.run(probe, cwd=folder, capture_output=True, check=True, text=True)
    lines = [line.split() for line in done.stderr.splitlines() if line.startswith("loaded ")]
    return [Loaded(int(code), set(modules)) for _, code, *modules in lines]
