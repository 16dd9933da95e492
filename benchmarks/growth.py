"""Seconds and memory of the command `siren fit` as its picture grows."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.command import import_tensorflow, run_siren
from benchmarks.pictures import tiled
from benchmarks.plan import Plan, Row
from siren_cli.pictures.formats import format_for
from siren_cli.pictures.picture import Source
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.pictures.writing.writer import write_picture

# Rows and columns of photographs in a picture. Photographs of 768 x 512 pixels make
# 0.4 to 12.6 megapixels.
TILINGS = ((1, 1), (2, 2), (4, 4), (8, 4))


def measure(plan: Plan) -> Iterator[Row]:
    """Yield a row with the memory of TensorFlow alone, then a row for each size."""
    pictures = [read_picture(path) for path in plan.pictures]
    yield {"kind": "import", "peak_bytes": import_tensorflow().peak_bytes}
    for rows, columns in TILINGS:
        picture = tiled(pictures, rows, columns)
        if picture.facts.width * picture.facts.height <= plan.largest * 1e6:
            yield {
                "kind": "growth",
                "rows": rows,
                "columns": columns,
                **fit_row(picture.source(), ".png"),
            }


def fit_row(source: Source, suffix: str) -> Row:
    """Return the size, quality, time and memory of the fit of a picture of some format."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"tiled{suffix}"
        with path.open("wb") as file:
            write_picture(file, source, format_for(path), source.facts.bit_depth)
        finished, facts = run_siren("fit", path)
    return {
        "width": facts["width"],
        "height": facts["height"],
        "psnr": facts["psnr_db"],
        "fit_seconds": facts["fit_seconds"],
        "wall_seconds": finished.seconds,
        "peak_bytes": finished.peak_bytes,
    }
