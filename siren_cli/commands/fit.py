"""`siren fit` without the command line: pictures read, fitted and saved.

All pictures are checked before the first is fitted, and TensorFlow is started once for
all of them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siren_cli.commands.fit_checks import check_image_for_work
from siren_cli.commands.fit_jobs import CrewOf, alone, job_of
from siren_cli.commands.fit_options import FitOptions
from siren_cli.commands.fit_reading import masked, planned_fit
from siren_cli.commands.saving import saved
from siren_cli.config import Config
from siren_cli.errors import STOPPED, ResourceError, prefixed
from siren_cli.output import terminal
from siren_cli.output.batch import Batch
from siren_cli.output.json_results import Result, head, lesson_results, quality, quality_setting
from siren_cli.output.options import OutputOptions
from siren_cli.output.terminal import ProgressDisplay
from siren_cli.output.text import batch_line, progress_text
from siren_cli.output.timeline import Timeline
from siren_cli.planning.lesson_quality import lesson_quality
from siren_cli.planning.masked_picture import MaskedPicture, judged
from siren_cli.planning.progress import Progress
from siren_cli.planning.state_file import StateFile
from siren_cli.planning.survey import surveyed
from siren_cli.planning.work import Work
from siren_cli.representation import siren_file
from siren_cli.representation.header import Header

if TYPE_CHECKING:
    from siren_cli.training.fitter import Fit

# Fewer epochs of a pyramid show hardly anything.
FEW_EPOCHS = 20

# Fits a picture, or a part of it, and saves that.
FitOne = Callable[[Path, FitOptions, ProgressDisplay, Timeline], Result]


def fit_all(
    options: FitOptions,
    batch: Batch,
    output_options: OutputOptions,
    started: float,
    work: FitOne,
) -> None:
    """Fit every picture of a command, and sum up if there are several.

    Args:
        options: How they are fitted.
        batch: The pictures.
        output_options: What is shown.
        started: When the command began, by `time.monotonic`.
        work: Fits one of them.

    Raises:
        ResourceError: A device that was asked for is not there.
    """
    timeline = Timeline(started)
    left = batch.check_all(lambda image: check_image_for_work(image, options))
    timeline.end("start")
    if left:
        start_tensorflow(left[0], options, output_options)
        timeline.end("TensorFlow")

    def fit(image: Path) -> Result:
        share = options.budget.share(1.0 / (len(left) - left.index(image)))
        own = timeline if image == left[0] else Timeline(time.monotonic())
        with terminal.progress_display(str(image), "reading", output_options) as display:
            result = work(image, replace(options, budget=share), display, own)
        if output_options.verbose:
            terminal.print_message(f"{image}: {own}")
        return result

    for image in left:
        batch.do(image, fit)
    if batch.several and not output_options.quiet:
        seconds = time.monotonic() - started
        terminal.print_message(batch_line(batch.done, batch.failed, seconds))


def start_tensorflow(image: Path, options: FitOptions, output_options: OutputOptions) -> None:
    """Load TensorFlow and start it on the devices that were asked for.

    Raises:
        ResourceError: A device is not there.
    """
    display = terminal.progress_display(str(image), "starting TensorFlow", output_options)
    with display, terminal.held_stderr(show=output_options.verbose):
        from siren_cli.training.fitter import shared_fitter

        shared_fitter(options.resources)


def fit_one(
    image: Path,
    options: FitOptions,
    display: ProgressDisplay,
    timeline: Timeline,
    crew_of: CrewOf = alone,
) -> Result:
    """Fit a picture and save the fit.

    Args:
        image: The picture.
        options: How it is fitted.
        display: Shows the progress.
        timeline: Gets the stretches of this work, and has those before it.
        crew_of: Returns who takes part, for the file of the unfinished fit and the fit's
            fingerprint.
    """
    destination = options.destination(image)
    with destination.locked():
        destination.check()  # another run may have written it before the lock was ours
        picture = masked(image, options)
        survey = surveyed(picture.seen)
        plan = planned_fit(picture, options, survey)
        job = job_of(picture.seen, plan, options, survey)
        destination.check_room(job.needed_bytes)
        file = job.open_file(destination, display)
        timeline.end("reading")
        with prefixed(image):
            work = job.work(crew_of)
            done = _fitted(picture, work, options, file, display)
            learned = lesson_quality(picture, done.representation, options.config.supervision)
        timeline.end("compiling", ago=done.seconds)
        timeline.end("fitting")
        file_bytes, file_digest = saved(siren_file.chunks(done.representation), destination)
        if file:
            file.remove()
    timeline.end("saving")
    header, target = done.representation.header, options.budget.psnr
    is_missed = target is not None and done.stopped != "target"
    return {
        **head("fit", image, picture.seen.facts),
        "output": str(destination.path),
        **quality(header, file_bytes),
        **lesson_results(learned),
        "quality": quality_setting(header),
        "epochs": header.epochs,
        "fit_seconds": round(done.seconds, 3),
        "seconds": round(timeline.seconds, 3),
        "stopped": done.stopped,
        "target_psnr_db": target,
        "missed": is_missed or _is_too_large(options.config, file_bytes),
        "resumed": bool(file and file.is_resumed),
        "seed": options.config.fit.seed,
        "devices": done.devices,
        "replicas": len(done.devices),
        "hosts": work.hosts,
        "notes": [*picture.seen.notes, *_notes(options.config, done, file_bytes)],
        **header.settings,
        "file_sha256": file_digest,
    }


def _fitted(
    picture: MaskedPicture,
    work: Work,
    options: FitOptions,
    file: StateFile[Any] | None,
    display: ProgressDisplay,
) -> "Fit":
    from siren_cli.training.fits import fit_picture

    with reported(file, display) as report:
        done = fit_picture(picture.seen, work, report, options.resources, options.budget)
    return replace(done, representation=judged(picture, done.representation))


@contextmanager
def reported(
    file: StateFile[Any] | None, display: ProgressDisplay
) -> Iterator[Callable[[Progress], None]]:
    """Give a function that shows the progress of a fit; say how it goes on if it is stopped.

    Raises:
        ResourceError: There is too little memory.
    """

    def report(progress: Progress) -> None:
        display.update(progress.epoch / progress.epochs, progress_text(progress))

    try:
        yield report
    except STOPPED:
        if file and file.is_ours:
            display.note(f"{file.output}: unfinished; the same command goes on with it")
        raise
    except MemoryError as error:
        raise ResourceError("not enough memory to fit it") from error


def memory_notes(config: Config, header: Header) -> Iterator[str]:
    """Yield what a person should know where there was little memory for a fit."""
    if config.pyramid:
        return
    wanted, used = config.fit.batch_points, header.settings["fit"]["batch_points"]
    if used != wanted:
        yield f"memory allowed batches of {used} points only, not {wanted}"


def _notes(config: Config, done: "Fit", file_bytes: int) -> Iterator[str]:
    header = done.representation.header
    yield from memory_notes(config, header)
    if done.stopped == "time" and header.epochs == 1:
        yield "the time limit was too short for a second epoch"
    elif done.stopped == "time" and config.pyramid and header.epochs < FEW_EPOCHS:
        yield f"the time limit was too short for more than {header.epochs} epochs"
    # The networks of a mosaic are chosen so that its file is never larger.
    if _is_too_large(config, file_bytes):
        yield f"the file has {file_bytes} bytes, more than --target-bytes allowed"


def _is_too_large(config: Config, file_bytes: int) -> bool:
    return 0 < config.fit.target_bytes < file_bytes
