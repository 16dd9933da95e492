"""The finished cells of a fit, and the checkpoint from which it can go on."""

import io
from functools import cached_property

import numpy as np

from siren_cli.errors import OutputError
from siren_cli.model.layers import multiplications
from siren_cli.planning.checkpoint import Cells, Checkpoint, FinishedGroup, GroupState
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.schedule import GroupSize
from siren_cli.representation import cell_records
from siren_cli.representation.digests import digest
from siren_cli.representation.header import Header
from siren_cli.representation.stored_cells import StoredCells


class FinishedCells:
    """The finished cells of a fit.

    Args:
        header: The cells of the picture.
        plan: The plan of the fit.
        file: Where checkpoints are saved, or None.

    Attributes:
        plan: The plan of the fit, which may change while memory is short.
        groups: The groups that are finished.
    """

    def __init__(self, header: Header, plan: FitPlan, file: CheckpointFile | None) -> None:
        self.plan, self._header, self._file = plan, header, file
        self.groups: list[FinishedGroup] = []

    @cached_property
    def cells(self) -> StoredCells:
        """The networks of all cells, of which some are finished."""
        plan, held = self.plan, None
        # One group is finished when all is, and needs no file.
        if self._file and plan.grid.cells > plan.group_cells:
            held = self._file.opened_cells(cell_records.weight_bytes(self._header))
        return StoredCells(self._header, held or io.BytesIO())

    def resume(self, checkpoint: Checkpoint) -> None:
        """Take over the groups of a checkpoint whose networks are as they were written."""
        for group in checkpoint.groups:
            if digest(b"".join(self.cells.records(group.cells))) == group.digest:
                self.groups.append(group)

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
        self.groups.append(FinishedGroup(cells, steps, psnr, digest(b"".join(records))))

    def sizes(self) -> list[GroupSize]:
        """Return how large each finished group was."""
        classes = self.plan.classes
        works = np.array([multiplications(sizes) for sizes in classes.layer_sizes])
        return [
            GroupSize(len(group.cells), int(works[classes.numbers[group.cells]].sum()))
            for group in self.groups
        ]

    def left(self) -> Cells:
        """Return the numbers of the cells that are not finished."""
        is_left = np.ones(self.plan.grid.cells, np.bool_)
        for group in self.groups:
            is_left[group.cells] = False
        return np.flatnonzero(is_left)

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
