"""Who takes part in a fit, and where its finished cells go."""

from siren_cli.planning.checkpoint import Cells
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.finished_cells import FinishedCells
from siren_cli.planning.plan import FitPlan
from siren_cli.representation.header import MosaicHeader


class Crew:
    """The crew of a fit on one host, which trains all cells.

    Args:
        file: Where checkpoints are saved, and the fit goes on from; or None.

    Attributes:
        file: The same.
        hosts: Number of hosts.
    """

    hosts = 1

    def __init__(self, file: CheckpointFile | None = None) -> None:
        self.file = file

    def finished_cells(self, header: MosaicHeader, plan: FitPlan) -> FinishedCells:
        """Return where the cells go that are finished here."""
        return FinishedCells(header, plan, self.file, hosts=self.hosts)

    def deal(self, plan: FitPlan, left: Cells) -> Cells:
        """Return the cells that are trained here, of those that are left."""
        return left

    def take_finished(self, finished: FinishedCells) -> bool:
        """Take what others have finished, between steps; return whether there was anything."""
        return False

    def complete(self, finished: FinishedCells) -> None:
        """Wait until the others are finished, too."""
