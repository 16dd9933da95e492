"""`siren fit` without the command line: pictures read, fitted and saved.

All pictures are checked before the first is fitted, and TensorFlow is started once for
all of them.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from siren_cli.commands.fit_options import FitOptions, check_image, check_image_for_work
from siren_cli.config import Config
from siren_cli.errors import STOPPED, RepresentationError, ResourceError, prefixed
from siren_cli.output import terminal
from siren_cli.output.batch import Batch
from siren_cli.output.json_results import Result, head, quality, smallness
from siren_cli.output.options import OutputOptions
from siren_cli.output.terminal import ProgressDisplay
from siren_cli.output.text import batch_line, progress_text
from siren_cli.output.timeline import Timeline
from siren_cli.pictures.metadata import with_what_fits, without_personal
from siren_cli.pictures.reading.stream_reader import read_stream
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.checkpoint_file import CheckpointFile, fingerprint
from siren_cli.planning.crew import Crew
from siren_cli.planning.estimate import fit_seconds, memory_bytes
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.progress import Progress
from siren_cli.planning.schedule import Budget
from siren_cli.planning.survey import Survey, surveyed
from siren_cli.planning.widths import plan_picture
from siren_cli.representation import siren_file
from siren_cli.representation.siren_file import Representation
from siren_cli.system.destination import Destination

if TYPE_CHECKING:
    from siren_cli.training.fitter import Fit

# Most bytes of a checkpoint besides its arrays.
CHECKPOINT_HEADER_BYTES = 1 << 20
# Most bytes of a checkpoint for a parameter: its value and Adam's two moments, four bytes
# each.
CHECKPOINT_PARAMETER_BYTES = 12
# Most bytes of a checkpoint for a cell: its number, and its group's facts.
CHECKPOINT_CELL_BYTES = 48


def plan_all(options: FitOptions, batch: Batch) -> None:
    """Say what a fit of every picture would make, without fitting any."""
    for image in batch.check_all(lambda image: check_image(image, options)):
        batch.do(image, lambda image: planned(image, options))


def planned(image: Path, options: FitOptions) -> Result:
    """Return what fitting a picture would make."""
    picture = _read(image, options)
    plan = _plan(picture, options, surveyed(picture))
    header, destination = plan.header(picture), options.destination(image)
    file_bytes = siren_file.expected_bytes(header)
    destination.check_room(file_bytes)
    is_open_ended = options.budget != Budget()
    return {
        **head("plan", image, picture.facts),
        "output": str(destination.path),
        **smallness(file_bytes, picture.facts),
        "rows": plan.grid.y.cells,
        "columns": plan.grid.x.cells,
        "classes": header.classes.table(),
        "parameters": header.parameters,
        "epochs": None if is_open_ended else plan.config.fit.epochs,
        "fit_seconds": None if is_open_ended else round(fit_seconds(plan), 1),
        "memory_bytes": memory_bytes(plan),
        "notes": picture.notes,
        **header.settings,
    }


def _read(image: Path, options: FitOptions) -> PixelSource:
    with terminal.silent_stderr():
        picture = read_stream(image, options.conversion, options.max_pixels)
    return with_what_fits(picture) if options.keep_metadata else without_personal(picture)


def _plan(picture: PixelSource, options: FitOptions, survey: Survey) -> FitPlan:
    goal = options.budget.psnr
    return plan_picture(picture, options.config, options.resources, goal, survey)


def fit_all(
    options: FitOptions, batch: Batch, output_options: OutputOptions, started: float
) -> None:
    """Fit every picture of a command, and sum up if there are several.

    Args:
        options: How they are fitted.
        batch: The pictures.
        output_options: What is shown.
        started: When the command began, by `time.monotonic`.

    Raises:
        ResourceError: A device that was asked for is not there.
    """
    timeline = Timeline(started)
    left = batch.check_all(lambda image: check_image_for_work(image, options))
    timeline.end("start")
    if left:
        starting = terminal.progress_display(
            str(left[0]), "starting TensorFlow", output_options
        )
        with starting, terminal.held_stderr(show=output_options.verbose):
            from siren_cli.training.fitter import shared_fitter

            shared_fitter(options.resources)
        timeline.end("TensorFlow")

    def fit(image: Path) -> Result:
        share = options.budget.share(1.0 / (len(left) - left.index(image)))
        own = timeline if image == left[0] else Timeline(time.monotonic())
        with terminal.progress_display(str(image), "reading", output_options) as display:
            result = fit_one(image, replace(options, budget=share), display, own)
        if output_options.verbose:
            terminal.print_message(f"{image}: {own}")
        return result

    for image in left:
        batch.do(image, fit)
    if batch.several and not output_options.quiet:
        seconds = time.monotonic() - started
        terminal.print_message(batch_line(batch.done, batch.failed, seconds))


def fit_one(
    image: Path, options: FitOptions, display: ProgressDisplay, timeline: Timeline
) -> Result:
    """Fit a picture and save the fit.

    Args:
        image: The picture.
        options: How it is fitted.
        display: Shows the progress.
        timeline: Gets the stretches of this work, and has those before it.
    """
    destination = options.destination(image)
    with destination.locked():
        destination.check()  # another run may have written it before the lock was ours
        picture = _read(image, options)
        survey = surveyed(picture)
        plan = _plan(picture, options, survey)
        destination.check_room(_needed_bytes(picture, plan))
        fingerprint = _fingerprint(picture, plan, options, survey)
        file = _checkpoint_file(plan, options, destination, fingerprint, display)
        timeline.end("reading")
        with prefixed(image):
            done = _fitted(picture, plan, options, file, display)
        timeline.end("compiling", ago=done.seconds)
        timeline.end("fitting")
        file_bytes, file_digest = _saved(done.representation, destination)
        if file:
            file.remove()
    timeline.end("saving")
    header, target = done.representation.header, options.budget.psnr
    return {
        **head("fit", image, picture.facts),
        "output": str(destination.path),
        **quality(header, file_bytes),
        "epochs": header.epochs,
        "fit_seconds": round(done.seconds, 3),
        "seconds": round(timeline.seconds, 3),
        "stopped": done.stopped,
        "target_psnr_db": target,
        "missed": target is not None and done.stopped != "target",
        "resumed": bool(file and not file.checkpoint.is_empty),
        "seed": options.config.fit.seed,
        "devices": done.devices,
        "replicas": len(done.devices),
        "notes": [*picture.notes, *_notes(options.config, done)],
        **header.settings,
        "file_sha256": file_digest,
    }


def _fitted(
    picture: PixelSource,
    plan: FitPlan,
    options: FitOptions,
    file: CheckpointFile | None,
    display: ProgressDisplay,
) -> "Fit":
    from siren_cli.training.fitter import shared_fitter

    def report(progress: Progress) -> None:
        display.update(progress.epoch / progress.epochs, progress_text(progress))

    try:
        fitter = shared_fitter(options.resources)
        return fitter.fit(picture, plan, report, options.budget, Crew(file))
    except STOPPED:
        if file and file.is_ours:
            display.note(f"{file.output}: unfinished; the same command goes on with it")
        raise
    except MemoryError as error:
        raise ResourceError("not enough memory to fit it") from error


def _needed_bytes(picture: PixelSource, plan: FitPlan) -> int:
    """Return the most bytes that the disk must have room for."""
    needed = siren_file.largest_bytes(plan.header(picture))
    # Until the file of several groups is there as a whole, its networks are kept apart.
    return 2 * needed if plan.grid.cells > plan.group_cells else needed


def _saved(representation: Representation, destination: Destination) -> tuple[int, str]:
    """Write the file of a fit; return its size, and its SHA-256 in hexadecimal digits."""
    size, digest = 0, hashlib.sha256()
    with destination.opened() as output:
        for chunk in siren_file.chunks(representation):
            output.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def _fingerprint(
    picture: PixelSource, plan: FitPlan, options: FitOptions, survey: Survey
) -> str:
    budget = options.budget
    goal, is_timed = replace(budget, deadline=None), budget.deadline is not None
    # Any devices go on with a mosaic to the same bits.
    devices = options.resources if options.config.network.cell_size == 0 else None
    cells = plan.networks, plan.of_cells
    return fingerprint(picture, survey.digest, options.config, goal, is_timed, devices, cells)


def _checkpoint_file(
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
    if options.fresh:
        file.remove()
    try:
        parameters, cells = plan.classes.parameters, plan.grid.cells
        file.load(
            CHECKPOINT_HEADER_BYTES
            + CHECKPOINT_PARAMETER_BYTES * parameters
            + CHECKPOINT_CELL_BYTES * cells
        )
    except RepresentationError as error:
        display.note(f"{file.path}: {error}; starting over")
    if not file.checkpoint.is_empty:
        display.note(f"{file.output}: goes on with an unfinished fit (--fresh starts over)")
    return file


def _notes(config: Config, done: "Fit") -> Iterator[str]:
    header = done.representation.header
    wanted, used = config.fit.batch_points, header.settings["fit"]["batch_points"]
    if used != wanted:
        yield f"memory allowed batches of {used} points only, not {wanted}"
    if done.stopped == "time" and header.epochs == 1:
        yield "the time limit was too short for a second epoch"
