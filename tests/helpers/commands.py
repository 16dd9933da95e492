"""Starting the installed command, as a person or a script starts it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

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


def siren(folder: Path, *arguments: str, **variables: str) -> Run:
    return finish(start(folder, *arguments, **variables))


def objects(run: Run) -> list[dict[str, Any]]:
    """Return the JSON objects of a run, whose stdout holds nothing else."""

    def refuse(word: str) -> float:
        raise AssertionError(f"{word} is not JSON")

    return [json.loads(line, parse_constant=refuse) for line in run.out.splitlines()]


def write_picture(path: Path) -> None:
    y, x = np.mgrid[0:30, 0:40]
    colors = np.stack([x * 6, y * 8, 128 + 100 * np.sin(x * y / 60)], axis=-1)
    Image.fromarray(colors.astype(np.uint8)).save(path)


def pixels(path: Path) -> "np.ndarray[Any, Any]":
    with Image.open(path) as image:
        return np.asarray(image)
