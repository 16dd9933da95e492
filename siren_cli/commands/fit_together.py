"""`siren fit` by several hosts: the same command on all of them, for one picture.

They meet before TensorFlow is loaded, so a missing host or another picture is known at
once. The chief does what a host alone does, and deals the cells out; the others train
theirs, write nothing, and end with the chief's exit code.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from siren_cli.commands.fit import fit_one, start_tensorflow
from siren_cli.commands.fit_checks import check_image_for_work
from siren_cli.commands.fit_keeping import fit_fingerprint
from siren_cli.commands.fit_options import FitOptions
from siren_cli.commands.fit_reading import planned_mosaic, read
from siren_cli.errors import PictureError, ResourceError, UsageError, prefixed
from siren_cli.hosts.cluster import Cluster
from siren_cli.hosts.meeting import meet
from siren_cli.hosts.peers import Chief, Worker
from siren_cli.lesson_settings import check_divisible
from siren_cli.output import terminal
from siren_cli.output.batch import Batch
from siren_cli.output.exit_codes import MISSED
from siren_cli.output.json_results import Result
from siren_cli.output.options import OutputOptions
from siren_cli.output.timeline import Timeline
from siren_cli.planning.checkpoint_file import CheckpointFile
from siren_cli.planning.host_crews import ChiefCrew, WorkerCrew
from siren_cli.planning.progress import Progress
from siren_cli.planning.survey import surveyed
from siren_cli.system import files

# Longest time in which TensorFlow is loaded, in seconds.
LOADING_SECONDS = 120.0
# What the chief says when it has checked that there is something to do.
BEGIN = {"begin": True}
# What must be equal on all hosts for the fit to be the same.
PACKAGES = ("siren-cli", "tensorflow", "numpy")


def check_together(images: Sequence[Path], options: FitOptions) -> None:
    """Check that several hosts can fit what a command names.

    Raises:
        UsageError: They cannot.
    """
    if len(images) != 1:
        raise UsageError(
            f"several hosts fit one picture together, not {len(images)} "
            "(--shard K/N deals pictures out)"
        )
    if files.is_stream(images[0]):
        raise UsageError(f"{images[0]}: is a stream, which other hosts cannot read")
    if options.part:
        raise UsageError("--shard-cells is for hosts that know nothing of each other")
    if options.config.pyramid:
        raise UsageError("a pyramid (--preset compact) is fitted by one host: --cluster none")
    if options.config.network.cell_size == 0:
        raise UsageError("one network for the whole picture is trained by one host")
    check_divisible(options.config, "--cluster", has_mask=options.has_mask)


def lead(
    cluster: Cluster,
    options: FitOptions,
    batch: Batch,
    output_options: OutputOptions,
    started: float,
) -> None:
    """Fit the one picture of a command as the chief.

    Args:
        cluster: The hosts.
        options: How it is fitted.
        batch: The picture.
        output_options: What is shown.
        started: When the command began, by `time.monotonic`.
    """

    def fit(image: Path) -> Result:
        timeline = Timeline(started)
        with cast(Chief, _meeting(cluster, image, options)) as chief:
            result = check_image_for_work(image, options)
            if result is None:
                result = _led(image, options, output_options, timeline, chief)
            chief.finish({"code": MISSED if result.get("missed") else 0})
        return result

    for image in batch.paths:
        batch.do(image, fit)


def _led(
    image: Path,
    options: FitOptions,
    output_options: OutputOptions,
    timeline: Timeline,
    chief: Chief,
) -> Result:
    timeline.end("meeting")
    for index in range(1, chief.cluster.size):
        chief.tell(index, BEGIN)
    with chief.quiet(LOADING_SECONDS):
        start_tensorflow(image, options, output_options)
    timeline.end("TensorFlow")

    def crew_of(file: CheckpointFile | None, fingerprint: str) -> ChiefCrew:
        return ChiefCrew(file, chief, fingerprint, display.update)

    with terminal.progress_display(str(image), "reading", output_options) as display:
        result = fit_one(image, options, display, timeline, crew_of)
    if output_options.verbose:
        terminal.print_message(f"{image}: {timeline}")
    return result


def assist(
    cluster: Cluster, image: Path, options: FitOptions, output_options: OutputOptions
) -> int:
    """Train a part of the cells as a worker; return the chief's exit code.

    Args:
        cluster: The hosts.
        image: The picture.
        options: How it is fitted.
        output_options: What is shown of errors.
    """
    with cast(Worker, _meeting(cluster, image, options)) as worker:
        if worker.wait() is not None:
            quiet = replace(output_options, quiet=True)
            with worker.quiet(LOADING_SECONDS):
                start_tensorflow(image, options, quiet)
            with prefixed(image):
                _train(image, options, worker)
        return int(worker.wait_for_end()["code"])


def _train(image: Path, options: FitOptions, worker: Worker) -> None:
    from siren_cli.training.fitter import shared_fitter

    picture = read(image, options)
    survey = surveyed(picture)
    plan = planned_mosaic(picture, options, survey)
    crew = WorkerCrew(worker, fit_fingerprint(picture, plan, options, survey))
    try:
        fitter = shared_fitter(options.resources)
        fitter.train(picture, plan, _ignore, options.budget, crew)
    except MemoryError as error:
        raise ResourceError("not enough memory to fit it") from error


def _ignore(progress: Progress) -> None:
    """Show nothing: the chief does."""


def _meeting(cluster: Cluster, image: Path, options: FitOptions) -> Chief | Worker:
    return meet(cluster, _common(image, options), options.cluster_seconds)


def _common(image: Path, options: FitOptions) -> dict[str, Any]:
    """Return what must be equal on all hosts."""
    budget = options.budget
    settings = options.config, options.conversion, options.keep_metadata, budget.epochs
    decided = repr((settings, budget.psnr, budget.deadline is not None))
    return {
        **{f"version of {name}": version(name) for name in PACKAGES},
        "picture": _file_digest(image),
        "settings": hashlib.sha256(decided.encode()).hexdigest(),
    }


def _file_digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PictureError(f"{path}: {error.strerror}") from error
