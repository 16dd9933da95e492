"""What a pyramid's fit has made: coded as a file holds it, drawn from that, measured."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.config import Config
from siren_cli.model.pyramid.networks import RoundedNetworks
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.fit_psnr import with_psnr
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.pyramid.rate_control import Result
from siren_cli.planning.schedule import Budget
from siren_cli.pyramid_config import quality_of
from siren_cli.representation import version_3
from siren_cli.representation.pyramid.stored_pyramid import StoredPyramid
from siren_cli.representation.representation import PyramidRepresentation


@dataclass(frozen=True)
class TrainedPyramid:
    """A pyramid after its training.

    Attributes:
        grids: Latents of every grid, finest first: whole numbers within +-32767.
        networks: The rounded networks.
        epochs: Steps that were done.
        rate_weight: What a bit per pixel weighed at the end.
    """

    grids: list[NDArray[np.int64]]
    networks: RoundedNetworks
    epochs: int
    rate_weight: float


class Outcome(NamedTuple):
    """What a fit ends with.

    Attributes:
        trained: The pyramid.
        representation: What its file holds, with its PSNR.
        seconds: Time since the first step, without compilation.
    """

    trained: TrainedPyramid
    representation: PyramidRepresentation
    seconds: float

    @property
    def result(self) -> Result:
        """The bytes and the PSNR of its file."""
        psnr = self.representation.header.psnr
        size = sum(map(len, version_3.chunks(self.representation)))
        others = size - int(self.representation.pyramid.streams.lengths.sum())
        return Result(size, others, math.inf if psnr is None else psnr)


def measured(
    source: PixelSource, plan: PyramidPlan, budget: Budget, trained: TrainedPyramid
) -> PyramidRepresentation:
    """Return what was trained, as a file holds it, with its PSNR.

    Raises:
        DivergedError: It cannot be drawn.
    """
    config = as_it_went(plan, budget, trained.epochs, trained.rate_weight)
    pyramid = StoredPyramid.of_grids(plan.shape, trained.networks, trained.grids)
    header = replace(
        replace(plan, config=config).header(source),
        sizes=trained.networks.sizes,
    )
    representation = PyramidRepresentation(
        header=header,
        pyramid=pyramid,
        icc_profile=source.icc_profile,
        metadata=source.metadata,
    )
    return with_psnr(source, representation)


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
