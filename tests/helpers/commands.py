"""The command line: in this process, or the installed command as a person starts it.

A process takes half a second to start, and ten with TensorFlow. So most tests call the
command line in this process (`siren`), and a few start it (`installed`) to see what only
a process has: signals, closed pipes, terminals, exit codes.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
from PIL import Image

from siren_cli.cli.run import run
from siren_cli.system import files, signals

SIREN = str(Path(sys.executable).with_name("siren"))


class Run(NamedTuple):
    """The exit code, output and error lines of a finished command."""

    code: int
    out: bytes
    err: list[str]


def environment(**variables: str) -> dict[str, str]:
    # No GPU and nothing of the user's own settings: the same test everywhere.
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SIREN_")}
    return kept | {"CUDA_VISIBLE_DEVICES": "-1"} | variables


def start(
    folder: Path, *arguments: str, stdin: Any = None, **variables: str
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [SIREN, *arguments],
        cwd=folder,
        stdin=stdin,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(process: "subprocess.Popen[bytes]") -> Run:
    out, err = process.communicate(timeout=120)
    return Run(process.returncode, out, err.decode().splitlines())


def installed(folder: Path, *arguments: str, **variables: str) -> Run:
    """Run the installed command in a folder, with some environment variables."""
    return finish(start(folder, *arguments, **variables))


def siren(folder: Path, *arguments: str, stdin: bytes = b"", **variables: str) -> Run:
    """Run the command line in this process, as `installed` runs it in another."""
    out = io.TextIOWrapper(io.BytesIO())
    with (
        contextlib.chdir(folder),
        patch.dict(os.environ, environment(**variables), clear=True),
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin))),
        contextlib.redirect_stdout(out),
        tempfile.TemporaryFile() as err,
        _stderr_to(err.fileno()),
    ):
        files.read_stdin.cache_clear()
        code = run(list(arguments), time.monotonic())
        err.seek(0)
        return Run(code, out.buffer.getvalue(), err.read().decode().splitlines())


@contextlib.contextmanager
def _stderr_to(descriptor: int) -> Iterator[None]:
    """Let libraries write their messages to another file, and us ours."""
    ours, theirs = signals.handler.descriptor, os.dup(2)
    os.dup2(descriptor, 2)
    signals.handler.descriptor = descriptor
    try:
        yield
    finally:
        signals.handler.descriptor = ours
        os.dup2(theirs, 2)
        os.close(theirs)


def objects(run: Run) -> list[dict[str, Any]]:
    """Return the JSON objects of a run, whose stdout holds nothing else."""

    def refuse(word: str) -> float:
        raise AssertionError(f"{word} is not JSON")

    return [json.loads(line, parse_constant=refuse) for line in run.out.splitlines()]


def write_picture(path: Path, height: int = 30, width: int = 40) -> None:
    y, x = np.mgrid[0:height, 0:width]
    colors = np.stack([x * 6, y * 8, 128 + 100 * np.sin(x * y / 60)], axis=-1)
    Image.fromarray(colors.astype(np.uint8)).save(path)


def pixels(path: Path) -> "np.ndarray[Any, Any]":
    with Image.open(path) as image:
        return np.asarray(image)
