"""Fits in this process, as the command line makes them, without its output."""

from siren_cli.config import Config
from siren_cli.pictures.picture import Picture
from siren_cli.planning.widths import plan_picture
from siren_cli.resources import Resources
from siren_cli.training.fitter import Fit, Fitter


def fitted(picture: Picture, config: Config, fitter: Fitter | None = None) -> Fit:
    """Return a fit on the devices of this machine.

    Args:
        picture: The picture.
        config: The settings.
        fitter: A fitter whose compiled training steps are used again; None is a new one.
    """
    plan = plan_picture(picture, config, Resources())
    return (fitter or Fitter(Resources())).fit(picture, plan, lambda _: None)
