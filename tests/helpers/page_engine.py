"""The engine of pages in Node.js: what it draws of files, and what it says of damaged ones."""

import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from siren_cli.rendering.geometry import Size
from tests.helpers.shown_pixels import Shown

NODE = shutil.which("node")
DRIVER = Path(__file__).with_name("engine.js")
# Pixels of each drawing.
SIZE = Size(7, 5)


def job(
    content: bytes,
    drawings: Iterable[Shown] = (),
    points: Iterable[tuple[float, float]] = (),
) -> dict[str, Any]:
    """Return what is asked of a file: drawings, and jets at points (x, y)."""
    size = {"width": SIZE.width, "height": SIZE.height}
    return {
        "file": b64encode(content).decode(),
        "drawings": [{**each._asdict(), **size} for each in drawings],
        "points": list(points),
    }


def answers(engine: str, jobs: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what an engine says of each job, by one process."""
    done = subprocess.run(
        [str(NODE), "-e", engine + DRIVER.read_text("utf-8")],
        input=json.dumps(list(jobs.values())).encode(),
        capture_output=True,
        check=True,
    )
    return dict(zip(jobs, json.loads(done.stdout), strict=True))
