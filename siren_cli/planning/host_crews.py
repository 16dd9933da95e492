"""The crews of a fit by several hosts: the chief deals the cells out and takes them back.

Every host trains cells that follow one another in the picture, about as much work as the
others, so that it reads little else of a file that can be read in parts. A finished group
is one message.
"""

import numpy as np

from siren_cli.errors import ResourceError, UsageError
from siren_cli.hosts.peers import Chief, Message, Worker
from siren_cli.model.layers import multiplications
from siren_cli.planning.checkpoint import Cells, FinishedGroup
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.crew import Crew
from siren_cli.planning.finished_cells import FinishedCells
from siren_cli.planning.plan import FitPlan
from siren_cli.representation.header import Header

# The type of the numbers of cells in messages.
CELL_TYPE = np.dtype("<i8")


def dealt(plan: FitPlan, cells: Cells, hosts: int) -> list[Cells]:
    """Return cells in parts of about as much work, one for each host."""
    works = np.array([multiplications(sizes) for sizes in plan.classes.layer_sizes])
    done = np.cumsum(works[plan.classes.numbers[cells]], dtype=np.float64)
    all_work = done[-1] if len(done) else 0.0
    return np.split(cells, np.searchsorted(done, all_work * np.arange(1, hosts) / hosts))


class ChiefCrew(Crew):
    """The crew of the chief, which trains a part of the cells and keeps all.

    Args:
        file: Where checkpoints are saved, and the fit goes on from; or None.
        chief: The connections to the workers.
        fingerprint: The digest of everything that decides the result of the fit.
    """

    def __init__(self, file: CheckpointFile | None, chief: Chief, fingerprint: str) -> None:
        super().__init__(file)
        self._chief, self._fingerprint = chief, fingerprint

    def deal(self, plan: FitPlan, left: Cells) -> Cells:
        """Tell each worker its cells, and return the chief's own.

        Raises:
            UsageError: A worker has read another picture, or there are too few cells.
            SirenError: A worker was lost or failed.
        """
        hosts = self._chief.cluster.size
        for _ in range(1, hosts):
            self._check(self._chief.receive(None))
        if plan.grid.cells < 2 * hosts:
            raise UsageError(f"has {plan.grid.cells} cells, too few for {hosts} hosts")
        own, *others = dealt(plan, left, hosts)
        for index, cells in enumerate(others, start=1):
            self._chief.tell(index, {}, cells.astype(CELL_TYPE).tobytes())
        return own

    def _check(self, message: Message | None) -> None:
        """Check that a worker has planned the same fit of the same pixels."""
        if message is not None and message.table.get("fingerprint") != self._fingerprint:
            raise UsageError(
                f"{self._chief.cluster.name(message.index)}: its decoder reads other pixels, "
                "or its processor plans other networks; all hosts must be alike"
            )

    def meet(self, finished: FinishedCells) -> bool:
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
            while len(finished.left()):
                message = self._chief.receive(None)
                if message is not None:
                    self._take(message, finished)
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
            steps, psnr = int(table["steps"]), float(table["psnr"])
            cells = np.frombuffer(content, CELL_TYPE, int(table["cells"]))
            if not np.isin(cells, finished.left()).all():
                raise ValueError("cells that are finished already")
            records = finished.cells.split(cells, content[cells.nbytes :])
        except (LookupError, TypeError, ValueError) as error:
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

    def finished_cells(self, header: Header, plan: FitPlan) -> FinishedCells:
        """Return where the cells go that are finished here: to the chief."""
        return SentCells(header, plan, self._worker)

    def deal(self, plan: FitPlan, left: Cells) -> Cells:
        """Return the cells that the chief tells this host, none if it has ended the fit.

        Raises:
            SirenError: The chief was lost or failed, or another host was.
        """
        self._worker.send({"fingerprint": self._fingerprint})
        message = self._worker.receive(None)
        content = b"" if message is None else bytes(message.payload)
        return np.frombuffer(content, CELL_TYPE)

    def meet(self, finished: FinishedCells) -> bool:
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

    def __init__(self, header: Header, plan: FitPlan, worker: Worker) -> None:
        super().__init__(header, plan, None)
        self._worker = worker

    def add(self, cells: Cells, records: list[bytes], steps: int, psnr: float) -> None:
        """Send a group; the arguments are those of `FinishedCells.add`.

        Raises:
            SirenError: The chief was lost or failed, or another host was.
        """
        content = b"".join([cells.astype(CELL_TYPE).tobytes(), *records])
        self._worker.send({"cells": len(cells), "steps": steps, "psnr": psnr}, content)
        self.groups.append(FinishedGroup(cells, steps, psnr, b""))
