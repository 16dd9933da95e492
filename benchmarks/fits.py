"""Fits in this process, as the command line makes them, without its output."""

from typing import NamedTuple

from siren_cli.config import Config
from siren_cli.lesson_settings import for_lesson
from siren_cli.pictures.masks import Mask
from siren_cli.pictures.picture import Picture
from siren_cli.planning.lesson_quality import LessonQuality, lesson_quality
from siren_cli.planning.masked_picture import judged, masked_picture
from siren_cli.planning.planned import taught
from siren_cli.planning.widths import plan_picture
from siren_cli.representation.representation import Representation
from siren_cli.resources import Resources
from siren_cli.training.fitter import Fit, Fitter


class LessonFit(NamedTuple):
    """A fit of another lesson.

    Attributes:
        representation: The function, whose PSNR is that of the whole picture.
        seconds: Time from the first step on.
        quality: How well it has learned what else it was taught.
    """

    representation: Representation
    seconds: float
    quality: LessonQuality


def fitted(picture: Picture, config: Config, fitter: Fitter | None = None) -> Fit:
    """Return a fit on the devices of this machine.

    Args:
        picture: The picture.
        config: The settings.
        fitter: A fitter whose compiled training steps are used again; None is a new one.
    """
    plan = plan_picture(picture, config, Resources())
    return (fitter or Fitter(Resources())).fit(picture, plan, lambda _: None)


def learned(
    picture: Picture, config: Config, fitter: Fitter, mask: Mask | None = None
) -> LessonFit:
    """Return a fit of what the settings say that is taught.

    Args:
        picture: The picture.
        config: The settings, before those that the lesson needs.
        fitter: A fitter whose compiled training steps are used again.
        mask: The pixels that are taught, shape (height, width); None is all of them.
    """
    config = for_lesson(config, (), has_mask=mask is not None)
    parts = masked_picture(picture, config, mask)
    if not isinstance(parts.seen, Picture):
        raise TypeError("a picture in memory stays there")
    plan = taught(plan_picture(parts.seen, config, Resources()), parts.seen, parts.known)
    done = fitter.fit(parts.seen, plan, lambda _: None)
    representation = judged(parts, done.representation)
    quality = lesson_quality(parts, representation, config.supervision)
    return LessonFit(representation, done.seconds, quality)
