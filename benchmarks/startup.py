"""The time of `siren fit` outside its steps, compared with importing TensorFlow."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.command import import_tensorflow, run_siren
from benchmarks.plan import Plan, Row

ROUNDS = 5


def measure(plan: Plan) -> Iterator[Row]:
    """Yield the medians of some rounds, in which the fit and the import take turns."""
    picture = plan.pictures[0].resolve()
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out.siren"
        rounds = [_round(picture, output) for _ in range(ROUNDS)]
    startups, imports = zip(*rounds, strict=True)
    yield {
        "kind": "startup",
        "startup_seconds": statistics.median(startups),
        "import_seconds": statistics.median(imports),
        "over_import_seconds": statistics.median(a - b for a, b in rounds),
    }


def _round(picture: Path, output: Path) -> tuple[float, float]:
    # The rest of the command's time is its start, reading, compiling, and the little
    # time of saving and of the end of Python.
    finished, facts = run_siren("fit", picture, "--epochs", 1, "-f", "-o", output)
    return finished.seconds - facts["fit_seconds"], import_tensorflow().seconds
