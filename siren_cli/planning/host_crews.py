"""The crews of a fit by several hosts: the chief deals the cells out and takes them back.

Every host trains cells that follow one another in the picture, about as much work as the
others, so that it reads no further than its last row, and holds no pixels of other rows.
A finished group is one message.
"""

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import numpy as np

from siren_cli.errors import RepresentationError, ResourceError, UsageError
from siren_cli.hosts.peers import Chief, Message, Worker
from siren_cli.planning.checkpoint import Cells, FinishedGroup
from siren_cli.planning.checkpoint_content import MAX_PSNR_DB
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.crew import Crew
from siren_cli.planning.finished_cells import FinishedCells
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.state_table import MAX_STEPS
from siren_cli.representation import cell_records
from siren_cli.representation.header import MosaicHeader
from siren_cli.representation.strict_json import Table

# The type of the numbers of cells in messages.
CELL_TYPE = np.dtype("<i8")


def agreed(plan: FitPlan, fingerprint: str) -> dict[str, Any]:
    """Return what hosts must have in common, now that each has read the picture."""
    return {"fingerprint": fingerprint, "batching": list(astuple(plan.batching))}


def dealt(plan: FitPlan, cells: Cells, hosts: int) -> list[Cells]:
    """Return cells in parts of about as much work, one for each host."""
    done = np.cumsum(plan.classes.works[cells], dtype=np.float64)
    all_work = done[-1] if len(done) else 0.0
    return np.split(cells, np.searchsorted(done, all_work * np.arange(1, hosts) / hosts))


class ChiefCrew(Crew):
    """The crew of the chief, which trains a part of the cells and keeps all.

    Args:
        file: Where checkpoints are saved, and the fit goes on from; or None.
        chief: The connections to the workers.
        fingerprint: The digest of everything that decides the result of the fit.
        show: Called while others are waited for, with the finished share of the cells and a
            text.
    """

    def __init__(
        self,
        file: CheckpointFile | None,
        chief: Chief,
        fingerprint: str,
        show: Callable[[float, str], None],
    ) -> None:
        super().__init__(file)
        self._chief, self._fingerprint, self._show = chief, fingerprint, show
        self.hosts = chief.cluster.size

    def deal(self, plan: FitPlan, left: Cells) -> Cells:
        """Tell each worker its cells, and return the chief's own.

        Raises:
            UsageError: A worker has read another picture, or there are too few cells.
            SirenError: A worker was lost or failed.
        """
        for _ in range(1, self.hosts):
            self._check(self._chief.wait(), agreed(plan, self._fingerprint))
        if plan.grid.cells < 2 * self.hosts:
            raise UsageError(f"too few cells for {self.hosts} hosts: {plan.grid.cells}")
        own, *others = dealt(plan, left, self.hosts)
        for index, cells in enumerate(others, start=1):
            self._chief.tell(index, {}, cells.astype(CELL_TYPE).tobytes())
        return own

    def _check(self, message: Message, expected: dict[str, Any]) -> None:
        """Check that a worker has planned the same fit of the same pixels."""
        if message.table != expected:
            raise UsageError(
                f"{self._chief.cluster.name(message.index)}: its decoder reads other pixels, "
                "its processor plans other networks, or its memory allows smaller batches "
                "only; all hosts must be alike"
            )

    def take_finished(self, finished: FinishedCells) -> bool:
        """Take the groups that workers have finished; return whether there were any.

        Raises:
            SirenError: A worker was lost or failed; what had come before is kept.
        """
        has_come = False
        while (message := self._chief.receive(0)) is not None:
            has_come = True
            self._take(message, finished)
        return has_come

    def complete(self, finished: FinishedCells) -> None:
        """Wait until all cells are finished.

        Raises:
            SirenError: A worker was lost or failed; what had come before is kept.
        """
        try:
            while left := len(finished.left()):
                share = 1.0 - left / finished.plan.grid.cells
                self._show(share, f"{left} cells are left to other hosts")
                self._take(self._chief.wait(), finished)
                if self.file and self.file.is_due(group_finished=True):
                    finished.save(None)
        except BaseException:
            finished.save(None)
            raise

    def _take(self, message: Message, finished: FinishedCells) -> None:
        """Keep a group that a worker has finished.

        Raises:
            ResourceError: It is none of this fit.
        """
        table, content = message.table, bytes(message.payload)
        try:
            own = Table(table, "message")
            steps = own.integer("steps", 1, MAX_STEPS)
            psnr = own.number("psnr")
            cells = np.frombuffer(content, CELL_TYPE, own.integer("cells", 1, MAX_STEPS))
            if (
                (cells < 0).any()
                or not finished.are_left(cells)
                or not 0 <= psnr <= MAX_PSNR_DB
            ):
                raise ValueError("the cells are not left, or the PSNR is none")
            header, content = finished.header, content[cells.nbytes :]
            records = cell_records.split(content, cells, header.classes, header.dtype)
        except (LookupError, ValueError, OverflowError, RepresentationError) as error:
            name = self._chief.cluster.name(message.index)
            raise ResourceError(f"{name}: sends no cells of this fit") from error
        finished.add(cells, records, steps, psnr)


class WorkerCrew(Crew):
    """The crew of a worker, which trains the cells that the chief tells it.

    Args:
        worker: The connection to the chief.
        fingerprint: The digest of everything that decides the result of the fit.
    """

    def __init__(self, worker: Worker, fingerprint: str) -> None:
        super().__init__()
        self._worker, self._fingerprint = worker, fingerprint

    def finished_cells(self, header: MosaicHeader, plan: FitPlan) -> FinishedCells:
        """Return where the cells go that are finished here: to the chief."""
        return SentCells(header, plan, self._worker)

    def deal(self, plan: FitPlan, left: Cells) -> Cells:
        """Return the cells that the chief tells this host, none if it has ended the fit.

        Raises:
            SirenError: The chief was lost or failed, or another host was.
        """
        self._worker.send(agreed(plan, self._fingerprint))
        message = self._worker.wait()
        content = b"" if message is None else bytes(message.payload)
        return np.frombuffer(content, CELL_TYPE)

    def take_finished(self, finished: FinishedCells) -> bool:
        """See whether all hosts are still there.

        Raises:
            SirenError: The chief was lost or failed, or another host was.
        """
        self._worker.check()
        return False


class SentCells(FinishedCells):
    """The finished cells of a worker, which are sent to the chief and not kept.

    Args:
        header: The cells of the picture.
        plan: The plan of the fit.
        worker: The connection to the chief.
    """

    def __init__(self, header: MosaicHeader, plan: FitPlan, worker: Worker) -> None:
        super().__init__(header, plan, None)
        self._worker = worker

    def add(self, cells: Cells, records: list[bytes], steps: int, psnr: float) -> None:
        """Send a group; the arguments are those of `FinishedCells.add`.

        Raises:
            SirenError: The chief was lost or failed, or another host was.
        """
        content = b"".join([cells.astype(CELL_TYPE).tobytes(), *records])
        self._worker.send({"cells": len(cells), "steps": steps, "psnr": psnr}, content)
        self._record(FinishedGroup(cells, steps, psnr, b""))
