"""What a fit is made of besides its picture: a plan, and where unfinished work is kept."""

from dataclasses import dataclass, field

from siren_cli.planning.crew import Crew
from siren_cli.planning.plan import FitPlan
from siren_cli.planning.planned import Plan
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.pyramid.state import Keeper


@dataclass(frozen=True)
class MosaicWork:
    """The fit of a mosaic.

    Attributes:
        plan: Its plan.
        crew: Who takes part, and where checkpoints are saved.
    """

    plan: FitPlan
    crew: Crew = field(default_factory=Crew)

    @property
    def hosts(self) -> int:
        """Number of hosts that fit the picture together."""
        return self.crew.hosts


@dataclass(frozen=True)
class PyramidWork:
    """The fit of a pyramid, on one host.

    Attributes:
        plan: Its plan.
        keeper: Where its state is kept, or None.
    """

    plan: PyramidPlan
    keeper: Keeper | None = None
    hosts = 1


Work = MosaicWork | PyramidWork


def unkept(plan: Plan) -> Work:
    """Return the work of a plan on this host alone, of which nothing unfinished is kept."""
    return PyramidWork(plan) if isinstance(plan, PyramidPlan) else MosaicWork(plan)
