"""One drawing to be made: options and header, resolved and checked before any work."""

from dataclasses import dataclass, replace
from pathlib import Path

from siren_cli.commands.render_options import RenderOptions
from siren_cli.errors import ResourceError, UsageError
from siren_cli.pictures.background import color_digits, laid_over_facts
from siren_cli.pictures.formats import STREAMED, Format, format_for, named_format
from siren_cli.pictures.picture import PictureFacts
from siren_cli.pictures.writing.writer import check_format, depth_for
from siren_cli.rendering.geometry import Size, size_of
from siren_cli.rendering.parsing import parse_region, parse_size
from siren_cli.rendering.view import Quantity, View
from siren_cli.representation.header import Header
from siren_cli.system import files
from siren_cli.system.destination import Destination
from siren_cli.system.files import bytes_text
from siren_cli.system.machine import available_bytes

# Memory that Pillow and its encoders take for a pixel besides its values, in bytes.
PILLOW_PIXEL_BYTES = 8


@dataclass(frozen=True)
class RenderJob:
    """One drawing to be made.

    Attributes:
        view: The region and size that are drawn.
        facts: Size, channels and depth of the drawing.
        destination: Where it goes.
        form: The format.
        depth: Bits of a stored value.
        exposure: Stops by which light is brightened for 8 and 16 bits.
        background: Six hexadecimal digits of the color below, or None.
        as_values: Whether the function's own values are written instead of pixels.
        is_huge_allowed: Whether more than a gigapixel is drawn.
    """

    view: View
    facts: PictureFacts
    destination: Destination
    form: Format
    depth: int
    exposure: float
    background: str | None
    as_values: bool
    is_huge_allowed: bool


def make_job(file: Path, header: Header, options: RenderOptions) -> RenderJob:
    """Return the drawing that a file and the options make, checked.

    Args:
        file: The .siren file.
        header: Its header.
        options: The options.

    Raises:
        UsageError: The picture has no such region, cannot be drawn at such a size, or
            the format cannot hold it.
        OutputError: It cannot be written.
        ResourceError: There is too little memory for it.
    """
    own = header.facts
    view = replace(_view(size_of(own), options), pixels=header.pixels)
    destination = Destination(_output(file, view, options), options.force)
    destination.check(file)
    form, facts = _format(destination, options), view.facts(own)
    background = None
    if options.background is not None and facts.has_alpha:
        background = color_digits(options.background, "--background")
        facts = laid_over_facts(facts, background)
    if options.exposure and own.mapping is None:
        raise UsageError("--exposure is for floating point; this picture has stored colors")
    check_format(destination.path, form, facts)
    job = RenderJob(
        view=view,
        facts=facts,
        destination=destination,
        form=form,
        depth=depth_for(destination.path, form, facts, options.depth),
        exposure=options.exposure,
        background=background,
        as_values=form.name == "NPY" and (options.raw or view.what != Quantity.IMAGE),
        is_huge_allowed=options.yes_huge,
    )
    _check_memory(job)
    return job


def _view(own: Size, options: RenderOptions) -> View:
    region = parse_region(options.region, own, extrapolate=options.extrapolate)
    return View(
        region,
        size=parse_size(options.size, region, stretch=options.stretch),
        supersample=options.supersample,
        linear_light=options.linear_light,
        what=Quantity(options.what),
    )


def _output(file: Path, view: View, options: RenderOptions) -> Path:
    """Return where a drawing goes; a name that is not given says what is drawn."""
    parts = [] if options.region is None else [str(view.region)]
    if view.what != Quantity.IMAGE:
        parts.append(view.what)
    name = ".".join([*parts, str(view.size), options.form or "png"])
    return files.result_path(file, f".{name}", options.output, options.out_dir)


def _format(destination: Destination, options: RenderOptions) -> Format:
    if options.form is not None:
        form = named_format(options.form)
    elif destination.is_stdout:
        form = named_format("png")
    else:
        form = format_for(destination.path)
    if options.raw and form.name != "NPY":
        raise UsageError("--raw writes NumPy's .npy; name one by -o, or --format npy")
    return form


def _check_memory(job: RenderJob) -> None:
    """Check the memory of a format that is encoded as a whole."""
    left = available_bytes()
    pixel_bytes = job.facts.channels + PILLOW_PIXEL_BYTES
    needed = job.facts.pixels * pixel_bytes
    if job.form.name not in STREAMED and left is not None and needed > left:
        raise ResourceError(
            f"{job.destination.path}: about {bytes_text(needed)} of memory are needed, and "
            f"{bytes_text(left)} are left (a .png or .tif is written part by part)"
        )
