"""`siren blend` without the command line: a part of a picture, blended into another one."""

from dataclasses import replace
from pathlib import Path

from siren_cli.commands.blend_inputs import BlendInputs, read_blend
from siren_cli.commands.fit import start_tensorflow
from siren_cli.commands.fit_checks import check_image, check_image_for_work
from siren_cli.commands.fit_making import Measured, Subject, make
from siren_cli.commands.fit_options import FitOptions
from siren_cli.commands.fit_plan import mosaic_result
from siren_cli.errors import PictureError, prefixed
from siren_cli.output import terminal
from siren_cli.output.json_results import Result, head, rounded, smallness
from siren_cli.output.options import OutputOptions
from siren_cli.output.timeline import Timeline
from siren_cli.planning.blend_quality import blend_quality
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.survey import surveyed
from siren_cli.planning.widths import plan_picture
from siren_cli.representation import siren_file
from siren_cli.representation.representation import Representation
from siren_cli.system import files


def default_output(background: Path) -> Path | None:
    """Return where a blend goes that has no other place: photo-blend.siren beside photo.png.

    None is that of a stream, which has no name.

    Raises:
        PictureError: The background is a folder, which has no place beside it.
    """
    if background.is_dir():
        raise PictureError(f"{background}: Is a directory")
    return None if files.is_stream(background) else files.beside(background, "-blend.siren")


def blend(
    inputs: BlendInputs, options: FitOptions, output_options: OutputOptions, started: float
) -> Result:
    """Blend a part of a picture into another one, and save the fit.

    Args:
        inputs: The pictures.
        options: How the blended picture is fitted.
        output_options: What is shown.
        started: When the command began, by `time.monotonic`.

    Raises:
        PictureError: A picture cannot be read.
        ResourceError: A device that was asked for is not there, or memory.
        UsageError: The pictures do not fit each other.
    """
    image, timeline = inputs.background, Timeline(started)
    check_image_for_work(image, options)
    timeline.end("start")
    subject, _ = _subject(inputs, options)
    timeline.end("reading")
    start_tensorflow(image, options, output_options)
    timeline.end("TensorFlow")
    destination = options.destination(image)
    display = terminal.progress_display(str(image), "blending", output_options)
    with display as shown, destination.locked():
        destination.check()  # another run may have written it before the lock was ours
        made = make(subject, options, shown, timeline)
    if output_options.verbose:
        terminal.print_message(f"{image}: {timeline}")
    return {
        **head("blend", image, subject.picture.facts),
        "foreground": str(inputs.foreground),
        "mask": str(inputs.mask or inputs.foreground),
        "output": str(destination.path),
        **smallness(made.file_bytes, subject.picture.facts),
        **made.figures,
        "missed": made.is_too_large,
        **made.course(),
    }


def planned(inputs: BlendInputs, options: FitOptions) -> Result:
    """Return what blending would make, without fitting anything."""
    check_image(inputs.background, options)
    subject, plan = _subject(inputs, options)
    file_bytes = siren_file.expected_bytes(plan.header(subject.picture))
    return mosaic_result(inputs.background, subject.picture, plan, options, file_bytes)


def _subject(inputs: BlendInputs, options: FitOptions) -> tuple[Subject, FitPlan]:
    """Return what is fitted, and its plan.

    The PSNR in the file is that of the pixels whose values are taught.

    Raises:
        PictureError: A picture cannot be read.
        UsageError: The pictures do not fit each other, or too many cells would be tied.
    """
    picture, blend = read_blend(inputs)
    survey = surveyed(picture)
    lesson = blend.lesson(options.config.supervision)
    plan = plan_picture(picture, options.config, options.resources, survey=survey)
    with prefixed(inputs.background):
        plan = plan.taught(lesson)

    def measure(fit: Representation) -> Measured:
        found = blend_quality(blend, lesson, fit)
        header = replace(fit.header, psnr=found.outside, tone_mapped_psnr=None)
        figures = {
            "psnr_outside_db": rounded(found.outside),
            "gradient_psnr_db": rounded(found.gradient),
        }
        return Measured(replace(fit, header=header), figures)

    return Subject(inputs.background, picture, survey, plan, measure), plan
