"""The plan of a run: its pictures, and its limits of time and size."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

# One measurement: plain values that JSON can hold. Its "kind" says which keys it has.
Row = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "coffee.png"
PRESETS = ("fast", "balanced", "detailed")
# Times of training at which PSNR is shown, in seconds.
BUDGETS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
# Qualities for which the seconds are shown, in dB.
PSNR_GOALS = (30.0, 35.0, 40.0, 45.0)


@dataclass(frozen=True)
class Plan:
    """The pictures and limits of a run, from the command line.

    Attributes:
        pictures: Files to measure with, at least one.
        seconds: Longest budget of a fit.
        half: Whether quality between the pixels is measured, too.
        largest: Size of the largest picture in `growth`, `render` and `scale`, in megapixels.
        largest_file: Size of the `.siren` file that is read in `scale`, in megabytes.
    """

    pictures: list[Path]
    seconds: float
    half: bool
    largest: float
    largest_file: float


def budgets(seconds: float) -> list[float]:
    """Return the budgets up to `seconds`, which is the last one."""
    return [budget for budget in BUDGETS if budget < seconds] + [seconds]


def default_pictures() -> list[Path]:
    """Return the photographs beside the checkout, or the example if there are none."""
    return sorted((ROOT.parent / "shared" / "images").glob("*.png")) or [EXAMPLE]
