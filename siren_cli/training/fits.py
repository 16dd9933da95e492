"""The fit of a picture, of the kind that its plan is of."""

from collections.abc import Callable

from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.progress import Progress
from siren_cli.planning.schedule import Budget
from siren_cli.planning.work import PyramidWork, Work
from siren_cli.resources import Resources
from siren_cli.training.fitter import NO_BUDGET, Fit, shared_fitter
from siren_cli.training.pyramid.fit import shared_pyramid_fits


def fit_picture(
    source: PixelSource,
    work: Work,
    report: Callable[[Progress], None],
    resources: Resources,
    budget: Budget = NO_BUDGET,
) -> Fit:
    """Fit a mosaic or a pyramid to a picture; one thread of a process at a time.

    Args:
        source: The picture.
        work: Its plan, and where unfinished work is kept.
        report: Called with the progress a few times a second.
        resources: Devices.
        budget: The limits that end the fit besides the epochs of the plan.

    Raises:
        DivergedError: The fit diverges.
        ResourceError: A device or memory is not there, or the process was forked.
        UsageError: It was called by the `report` of another fit.
    """
    if isinstance(work, PyramidWork):
        fits = shared_pyramid_fits(resources)
        return fits.fit(source, work.plan, report, budget, work.keeper)
    return shared_fitter(resources).fit(source, work.plan, report, budget, work.crew)
