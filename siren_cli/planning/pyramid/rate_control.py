"""What steers a fit to a number of bytes or to a quality: the weight of a bit."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from siren_cli.config import Config
from siren_cli.pyramid_config import NARROW, WIDE, PyramidConfig

# The goal lies this part below the bytes that are allowed, and this many dB above the quality.
BYTES_MARGIN = 0.01
PSNR_MARGIN_DB = 0.05
# A fit that reaches its goal goes on if it has more bytes left, or more dB.
NEAR_BYTES = 0.025
NEAR_PSNR_DB = 0.25
# Looks at bytes or quality in a fit, and the least and most steps between two of them.
LOOKS = 40
LEAST_LOOK_STEPS, MOST_LOOK_STEPS = 5, 25
# The part of a fit without looks, for it has hardly begun.
FIRST_LOOK = 0.1
# The logarithm of the latents' bytes falls by this with that of the weight; decibels fall by
# this.
BYTES_SLOPE = 0.45
PSNR_SLOPE_DB = 2.0
# At a constant weight a fit of this number of steps begins with this many more bytes of
# latents, as a part of its last ones, and with this much less quality, as if it had not begun.
USUAL_STEPS = 2000
MORE_BYTES = 0.5
LESS_PSNR_DB = 2.0
# Shorter fits have as many times less quality, up to this one.
MOST_SHORTNESS = 6.0
# Least part of a file that latents are steered to.
LEAST_LATENT_SHARE = 0.02
# A quality from which on all pictures are as good, in dB.
MOST_PSNR_DB = 100.0
# Part of an error that a look corrects, for each step since the last one, and at most: a fit
# answers slowly.
GAIN_PER_STEP = 0.025
GAIN = 0.4
# Most rounds after the end, and the part of an error that each corrects: rates are low there.
MAX_ROUNDS = 6
LAST_GAIN = 1.5
# Largest change of the logarithm of the weight at a look.
MAX_CHANGE = 0.7
# The weight becomes at most this many times the first one, or is divided by it.
FARTHEST = 30.0
LIGHTEST, HEAVIEST = 1e-7, 0.1
# A photograph's bits per pixel and quality at a weight, from which a fit begins.
USUAL_WEIGHT = 8e-4
USUAL_BITS_PER_PIXEL = 0.5
USUAL_PSNR_DB = 35.0
# Below this rate, in bits per pixel, below this size and below this quality, narrow networks
# pay.
NARROW_BITS_PER_PIXEL = 0.25
NARROW_BYTES = 8000
NARROW_PSNR_DB = 33.0


class Result(NamedTuple):
    """What a fit has, or would have if it ended now.

    Attributes:
        bytes: The bytes of its file.
        others: Those of them that are not of latents.
        psnr: Its PSNR in dB.
    """

    bytes: int
    others: int
    psnr: float


@dataclass(frozen=True)
class Goal:
    """What a fit is steered to: bytes, or else a quality.

    Attributes:
        bytes: Most bytes of the file, or None.
        psnr: Least PSNR in dB, or None.
    """

    bytes: int | None = None
    psnr: float | None = None

    def holds(self, result: Result) -> bool:
        """Return whether a fit reaches it."""
        if self.bytes is not None:
            return result.bytes <= self.bytes
        return self.psnr is None or result.psnr >= self.psnr

    def is_met(self, result: Result) -> bool:
        """Return whether a fit reaches it, and has hardly more bytes or quality left."""
        if not self.holds(result):
            return False
        if self.bytes is not None:
            return result.bytes >= (1 - NEAR_BYTES) * self.bytes
        return self.psnr is None or result.psnr <= self.psnr + NEAR_PSNR_DB

    def prefers(self, result: Result, other: Result) -> bool:
        """Return whether a fit is better than another one: it holds, and is nearer."""
        if self.holds(result) != self.holds(other):
            return self.holds(result)
        if self.holds(result) == (self.bytes is not None):
            return result.psnr > other.psnr
        return result.bytes < other.bytes

    def change(self, result: Result, progress: float = 1.0, steps: int = USUAL_STEPS) -> float:
        """Return how much the logarithm of the weight is wrong: the heavier it should be.

        Args:
            result: What the fit would be if it ended now.
            progress: Share of the fit that is done; it gets better until its end.
            steps: Number of all its steps.
        """
        if self.bytes is not None:
            latents = max(1.0, result.bytes - result.others) / (
                1 + MORE_BYTES * (1 - progress) ** 2
            )
            change = math.log(latents / self._latent_bytes(result.others)) / BYTES_SLOPE
            # A heavier weight makes the networks smaller, too, where latents are few already.
            wanted = (1 - BYTES_MARGIN) * self.bytes
            over = math.log(result.bytes / wanted) / BYTES_SLOPE
            return max(change, over if progress >= 1 else 0.0) if over > 0 else change
        if self.psnr is None:
            return 0.0
        shortness = min(MOST_SHORTNESS, USUAL_STEPS / steps)
        less = LESS_PSNR_DB * shortness * (1 - progress) ** 4
        psnr = min(result.psnr, MOST_PSNR_DB) + less
        return (psnr - self.psnr - PSNR_MARGIN_DB) / PSNR_SLOPE_DB

    def _latent_bytes(self, others: int) -> float:
        """Return the bytes that a number of other ones leaves to the latents."""
        wanted = (1 - BYTES_MARGIN) * (self.bytes or 0)
        return max(wanted - others, LEAST_LATENT_SHARE * wanted, 1.0)


def goal_of(config: Config, psnr: float | None) -> Goal | None:
    """Return what a fit is steered to, or None: its settings say the weight.

    Args:
        config: The settings, with their target of bytes.
        psnr: The goal in dB, or None.
    """
    if config.fit.target_bytes:
        return Goal(bytes=config.fit.target_bytes)
    return None if psnr is None else Goal(psnr=psnr)


def is_look(done: int, steps: int) -> bool:
    """Return whether bytes and quality are looked at after some of all steps."""
    return done >= FIRST_LOOK * steps and done % _look_steps(steps) == 0


def look_gain(steps: int) -> float:
    """Return the part of an error that a look of a fit of some steps corrects."""
    return min(GAIN, GAIN_PER_STEP * _look_steps(steps))


def first_weight(goal: Goal, others: int, pixels: int) -> float:
    """Return the weight of a bit with which a fit begins.

    Args:
        goal: What it is steered to.
        others: Bytes of its file that are not of latents.
        pixels: Pixels of the picture.
    """
    usual = Result(round(USUAL_BITS_PER_PIXEL * pixels / 8) + others, others, USUAL_PSNR_DB)
    weight = USUAL_WEIGHT * math.exp(goal.change(usual))
    return float(max(LIGHTEST, min(HEAVIEST, weight)))


def _look_steps(steps: int) -> int:
    return max(LEAST_LOOK_STEPS, min(MOST_LOOK_STEPS, steps // LOOKS))


def held(weight: float, first: float) -> float:
    """Return a weight that is not far from the first one, for latents may hardly follow it."""
    return max(first / FARTHEST, min(first * FARTHEST, weight))


def steered(weight: float, change: float, gain: float = GAIN) -> float:
    """Return the next weight of a bit from this one and from `Goal.change`."""
    moved = max(-MAX_CHANGE, min(MAX_CHANGE, gain * change))
    return max(LIGHTEST, min(HEAVIEST, weight * math.exp(moved)))


def with_widths(pyramid: PyramidConfig, goal: Goal | None, pixels: int) -> PyramidConfig:
    """Return the settings with the widths that a goal asks for, where they are not set."""
    if goal is None:
        return pyramid
    if goal.bytes is not None:
        least_bytes = max(NARROW_BYTES, NARROW_BITS_PER_PIXEL * pixels / 8)
        is_narrow = goal.bytes < least_bytes
    else:
        is_narrow = goal.psnr is not None and goal.psnr < NARROW_PSNR_DB
    width = NARROW if is_narrow else WIDE
    return replace(
        pyramid,
        hidden_features=pyramid.hidden_features or width,
        context_features=pyramid.context_features or width,
    )
