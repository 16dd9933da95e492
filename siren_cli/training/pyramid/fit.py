"""The whole fit of a pyramid: trained and measured, on the devices that are there."""

from collections.abc import Callable
from functools import cache

import tensorflow as tf

from siren_cli.errors import ResourceError
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.progress import Progress
from siren_cli.planning.pyramid.estimate import check_memory
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.pyramid.state import Keeper
from siren_cli.planning.schedule import Budget
from siren_cli.resources import Resources
from siren_cli.system.machine import available_bytes
from siren_cli.training.devices import device_names, make_strategy
from siren_cli.training.fitter import Fit, ending
from siren_cli.training.pyramid.fitter import PyramidFitter
from siren_cli.training.turn import turn


class PyramidFits:
    """Fits pyramids to one picture after the other; TensorFlow is started once.

    Args:
        resources: Devices. They share the tiles of every step, and their number changes the
            result.

    Raises:
        ResourceError: A device that was asked for is not there.
    """

    def __init__(self, resources: Resources) -> None:
        self._strategy = make_strategy(resources)
        self._trainer = PyramidFitter(self._strategy)

    @property
    def devices(self) -> list[str]:
        """The names of the devices, such as ["CPU:0"]."""
        return device_names(self._strategy)

    @turn.taken()
    def fit(
        self,
        source: PixelSource,
        plan: PyramidPlan,
        report: Callable[[Progress], None],
        budget: Budget,
        keeper: Keeper | None = None,
    ) -> Fit:
        """Fit a pyramid to a picture.

        Args:
            source: The picture.
            plan: Its plan.
            report: Called with the progress a few times a second.
            budget: The limits that end the fit besides the epochs of the plan.
            keeper: Where the state of the fit is kept, or None.

        Raises:
            DivergedError: The fit diverges.
            ResourceError: There is too little memory, or the process was forked.
            UsageError: It was called by the `report` of another fit.
        """
        check_memory(plan, available_bytes())
        try:  # the trainer leaves time for what comes after it
            found = self._trainer.train(source, plan, report, budget, keeper)
        except tf.errors.ResourceExhaustedError as error:
            raise ResourceError("not enough memory to fit it") from error
        ended = ending(budget, found.representation)
        return Fit(found.representation, found.seconds, self.devices, ended)


@turn.taken()
@cache
def shared_pyramid_fits(resources: Resources) -> PyramidFits:
    """Return what fits pyramids in this process on some devices, with its compiled steps.

    Raises:
        ResourceError: A device that was asked for is not there, or the process was forked.
        UsageError: It was called by the `report` of a fit.
    """
    return PyramidFits(resources)
