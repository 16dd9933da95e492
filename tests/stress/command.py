"""Starting siren as a person or a script starts it, in the folder of a test."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from tests.helpers.commands import environment

ROOT = Path(__file__).resolve().parent.parent.parent
SIREN = "siren_cli"
# Small cells make many groups, so that a fit has more than one kind of moment.
SETTINGS = ("--preset", "fast", "--set", "network.cell_size=16")
# Longest that a command may take, in seconds.
MAX_SECONDS = 300.0
# Time between two looks at a file that is waited for, in seconds.
POLL_SECONDS = 0.005


class Run(NamedTuple):
    """The result of a finished command.

    Attributes:
        code: Its exit code.
        out: Its standard output.
        err: Its standard error.
    """

    code: int
    out: str
    err: str


def start(
    folder: Path, *arguments: str | Path, program: str = SIREN
) -> "subprocess.Popen[str]":
    """Start a Python module as a program, without the user's own settings and without GPUs."""
    python_path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-m", program, *map(str, arguments)],
        cwd=folder,
        env=environment(PYTHONPATH=python_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> Run:
    """Wait for a command to end.

    Raises:
        TimeoutExpired: The command took longer than `MAX_SECONDS` and was killed.
    """
    try:
        out, err = process.communicate(timeout=MAX_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Run(process.returncode, out, err)


def wait_for_change(process: "subprocess.Popen[str]", path: Path) -> bool:
    """Wait until a process writes a file; return False if the process ended before."""
    before = _modified_ns(path)
    while process.poll() is None:
        if _modified_ns(path) not in (before, None):
            return True
        time.sleep(POLL_SECONDS)
    return False


def _modified_ns(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def names_in(folder: Path) -> set[str]:
    """Return the names of the files and folders in a folder."""
    return {path.name for path in folder.iterdir()}


def write_picture(path: Path, height: int = 150, width: int = 200) -> None:
    """Write a picture of waves."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x * y / 900), np.cos(x / 7 + y / 40), np.sin(y / 5 - x / 60)]
    colors = 128 + 110 * np.stack(waves, axis=-1)
    Image.fromarray(colors.astype(np.uint8)).save(path)
