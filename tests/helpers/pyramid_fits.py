"""Small fits of pyramids, and somewhere to keep their states."""

from siren_cli.config import Config, FitConfig
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.pyramid.state import PyramidState
from siren_cli.planning.schedule import Budget
from siren_cli.pyramid_config import PyramidConfig
from siren_cli.resources import Resources
from siren_cli.training.devices import make_strategy
from siren_cli.training.pyramid.fitter import PyramidFitter
from siren_cli.training.pyramid.outcome import Outcome
from tests.helpers.small_fits import NO_BUDGET, ignore, smooth_picture


class Memory:
    """Keeps the state of a fit in memory.

    Args:
        resumed: The state to go on from.
    """

    def __init__(self, resumed: PyramidState | None = None) -> None:
        self.resumed, self.saved = resumed, None

    def is_due(self) -> bool:
        return False

    def save(self, state: PyramidState) -> None:
        self.saved = state


def pyramid_plan(picture, epochs=20, target_bytes=0, **pyramid):
    """Return the plan of a fit with narrow networks."""
    config = Config(
        fit=FitConfig(epochs=epochs, target_bytes=target_bytes),
        pyramid=PyramidConfig(
            **{"quality": 50.0, "hidden_features": 8, "context_features": 8, **pyramid}
        ),
    )
    return PyramidPlan(picture.facts, config)


def fit_pyramid(
    picture=None,
    *,
    budget: Budget = NO_BUDGET,
    keeper=None,
    report=ignore,
    replicas=1,
    **settings,
) -> Outcome:
    """Return a fit of a small picture."""
    picture = picture or smooth_picture(6, 8)
    plan = pyramid_plan(picture, **settings)
    strategy = make_strategy(Resources(devices="cpu", replicas=replicas))
    return PyramidFitter(strategy).train(picture, plan, report, budget, keeper)
