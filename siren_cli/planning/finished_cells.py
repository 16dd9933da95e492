"""The finished cells of a fit, and the checkpoint from which it can go on."""

import io
from functools import cached_property

import numpy as np

from siren_cli.errors import OutputError
from siren_cli.planning.checkpoint import Cells, Checkpoint, FinishedGroup, GroupState
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.schedule import GroupSize
from siren_cli.representation import cell_records
from siren_cli.representation.digests import digest
from siren_cli.representation.header import MosaicHeader
from siren_cli.representation.stored_cells import StoredCells


class FinishedCells:
    """The finished cells of a fit.

    Args:
        header: The cells of the picture.
        plan: The plan of the fit.
        file: Where checkpoints are saved, or None.
        rows: The rows of cells that are finished here, which alone take room; None is all.
        hosts: Number of hosts that finish them.

    Attributes:
        header: The cells of the picture.
        plan: The plan of the fit, which may change while memory is short.
        groups: The groups that are finished.
    """

    def __init__(
        self,
        header: MosaicHeader,
        plan: FitPlan,
        file: CheckpointFile | None,
        rows: range | None = None,
        *,
        hosts: int = 1,
    ) -> None:
        self.plan, self.header = plan, header
        self._rows = range(plan.grid.y.cells) if rows is None else rows
        # One group of one host is finished when all is, and needs no file.
        is_single = hosts == 1 and len(self._rows) * plan.grid.x.cells <= plan.group_cells
        self._file, self._held = file, None if is_single else file
        self.forget()

    def forget(self) -> None:
        """Forget all groups, so that all cells are left."""
        self.groups: list[FinishedGroup] = []
        self._is_left = np.ones(self.plan.grid.cells, np.bool_)

    def _record(self, group: FinishedGroup) -> None:
        self.groups.append(group)
        self._is_left[group.cells] = False

    @cached_property
    def cells(self) -> StoredCells:
        """The networks of all cells, of which some are finished."""
        start, end = cell_records.span_of_rows(self.header, self._rows)
        held = self._held.opened_cells(end - start) if self._held else None
        return StoredCells(self.header, held or io.BytesIO(), -start)

    def resume(self, checkpoint: Checkpoint) -> None:
        """Take over the groups of a checkpoint whose networks are as they were written."""
        for group in checkpoint.groups:
            if digest(b"".join(self.cells.records(group.cells))) == group.digest:
                self._record(group)

    def add(self, cells: Cells, records: list[bytes], steps: int, psnr: float) -> None:
        """Keep a group.

        Args:
            cells: The numbers of its cells.
            records: Their networks, as they are stored.
            steps: The steps that it was trained for.
            psnr: Its PSNR in dB, or 0 if it was not measured.

        Raises:
            OutputError: The disk is full; what was kept before still is.
        """
        try:
            self.cells.write(cells, records)
        except OSError as error:
            path = self._file and self._file.cells_path
            raise OutputError(f"{path}: not written: {error.strerror}") from error
        self._record(FinishedGroup(cells, steps, psnr, digest(b"".join(records))))

    def sizes(self) -> list[GroupSize]:
        """Return how large each finished group was."""
        classes = self.plan.classes
        return [
            GroupSize(len(group.cells), int(classes.works[group.cells].sum()))
            for group in self.groups
        ]

    def left(self) -> Cells:
        """Return the numbers of the cells that are not finished."""
        return np.flatnonzero(self._is_left)

    def are_left(self, cells: Cells) -> bool:
        """Return whether none of some cells is finished, or named twice."""
        return bool(self._is_left[cells].all()) and len(np.unique(cells)) == len(cells)

    def save(self, current: GroupState | None) -> None:
        """Save a checkpoint, unless nothing was done yet.

        Args:
            current: The state of the group that is trained, or None.
        """
        plan = self.plan
        checkpoint = Checkpoint(
            tuple(self.groups), current, plan.group_cells, plan.batching.steps
        )
        if self._file and not checkpoint.is_empty:
            self._file.save(checkpoint)
