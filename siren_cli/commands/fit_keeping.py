"""How `siren fit` keeps a fit before it is finished, and the room that it takes on the disk."""

from dataclasses import replace
from typing import Any, TypeVar

from siren_cli.commands.fit_options import FitOptions
from siren_cli.errors import RepresentationError
from siren_cli.output.terminal import ProgressDisplay
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.state_file import StateFile, fingerprint
from siren_cli.planning.survey import Survey
from siren_cli.system.destination import Destination

# Most bytes of a checkpoint besides its arrays.
CHECKPOINT_HEADER_BYTES = 1 << 20
# Most bytes of a checkpoint for a parameter: its value and Adam's two moments, four bytes
# each.
CHECKPOINT_PARAMETER_BYTES = 12
# Most bytes of a checkpoint for a cell: its number, and its group's facts.
CHECKPOINT_CELL_BYTES = 48

# The file of an unfinished fit of either kind.
Unfinished = TypeVar("Unfinished", bound=StateFile[Any])


def needed_bytes(file_bytes: int, cells: int, plan: FitPlan) -> int:
    """Return the most bytes that the disk must have room for.

    Args:
        file_bytes: The most bytes of the finished file.
        cells: Number of the cells in it.
        plan: The plan of the fit.
    """
    # Until the file of several groups is there as a whole, its networks are kept apart.
    return 2 * file_bytes if cells > plan.group_cells else file_bytes


def fit_fingerprint(
    picture: PixelSource, plan: FitPlan, options: FitOptions, survey: Survey
) -> str:
    """Return the digest of everything that decides the result of a fit."""
    budget = options.budget
    goal, is_timed = replace(budget, deadline=None), budget.deadline is not None
    # Any devices go on with a mosaic to the same bits.
    devices = options.resources if options.config.network.cell_size == 0 else None
    cells = plan.networks, plan.of_cells
    return fingerprint(picture, survey.digest, options.config, goal, is_timed, devices, cells)


def checkpoint_file(
    plan: FitPlan,
    options: FitOptions,
    destination: Destination,
    fingerprint: str,
    display: ProgressDisplay,
) -> CheckpointFile | None:
    """Return the file of an unfinished fit, with the checkpoint to go on from.

    Streams have no such file.
    """
    if destination.is_stream:
        return None
    file = CheckpointFile(destination.path, fingerprint, display.note)
    most_bytes = (
        CHECKPOINT_HEADER_BYTES
        + CHECKPOINT_PARAMETER_BYTES * plan.classes.parameters
        + CHECKPOINT_CELL_BYTES * plan.grid.cells
    )
    return opened_file(file, most_bytes, display, fresh=options.fresh)


def opened_file(
    file: Unfinished, most_bytes: int, display: ProgressDisplay, *, fresh: bool
) -> Unfinished:
    """Return the file of an unfinished fit with the state to go on from, and say so.

    Args:
        file: The file.
        most_bytes: The most that a state of this fit can take.
        display: Gets the sentences.
        fresh: Whether to start over instead.
    """
    if fresh:
        file.remove()
    try:
        file.load(most_bytes)
    except RepresentationError as error:
        display.note(f"{file.path}: {error}; starting over")
    if file.has_begun:
        display.note(f"{file.output}: goes on with an unfinished fit (--fresh starts over)")
    return file
