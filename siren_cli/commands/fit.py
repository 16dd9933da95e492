"""`siren fit` without the command line: pictures read, fitted and saved.

All pictures are checked before the first is fitted, and TensorFlow is started once for
all of them.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from siren_cli.commands.fit_checks import check_image_for_work
from siren_cli.commands.fit_jobs import CrewOf, alone
from siren_cli.commands.fit_making import Measured, Subject, make
from siren_cli.commands.fit_options import FitOptions
from siren_cli.commands.fit_reading import masked, planned_fit
from siren_cli.errors import prefixed
from siren_cli.output import terminal
from siren_cli.output.batch import Batch
from siren_cli.output.json_results import Result, head, lesson_results, quality, quality_setting
from siren_cli.output.options import OutputOptions
from siren_cli.output.terminal import ProgressDisplay
from siren_cli.output.text import batch_line
from siren_cli.output.timeline import Timeline
from siren_cli.planning.lesson_quality import lesson_quality
from siren_cli.planning.masked_picture import judged
from siren_cli.planning.survey import surveyed
from siren_cli.representation.representation import Representation

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
        with prefixed(image):
            plan = planned_fit(picture, options, survey)

        def measure(fit: Representation) -> Measured:
            fit = judged(picture, fit)
            learned = lesson_quality(picture, fit, options.config.supervision)
            return Measured(fit, lesson_results(learned))

        subject = Subject(image, picture.seen, survey, plan, measure)
        made = make(subject, options, display, timeline, crew_of)
    target = options.budget.psnr
    is_missed = target is not None and made.done.stopped != "target"
    return {
        **head("fit", image, picture.seen.facts),
        "output": str(destination.path),
        **quality(made.header, made.file_bytes),
        **made.figures,
        "quality": quality_setting(made.header),
        "target_psnr_db": target,
        "missed": is_missed or made.is_too_large,
        **made.course(),
    }
