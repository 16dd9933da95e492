"""The work of `siren fit` for one picture: its room on the disk, and its unfinished file.

A mosaic's fit may have a crew of several hosts, and finished cells beside its checkpoint. A
pyramid's fit is of one host, and its result depends on the number of its devices.
"""

from collections.abc import Callable
from dataclasses import replace

from siren_cli.commands.fit_keeping import (
    checkpoint_file,
    fit_fingerprint,
    needed_bytes,
    opened_file,
)
from siren_cli.commands.fit_options import FitOptions
from siren_cli.output.terminal import ProgressDisplay
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.crew import Crew
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.planned import Plan
from siren_cli.planning.pyramid import state_content
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.pyramid.state import PyramidState
from siren_cli.planning.state_file import StateFile, fingerprint
from siren_cli.planning.survey import Survey
from siren_cli.planning.work import MosaicWork, PyramidWork
from siren_cli.representation import siren_file
from siren_cli.system.destination import Destination

# Returns the crew of a fit, of the file of the unfinished fit and the fit's fingerprint.
CrewOf = Callable[[CheckpointFile | None, str], Crew]


def alone(file: CheckpointFile | None, fingerprint: str) -> Crew:
    """Return the crew of a fit on this host alone."""
    return Crew(file)


class MosaicJob:
    """The fit of a mosaic.

    Args:
        picture: The picture.
        plan: The plan.
        options: How it is fitted.
        survey: What one reading of the picture has told.

    Attributes:
        needed_bytes: The most bytes that the disk must have room for.
    """

    def __init__(
        self, picture: PixelSource, plan: FitPlan, options: FitOptions, survey: Survey
    ) -> None:
        self._plan, self._options = plan, options
        self._fingerprint = fit_fingerprint(picture, plan, options, survey)
        self._file: CheckpointFile | None = None
        most_bytes = siren_file.largest_bytes(plan.header(picture))
        self.needed_bytes = needed_bytes(most_bytes, plan.grid.cells, plan)

    def open_file(
        self, destination: Destination, display: ProgressDisplay
    ) -> CheckpointFile | None:
        """Return the file of the unfinished fit, loaded; None for a stream."""
        self._file = checkpoint_file(
            self._plan, self._options, destination, self._fingerprint, display
        )
        return self._file

    def work(self, crew_of: CrewOf) -> MosaicWork:
        """Return what is to be fitted, and by whom."""
        return MosaicWork(self._plan, crew_of(self._file, self._fingerprint))


class PyramidJob:
    """The fit of a pyramid.

    Args:
        picture: The picture.
        plan: The plan.
        options: How it is fitted.
        fingerprint: The digest of everything that decides the result.

    Attributes:
        needed_bytes: The bytes that the disk must have room for.
    """

    def __init__(
        self, picture: PixelSource, plan: PyramidPlan, options: FitOptions, fingerprint: str
    ) -> None:
        self._plan, self._options = plan, options
        self._fingerprint = fingerprint
        self._file: StateFile[PyramidState] | None = None
        # A state is written beside the one before.
        states = 2 * state_content.written_bytes(plan.shape)
        self.needed_bytes = siren_file.largest_bytes(plan.header(picture)) + states

    def open_file(
        self, destination: Destination, display: ProgressDisplay
    ) -> StateFile[PyramidState] | None:
        """Return the file of the unfinished fit, loaded; None for a stream."""
        if destination.is_stream:
            return None
        file = StateFile(destination.path, self._fingerprint, state_content, display.note)
        most_bytes = state_content.most_bytes(self._plan.shape)
        self._file = opened_file(file, most_bytes, display, fresh=self._options.fresh)
        self._file.is_resumed = self._file.has_begun
        return self._file

    def work(self, crew_of: CrewOf) -> PyramidWork:
        """Return what is to be fitted; a pyramid has no crew."""
        return PyramidWork(self._plan, self._file)


def job_of(
    picture: PixelSource, plan: Plan, options: FitOptions, survey: Survey
) -> MosaicJob | PyramidJob:
    """Return the work that a plan means."""
    if isinstance(plan, PyramidPlan):
        return PyramidJob(picture, plan, options, _fingerprint(picture, plan, options, survey))
    return MosaicJob(picture, plan, options, survey)


def _fingerprint(
    picture: PixelSource, plan: PyramidPlan, options: FitOptions, survey: Survey
) -> str:
    from siren_cli.training.fitter import shared_fitter

    devices = shared_fitter(options.resources).devices
    return pyramid_fingerprint(picture, plan, options, survey, len(devices))


def pyramid_fingerprint(
    picture: PixelSource, plan: PyramidPlan, options: FitOptions, survey: Survey, replicas: int
) -> str:
    """Return the digest of everything that decides a pyramid, its number of devices, too."""
    budget = options.budget
    goal, is_timed = replace(budget, deadline=None), budget.deadline is not None
    return fingerprint(picture, survey.digest, plan.config, goal, is_timed, replicas)
