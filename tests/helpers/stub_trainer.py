"""A stub in the place of the trainer of pyramids, so that their fits take no time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np

from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.pyramid.state import PyramidState
from siren_cli.resources import Resources
from tests.helpers.pyramid_content import make_grids, make_networks

# What a bit weighs at the end of a fit of the stub.
WEIGHT = 1e-3


class StubTrainer:
    """Learns nothing in each step, keeps its state after each, and may be stopped.

    Attributes:
        stop_at: The step in which Ctrl-C comes; 0 is never.
        began_at: The steps that each of its fits went on from.
    """

    def __init__(self) -> None:
        self.stop_at = 0
        self.began_at: list[int] = []

    def train(
        self, source: PixelSource, plan: PyramidPlan, report: Any, budget: Any, keeper: Any
    ) -> Any:
        # TensorFlow is loaded only when a fit begins.
        from siren_cli.training.pyramid.outcome import Outcome, TrainedPyramid, measured

        resumed = keeper and keeper.resumed
        self.began_at.append(resumed.done if resumed else 0)
        steps = budget.epochs or plan.steps
        for step in range(self.began_at[-1], steps):
            if step + 1 == self.stop_at:
                raise KeyboardInterrupt
            if keeper:
                keeper.save(PyramidState(step + 1, {"latents": np.zeros(3, np.float32)}))
        trained = TrainedPyramid(
            grids=make_grids(plan.shape),
            networks=make_networks(plan.sizes),
            epochs=steps,
            rate_weight=WEIGHT,
        )
        return Outcome(trained, measured(source, plan, budget, trained), seconds=0.25)


@contextmanager
def stub_trainer() -> Iterator[StubTrainer]:
    """Give a stub that trains all pyramids meanwhile."""
    from siren_cli.training.pyramid import fit

    stub = StubTrainer()

    def fits(resources: Resources) -> fit.PyramidFits:
        return fit.PyramidFits(resources)

    with (
        patch.object(fit, "PyramidFitter", lambda strategy: stub),
        patch("siren_cli.training.fits.shared_pyramid_fits", fits),
    ):
        yield stub
