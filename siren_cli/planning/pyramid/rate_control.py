"""What steers a fit to a number of bytes or to a quality: the weight of a bit."""

import math
from dataclasses import dataclass, replace

from siren_cli.config import Config
from siren_cli.planning.schedule import Budget
from siren_cli.pyramid_config import NARROW, WIDE, PyramidConfig

# The goal lies this part below the bytes that are allowed, and this many dB above the quality.
BYTES_MARGIN = 0.01
PSNR_MARGIN_DB = 0.02
# What is lost when the networks are rounded, in dB.
ROUNDING_DB = 0.03
# Looks at bytes or quality in a fit, and the least and most steps between two of them.
LOOKS = 40
LEAST_LOOK_STEPS, MOST_LOOK_STEPS = 5, 25
# The looks that are left out, for a fit has hardly begun.
FIRST_LOOK = 3
# The logarithm of bytes falls by this with the logarithm of the weight; decibels fall by this.
BYTES_SLOPE = 0.55
PSNR_SLOPE_DB = 2.0
# Part of an error that a look corrects, for each step since the last one, and at most: a fit
# answers slowly.
GAIN_PER_STEP = 0.025
GAIN = 0.4
# The same after the end, where the rates are low and a fit hardly answers.
LAST_GAIN = 2.5
# Largest change of the logarithm of the weight at a look.
MAX_CHANGE = 0.7
LIGHTEST, HEAVIEST = 1e-7, 0.1
# A photograph's bits per pixel and quality at a weight, from which a fit begins.
USUAL_WEIGHT = 8e-4
USUAL_BITS_PER_PIXEL = 0.5
USUAL_PSNR_DB = 35.0
# Below this rate, in bits per pixel, and below this quality, narrow networks pay.
NARROW_BITS_PER_PIXEL = 0.25
NARROW_PSNR_DB = 33.0


@dataclass(frozen=True)
class Goal:
    """What a fit is steered to: bytes, or else a quality.

    Attributes:
        bytes: Most bytes of the file, or None.
        psnr: Least PSNR in dB, or None.
    """

    bytes: int | None = None
    psnr: float | None = None

    def holds(self, file_bytes: int, psnr: float) -> bool:
        """Return whether a fit of a size and quality reaches it."""
        if self.bytes is not None:
            return file_bytes <= self.bytes
        return self.psnr is None or psnr >= self.psnr + PSNR_MARGIN_DB

    def change(self, file_bytes: float, psnr: float) -> float:
        """Return how much the logarithm of the weight is wrong: the heavier it should be."""
        if self.bytes is not None:
            wanted = (1 - BYTES_MARGIN) * self.bytes
            return math.log(max(1.0, file_bytes) / wanted) / BYTES_SLOPE
        if self.psnr is None:
            return 0.0
        return (psnr - self.psnr - PSNR_MARGIN_DB - ROUNDING_DB) / PSNR_SLOPE_DB


def goal_of(config: Config, budget: Budget) -> Goal | None:
    """Return what a fit is steered to, or None: its settings say the weight."""
    if config.fit.target_bytes:
        return Goal(bytes=config.fit.target_bytes)
    return None if budget.psnr is None else Goal(psnr=budget.psnr)


def is_look(done: int, steps: int) -> bool:
    """Return whether bytes and quality are looked at after some of all steps."""
    between = _look_steps(steps)
    return done >= FIRST_LOOK * between and done % between == 0


def look_gain(steps: int) -> float:
    """Return the part of an error that a look of a fit of some steps corrects."""
    return min(GAIN, GAIN_PER_STEP * _look_steps(steps))


def first_weight(goal: Goal, pixels: int) -> float:
    """Return the weight of a bit with which a fit begins."""
    if goal.bytes is not None:
        ratio = max(1, 8 * goal.bytes) / pixels / USUAL_BITS_PER_PIXEL
        weight = USUAL_WEIGHT * ratio ** (-1 / BYTES_SLOPE)
    else:
        above = (goal.psnr or USUAL_PSNR_DB) - USUAL_PSNR_DB
        weight = USUAL_WEIGHT * math.exp(-above / PSNR_SLOPE_DB)
    return float(max(LIGHTEST, min(HEAVIEST, weight)))


def _look_steps(steps: int) -> int:
    return max(LEAST_LOOK_STEPS, min(MOST_LOOK_STEPS, steps // LOOKS))


def steered(weight: float, change: float, gain: float = GAIN) -> float:
    """Return the next weight of a bit from this one and from `Goal.change`."""
    moved = max(-MAX_CHANGE, min(MAX_CHANGE, gain * change))
    return max(LIGHTEST, min(HEAVIEST, weight * math.exp(moved)))


def with_widths(pyramid: PyramidConfig, goal: Goal | None, pixels: int) -> PyramidConfig:
    """Return the settings with the widths that a goal asks for, where they are not set."""
    if goal is None:
        return pyramid
    if goal.bytes is not None:
        is_narrow = 8 * goal.bytes / pixels < NARROW_BITS_PER_PIXEL
    else:
        is_narrow = goal.psnr is not None and goal.psnr < NARROW_PSNR_DB
    width = NARROW if is_narrow else WIDE
    return replace(
        pyramid,
        hidden_features=pyramid.hidden_features or width,
        context_features=pyramid.context_features or width,
    )
