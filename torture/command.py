"""Starting siren as a person or a script starts it, in a folder of a test."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
SIREN, HASTY = "siren_cli", "torture.hasty"
# Many groups of cells, so that there is more than one kind of moment.
SETTINGS = ("--preset", "fast", "--set", "network.cell_size=16")
LONGEST = 300.0


class Run(NamedTuple):
    """What a finished command left.

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
    """Start a program with the user's own settings left out, and without GPUs."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SIREN_")}
    python_path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-m", program, *map(str, arguments)],
        cwd=folder,
        env=kept | {"CUDA_VISIBLE_DEVICES": "-1", "PYTHONPATH": python_path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]", seconds: float = LONGEST) -> Run:
    """Wait for a command to end.

    Raises:
        TimeoutExpired: It did not in so many seconds; it is killed.
    """
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Run(process.returncode, out, err)


def wait_for_change(process: "subprocess.Popen[str]", path: Path) -> bool:
    """Wait until a file is written; False is said of a process that ended before."""
    before = _written(path)
    while process.poll() is None:
        if _written(path) not in (before, None):
            return True
        time.sleep(0.005)
    return False


def _written(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def names(folder: Path) -> set[str]:
    """Return the names in a folder."""
    return {path.name for path in folder.iterdir()}


def write_picture(path: Path, height: int = 150, width: int = 200) -> None:
    """Write a picture of waves."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x * y / 900), np.cos(x / 7 + y / 40), np.sin(y / 5 - x / 60)]
    colors = 128 + 110 * np.stack(waves, axis=-1)
    Image.fromarray(colors.astype(np.uint8)).save(path)
