"""Pictures as `siren fit` reads them, and the plans of their fits."""

from pathlib import Path

from siren_cli.commands.fit_options import FitOptions
from siren_cli.errors import prefixed
from siren_cli.output import terminal
from siren_cli.pictures.metadata import with_what_fits, without_personal
from siren_cli.pictures.reading.mask_reader import read_mask
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.pictures.reading.stream_reader import read_stream
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.masked_picture import MaskedPicture, masked_picture
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.planned import Plan, plan_of, taught
from siren_cli.planning.survey import Survey
from siren_cli.planning.widths import plan_picture


def read(image: Path, options: FitOptions) -> PixelSource:
    """Return a picture as it is fitted, in memory if anything but its values is taught."""
    read_one = read_picture if options.has_lesson else read_stream
    with terminal.silent_stderr():
        picture = read_one(image, options.conversion, options.max_pixels)
    return with_what_fits(picture) if options.keep_metadata else without_personal(picture)


def masked(image: Path, options: FitOptions) -> MaskedPicture:
    """Return a picture, and what its fit may see of it.

    Raises:
        UsageError: The mask does not suit the picture, or it cannot be taught as wanted.
    """
    picture, mask = read(image, options), None
    if options.mask is not None:
        with terminal.silent_stderr():
            max_side = options.conversion.max_side
            mask = read_mask(options.mask, max_side, options.max_pixels)
    with prefixed(image):
        return masked_picture(picture, options.config, mask, f"--mask {options.mask}")


def planned_fit(picture: MaskedPicture, options: FitOptions, survey: Survey) -> Plan:
    """Return the plan of a picture's fit."""
    goal, known = options.budget.psnr, picture.known
    return plan_of(picture.seen, options.config, options.resources, goal, survey, known)


def planned_mosaic(picture: PixelSource, options: FitOptions, survey: Survey) -> FitPlan:
    """Return the plan of a mosaic, which alone is fitted in parts and by several hosts."""
    goal = options.budget.psnr
    plan = plan_picture(picture, options.config, options.resources, goal, survey)
    return taught(plan, picture)
