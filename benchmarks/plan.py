"""What is measured, and for how long."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

# One measurement: plain values that JSON holds. Its "kind" says which keys it has.
Row = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "coffee.png"
PRESETS = ("fast", "balanced", "detailed")
BUDGETS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
PSNR_GOALS = (30.0, 35.0, 40.0, 45.0)


@dataclass(frozen=True)
class Plan:
    """What the command line asked for.

    Attributes:
        pictures: Files to measure with, at least one.
        seconds: Longest budget of a fit.
        half: Measure between the pixels, too.
        largest: Largest picture of the sections that grow one, in megapixels.
    """

    pictures: list[Path]
    seconds: float
    half: bool
    largest: float


def budgets(seconds: float) -> list[float]:
    """Return the budgets up to `seconds`, itself the last."""
    return [budget for budget in BUDGETS if budget < seconds] + [seconds]


def default_pictures() -> list[Path]:
    """Return the photographs beside the checkout, or else the one inside it."""
    return sorted((ROOT.parent / "shared" / "images").glob("*.png")) or [EXAMPLE]
