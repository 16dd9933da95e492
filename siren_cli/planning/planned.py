"""The plan of a picture's fit, of the kind that the settings name."""

from dataclasses import replace

from siren_cli.config import Config
from siren_cli.pictures.masks import Mask
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.picture_lesson import picture_lesson, whole_laplacians
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.pyramid.aimed import plan_pyramid
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.survey import Survey
from siren_cli.planning.widths import plan_picture
from siren_cli.resources import Resources

Plan = FitPlan | PyramidPlan


def plan_of(
    picture: PixelSource,
    config: Config,
    resources: Resources,
    target_psnr: float | None = None,
    survey: Survey | None = None,
    known: Mask | None = None,
) -> Plan:
    """Return the plan for a picture.

    Args:
        picture: The picture, its holes painted over.
        config: The settings: those of a mosaic, or of a pyramid.
        resources: Devices and memory.
        target_psnr: A goal in dB, or None.
        survey: What one reading of the picture has told; None reads it if need be.
        known: The pixels that are taught, shape (height, width); None is all of them.

    Raises:
        UsageError: The file cannot be as small as it should be, or there is nothing to learn.
    """
    if config.pyramid:
        return plan_pyramid(picture, config, target_psnr)
    plan = plan_picture(picture, config, resources, target_psnr, survey)
    return taught(plan, picture, known)


def taught(plan: FitPlan, picture: PixelSource, known: Mask | None = None) -> FitPlan:
    """Return the plan of a mosaic with what its settings say that it is taught.

    Args:
        plan: The plan.
        picture: The picture, its holes painted over.
        known: The pixels that are taught, shape (height, width); None is all of them.

    Raises:
        UsageError: There is nothing to learn, or too many cells are tied.
    """
    supervision = plan.config.supervision
    if plan.config.network.cell_size == 0:  # the single network has the loss of the paper
        supervision = replace(supervision, laplacian_power=0.0)
    lesson = picture_lesson(picture, supervision, known)
    if lesson is None:
        return plan
    if lesson.teaching.power and lesson.reference is not None:
        lesson = replace(lesson, targets=whole_laplacians(lesson.reference, plan.grid))
    return plan.taught(lesson)
