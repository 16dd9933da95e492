"""A fit that is made: trained, measured and saved, and what is to be said of it.

What is fitted is a `Subject`, whatever it was read from.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from siren_cli.commands.fit_jobs import CrewOf, alone, job_of
from siren_cli.commands.fit_options import FitOptions
from siren_cli.commands.saving import saved
from siren_cli.config import Config
from siren_cli.errors import STOPPED, ResourceError, prefixed
from siren_cli.output.json_results import Result
from siren_cli.output.terminal import ProgressDisplay
from siren_cli.output.text import progress_text
from siren_cli.output.timeline import Timeline
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.planned import Plan
from siren_cli.planning.progress import Progress
from siren_cli.planning.state_file import StateFile
from siren_cli.planning.survey import Survey
from siren_cli.planning.work import Work
from siren_cli.representation import siren_file
from siren_cli.representation.header import Header
from siren_cli.representation.representation import Representation

if TYPE_CHECKING:
    from siren_cli.training.fitter import Fit

# Fewer epochs of a pyramid show hardly anything.
FEW_EPOCHS = 20


class Measured(NamedTuple):
    """A fit that was measured.

    Attributes:
        representation: The fit, with the PSNR that its file will say.
        figures: What is said of it besides.
    """

    representation: Representation
    figures: Result


@dataclass(frozen=True)
class Subject:
    """What is fitted.

    Attributes:
        image: The name of the picture.
        picture: The picture.
        survey: What one reading of it has told.
        plan: The plan of its fit.
        measure: Measures the fit.
    """

    image: Path
    picture: PixelSource
    survey: Survey
    plan: Plan
    measure: Callable[[Representation], Measured]


@dataclass(frozen=True)
class Made:
    """A fit that is saved.

    Attributes:
        subject: What was fitted.
        options: How it was fitted.
        done: The fit.
        figures: What is said of it besides the PSNR in its file.
        hosts: Number of hosts that took part.
        is_resumed: Whether an unfinished fit was continued.
        seconds: Wall time from reading to saving.
        file_bytes: Size of the file.
        file_digest: SHA-256 of the file, in hexadecimal digits.
    """

    subject: Subject
    options: FitOptions
    done: "Fit"
    figures: Result
    hosts: int
    is_resumed: bool
    seconds: float
    file_bytes: int
    file_digest: str

    @property
    def header(self) -> Header:
        """The header of the file."""
        return self.done.representation.header

    @property
    def is_too_large(self) -> bool:
        """Whether the file has more bytes than it may have."""
        return 0 < self.options.config.fit.target_bytes < self.file_bytes

    def course(self) -> Result:
        """Return what is said of how the fit went, whatever was fitted."""
        return {
            "epochs": self.header.epochs,
            "fit_seconds": round(self.done.seconds, 3),
            "seconds": round(self.seconds, 3),
            "stopped": self.done.stopped,
            "resumed": self.is_resumed,
            "seed": self.options.config.fit.seed,
            "devices": self.done.devices,
            "replicas": len(self.done.devices),
            "hosts": self.hosts,
            "notes": [*self.subject.picture.notes, *self._notes()],
            **self.header.settings,
            "file_sha256": self.file_digest,
        }

    def _notes(self) -> Iterator[str]:
        config, epochs, stopped = self.options.config, self.header.epochs, self.done.stopped
        yield from memory_notes(config, self.header)
        if stopped == "time" and epochs == 1:
            yield "the time limit was too short for a second epoch"
        elif stopped == "time" and config.pyramid and epochs < FEW_EPOCHS:
            yield f"the time limit was too short for more than {epochs} epochs"
        # The networks of a mosaic are chosen so that its file is never larger.
        if self.is_too_large:
            yield f"the file has {self.file_bytes} bytes, more than --target-bytes allowed"


def make(
    subject: Subject,
    options: FitOptions,
    display: ProgressDisplay,
    timeline: Timeline,
    crew_of: CrewOf = alone,
) -> Made:
    """Fit a picture to its place, which is locked and checked.

    Args:
        subject: What is fitted.
        options: How it is fitted.
        display: Shows the progress.
        timeline: Gets the stretches of this work, and has those before it.
        crew_of: Returns who takes part, for the file of the unfinished fit and the fit's
            fingerprint.
    """
    destination = options.destination(subject.image)
    job = job_of(subject.picture, subject.plan, options, subject.survey)
    destination.check_room(job.needed_bytes)
    file = job.open_file(destination, display)
    timeline.end("reading")
    with prefixed(subject.image):
        work = job.work(crew_of)
        done = _fitted(subject, work, options, file, display)
        representation, figures = subject.measure(done.representation)
        done = replace(done, representation=representation)
    timeline.end("compiling", ago=done.seconds)
    timeline.end("fitting")
    file_bytes, file_digest = saved(siren_file.chunks(done.representation), destination)
    if file:
        file.remove()
    timeline.end("saving")
    return Made(
        subject,
        options,
        done,
        figures,
        work.hosts,
        bool(file and file.is_resumed),
        timeline.seconds,
        file_bytes,
        file_digest,
    )


def _fitted(
    subject: Subject,
    work: Work,
    options: FitOptions,
    file: StateFile[Any] | None,
    display: ProgressDisplay,
) -> "Fit":
    from siren_cli.training.fits import fit_picture

    with reported(file, display) as report:
        return fit_picture(subject.picture, work, report, options.resources, options.budget)


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
