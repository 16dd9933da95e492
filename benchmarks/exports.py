"""Exported files: their bytes, and how fast and how exactly other programs evaluate them."""

import json
import shutil
import statistics
import subprocess
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.command import run_siren
from benchmarks.plan import Plan, Row
from siren_cli.exporting.kinds import KINDS
from siren_cli.exporting.page.page import engine
from siren_cli.model.grid import pixel_centers
from siren_cli.rendering.derivatives import VALUE, jets
from siren_cli.rendering.function import PictureFunction
from siren_cli.representation.representation import as_mosaic
from siren_cli.representation.siren_file import load

# Fits of one epoch: what is measured does not depend on how good they are.
FITS = {"balanced": (), "paper": ("--max-side", 256)}
ROUNDS = 5
# One of this many points is compared with double precision.
CHECKED_STRIDE = 97
# Draws the picture at its own size, a point for each pixel, and says the milliseconds.
DRIVER = """
const { readFileSync } = require("node:fs");
const picture = parseSiren(bytesOfBase64(readFileSync(0, "utf8")));
const [y, x] = [picture.height, picture.width].map((n) => positionsOf(0, 1, 0, n));
for (let round = 0; round < ROUNDS; round++) {
  const start = performance.now();
  valuesOn(picture, y, x);
  console.log(performance.now() - start);
}
"""


def measure(plan: Plan) -> Iterator[Row]:
    """Yield a row for each kind of file, and for each program that evaluates one."""
    picture = plan.pictures[0]
    with tempfile.TemporaryDirectory() as folder:
        for preset, flags in FITS.items():
            file = Path(folder) / f"{preset}.siren"
            arguments = (*flags, "--preset", preset, "--epochs", 1, "-o", file)
            run_siren("fit", picture.resolve(), *arguments)
            for kind in KINDS:
                yield {"kind": "file", "preset": preset, "format": kind, **_file(file, kind)}
            for by, row in _programs(file):
                yield {"kind": "points", "preset": preset, "by": by, **row}


def _file(file: Path, kind: str) -> Row:
    """Return the size of an exported file, and the seconds of the whole command."""
    output = file.with_suffix(f".{kind}")
    runs = [run_siren("export", file, "-o", output, "-f")[0].seconds for _ in range(ROUNDS)]
    size, own = output.stat().st_size, file.stat().st_size
    return {"bytes": size, "to_siren": size / own, "command_seconds": statistics.median(runs)}


def _programs(file: Path) -> Iterator[tuple[str, Row]]:
    function = PictureFunction(load(file))
    x, y = np.meshgrid(
        pixel_centers(function.width, function.width),
        pixel_centers(function.height, function.height),
    )
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    yield "siren (NumPy)", _timed(lambda: function(*points.T), function, points)
    if find_spec("onnxruntime"):
        import onnxruntime

        session = onnxruntime.InferenceSession(file.with_suffix(".onnx"))
        inputs = {"points": points.astype(np.float32)}
        yield "ONNX Runtime", _timed(lambda: session.run(None, inputs)[0], function, points)
    if node := shutil.which("node"):
        yield "JavaScript, one core", {**_javascript(node, file, len(points)), "worst": None}


def _timed(
    evaluate: Callable[[], Any], function: PictureFunction, points: NDArray[np.float64]
) -> Row:
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        values = evaluate()
        seconds.append(time.perf_counter() - start)
    x, y = points[::CHECKED_STRIDE].T
    exact = jets(as_mosaic(function.representation).floats(np.float64), y, x)[VALUE]
    found = values.reshape(len(points), -1)[::CHECKED_STRIDE]
    speed = len(points) / statistics.median(seconds) / 1e6
    return {"mpoints_per_second": speed, "worst": float(np.abs(found - exact).max())}


def _javascript(node: str, file: Path, points: int) -> Row:
    script = engine() + DRIVER.replace("ROUNDS", str(ROUNDS))
    done = subprocess.run(
        [node, "-e", script],
        check=True,
        capture_output=True,
        input=b64encode(file.read_bytes()).decode(),
        text=True,
    )
    milliseconds = statistics.median(map(json.loads, done.stdout.split()))
    return {"mpoints_per_second": points / milliseconds / 1e3}
