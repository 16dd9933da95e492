"""The whole fit of a pyramid: trained, coded as a file holds it, drawn from that, measured."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import tensorflow as tf

from siren_cli.config import Config, Resources
from siren_cli.errors import ResourceError
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.fit_psnr import with_psnr
from siren_cli.planning.progress import Progress
from siren_cli.planning.pyramid.estimate import check_memory
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.pyramid.state import Keeper
from siren_cli.planning.schedule import Budget
from siren_cli.pyramid_config import quality_of
from siren_cli.representation.pyramid.stored_pyramid import StoredPyramid
from siren_cli.representation.representation import PyramidRepresentation
from siren_cli.system.machine import available_bytes
from siren_cli.training.devices import device_names, make_strategy
from siren_cli.training.fitter import Fit, ending
from siren_cli.training.pyramid.fitter import PyramidFitter, TrainedPyramid
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
        plan = plan.with_replicas(self._strategy.num_replicas_in_sync)
        check_memory(plan, available_bytes())
        try:  # the trainer leaves time for what comes after it
            trained = self._trainer.train(source, plan, report, budget, keeper)
        except tf.errors.ResourceExhaustedError as error:
            raise ResourceError("not enough memory to fit it") from error
        start = time.perf_counter()
        representation = with_psnr(source, _stored(source, plan, budget, trained))
        seconds = trained.seconds + time.perf_counter() - start
        return Fit(representation, seconds, self.devices, ending(budget, representation))


@turn.taken()
@cache
def shared_pyramid_fits(resources: Resources) -> PyramidFits:
    """Return what fits pyramids in this process on some devices, with its compiled steps.

    Raises:
        ResourceError: A device that was asked for is not there, or the process was forked.
        UsageError: It was called by the `report` of a fit.
    """
    return PyramidFits(resources)


def as_it_went(plan: PyramidPlan, budget: Budget, epochs: int, rate_weight: float) -> Config:
    """Return the settings that a fit really had.

    Args:
        plan: Its plan.
        budget: Its limits.
        epochs: Number of its epochs.
        rate_weight: What a bit weighed in it at the end.
    """
    config = plan.config.lasting(epochs)
    if config.fit.target_bytes or budget.psnr is not None:
        return config.updated({"pyramid": {"quality": quality_of(rate_weight)}})
    return config


def _stored(
    source: PixelSource, plan: PyramidPlan, budget: Budget, trained: TrainedPyramid
) -> PyramidRepresentation:
    """Return what was trained, as a file holds it; its PSNR is not known yet."""
    config = as_it_went(plan, budget, trained.epochs, trained.rate_weight)
    pyramid = StoredPyramid.of_grids(plan.shape, trained.networks, trained.grids)
    header = replace(
        replace(plan, config=config).header(source),
        sizes=trained.networks.sizes,
    )
    return PyramidRepresentation(
        header=header,
        pyramid=pyramid,
        icc_profile=source.icc_profile,
        metadata=source.metadata,
    )
