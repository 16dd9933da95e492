"""Shards: the share of one run in the work of several that know nothing of each other.

Pictures are dealt in turn. The cells of one picture are cut between rows, by the work that
they are, so that every run finds the same cuts in the plan alone.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

import numpy as np

from siren_cli.errors import UsageError
from siren_cli.planning.checkpoint import Cells
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.crew import Crew
from siren_cli.planning.finished_cells import FinishedCells
from siren_cli.planning.plan import FitPlan
from siren_cli.representation.header import MosaicHeader

Item = TypeVar("Item")

_SHARD = re.compile("([0-9]{1,9})/([0-9]{1,9})")


@dataclass(frozen=True)
class Shard:
    """The share of one run in the work of several.

    Attributes:
        number: The number of the run, from 1 on.
        count: How many runs there are.
    """

    number: int
    count: int

    def __str__(self) -> str:
        """Return it as it is written in a command."""
        return f"{self.number}/{self.count}"

    @property
    def suffix(self) -> str:
        """The end of the name of its part of a picture."""
        return f".{self.number}-of-{self.count}.part"

    def dealt(self, items: Sequence[Item]) -> list[Item]:
        """Return the items of this run, which takes one of as many as there are runs."""
        return list(items[self.number - 1 :: self.count])

    def rows(self, plan: FitPlan) -> range:
        """Return the rows of cells of this run.

        Raises:
            UsageError: There are more runs than rows of cells.
        """
        rows = plan.grid.y.cells
        if self.count > rows:
            counted = "1 row" if rows == 1 else f"{rows} rows"
            raise UsageError(
                f"--shard-cells {self}: the picture has {counted} of cells, "
                "and each shard takes one at least"
            )
        works = list(accumulate(row_works(plan), initial=0))
        cuts = [0]
        for number in range(1, self.count):
            cut = _nearest(works, works[-1] * number // self.count)
            cuts.append(min(max(cut, cuts[-1] + 1), rows - self.count + number))
        cuts.append(rows)
        return range(cuts[self.number - 1], cuts[self.number])


def _nearest(works: Sequence[int], wanted: int) -> int:
    """Return the place of the number that is nearest, of numbers that rise from 0."""
    place = bisect_left(works, wanted)
    is_below_nearer = place > 0 and wanted - works[place - 1] < works[place] - wanted
    return place - 1 if is_below_nearer else place


def parse_shard(text: str, flag: str) -> Shard:
    """Return the shard that `text` means, such as 2/4.

    Raises:
        UsageError: It is none.
    """
    match = _SHARD.fullmatch(text.strip())
    shard = Shard(int(match[1]), int(match[2])) if match else Shard(0, 0)
    if not 1 <= shard.number <= shard.count:
        raise UsageError(f"{flag} {text}: not K/N, the K-th of N, such as 1/4 to 4/4")
    return shard


def row_works(plan: FitPlan) -> list[int]:
    """Return the multiplications at a point of all cells of each row."""
    by_row = plan.classes.works.reshape(plan.grid.y.cells, plan.grid.x.cells)
    return [int(work) for work in by_row.sum(axis=1)]


class ShardCrew(Crew):
    """The crew of a fit of some rows of cells; other runs train the others.

    Args:
        rows: The rows of cells.
        file: Where checkpoints are saved, and the fit goes on from; or None.
    """

    def __init__(self, rows: range, file: CheckpointFile | None = None) -> None:
        super().__init__(file)
        self._rows = rows

    def finished_cells(self, header: MosaicHeader, plan: FitPlan) -> FinishedCells:
        """Return where the cells of the shard go."""
        return FinishedCells(header, plan, self.file, self._rows)

    def deal(self, plan: FitPlan, left: Cells) -> Cells:
        """Return the cells of the shard that are left."""
        return left[np.isin(left // plan.grid.x.cells, self._rows)]
