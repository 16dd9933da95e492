"""Seconds and memory of the commands that read a large `.siren` file.

The file was written just before, so it is read from the system's memory where that has
room for it.
"""

import math
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.command import Finished, run_siren
from benchmarks.plan import Plan, Row
from siren_cli.model.cell_classes import CellClasses
from siren_cli.model.grid import Axis, Grid
from siren_cli.representation import version_2
from siren_cli.representation.header import MosaicHeader
from siren_cli.representation.representation import as_mosaic
from siren_cli.representation.siren_file import load
from siren_cli.representation.stored_cells import StoredCells

ROUNDS = 3
PRESET = "fast"
# Side of the region that is drawn, in pixels.
REGION_SIDE = 2048
# Where the region begins, as a share of the picture's sides.
REGION_PLACE = 0.4


def measure(plan: Plan) -> Iterator[Row]:
    """Yield a row for each command that reads the file."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.siren", Path(folder) / "large.siren"
        picture = plan.pictures[0].resolve()
        run_siren("fit", picture, "--preset", PRESET, "--epochs", 1, "-o", small)
        count = max(1, round(math.sqrt(plan.largest_file * 1e6 / small.stat().st_size)))
        header = write_tiled(small, large, count)
        commands: dict[str, tuple[str | Path, ...]] = {
            "info": ("info", large),
            "info --verify": ("info", large, "--verify"),
            "render --region": (
                "render",
                large,
                *_region(header),
                "-o",
                large.with_suffix(".png"),
            ),
        }
        runs: dict[str, list[Finished]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, arguments in commands.items():
                runs[name].append(run_siren(*arguments)[0])
        size = {"width": header.facts.width, "height": header.facts.height}
        for name, own in runs.items():
            yield {
                "kind": "reading",
                "command": name,
                **size,
                "file_bytes": large.stat().st_size,
                "seconds": statistics.median(run.seconds for run in own),
                "peak_bytes": max(run.peak_bytes for run in own),
            }


class TiledCells(StoredCells):
    """The cells of a file that come again below and beside themselves, only to be written.

    Args:
        header: The header of the small file.
        cells: Its cells.
        count: How often they come along each axis.
    """

    def __init__(self, header: MosaicHeader, cells: StoredCells, count: int) -> None:
        self._small, self._rows_of_small, self._count = cells, header.grid.y.cells, count
        self.rows = count * self._rows_of_small

    def row_bytes(self, row: int) -> bytes:
        """Return the bytes of a row of cells."""
        return self._small.row_bytes(row % self._rows_of_small) * self._count


def write_tiled(small: Path, large: Path, count: int) -> MosaicHeader:
    """Write a file whose cells are those of another one, `count` times along each axis.

    Returns:
        The header of the large file.
    """
    representation = as_mosaic(load(small))
    own = representation.header
    header = tiled_header(own, count)
    cells = TiledCells(own, representation.cells, count)
    chunks = version_2.chunks(replace(representation, header=header, cells=cells))
    with large.open("wb") as file:
        file.writelines(chunks)
    return header


def tiled_header(header: MosaicHeader, count: int) -> MosaicHeader:
    """Return the header of a picture that is `count` times as high and as wide."""
    grid, facts = header.grid, header.facts
    axes = [_longer(axis, count) for axis in (grid.y, grid.x)]
    numbers = header.classes.numbers.reshape(grid.y.cells, grid.x.cells)
    of_cells = np.tile(numbers, (count, count)).tobytes()
    return replace(
        header,
        facts=replace(facts, height=axes[0].length, width=axes[1].length),
        grid=Grid(*axes),
        classes=CellClasses(header.classes.layer_sizes, of_cells),
    )


def _longer(axis: Axis, count: int) -> Axis:
    # The last cell of the small picture may end beyond it; those in between do not.
    beyond = axis.cells * axis.cell_size - axis.length
    cells = count * axis.cells
    return replace(axis, length=cells * axis.cell_size - beyond, cells=cells)


def _region(header: MosaicHeader) -> tuple[str, ...]:
    facts = header.facts
    width, height = (min(REGION_SIDE, side) for side in (facts.width, facts.height))
    left, top = (
        int(REGION_PLACE * (side - own))
        for side, own in ((facts.width, width), (facts.height, height))
    )
    return ("--region", f"{left},{top},{width},{height}", "-f")
