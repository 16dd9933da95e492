"""The settings of a pyramid: the table [pyramid]."""

import math
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

from siren_cli.errors import UsageError
from siren_cli.setting_checks import check_range

# The weight of a bit per pixel against the mean squared error at quality 0, as a power of
# ten, and how many powers of ten lie between qualities of 0 and 100.
WEIGHT_AT_0 = -1.5
WEIGHT_POWERS = 3.0
# Above this weight a file is so small that narrow networks pay.
NARROW_WEIGHT = 2e-3
NARROW, WIDE = 16, 24
# Decimals of a quality that follows from a target.
QUALITY_DIGITS = 2
# The settings of the schedule that pyramids have, too.
PYRAMID_FIT_KEYS = ("epochs", "seed", "target_bytes")
# Largest width of the networks in a file, in features, and of those that are fitted: rounding
# wider ones takes minutes and gigabytes.
MAX_PYRAMID_WIDTH = 64
MAX_FITTED_WIDTH = 32


@dataclass(frozen=True)
class PyramidConfig:
    """What a pyramid is made with.

    Attributes:
        quality: From 0, the smallest file, to 100. It decides what a bit weighs against
            the error; a target of bytes or of quality decides that itself.
        hidden_features: Width of the network that makes colors; 0 follows from the quality.
        context_features: Width of the network that predicts latents, likewise.
        latent_rate: Highest learning rate of the latents.
        network_rate: Highest learning rate of both networks.
    """

    quality: float = 60.0
    hidden_features: int = 0
    context_features: int = 0
    latent_rate: float = 0.025
    network_rate: float = 0.03

    def __post_init__(self) -> None:
        check_range("pyramid.quality", self.quality, 0.0, 100.0)
        check_range("pyramid.hidden_features", self.hidden_features, 0, MAX_FITTED_WIDTH)
        check_range("pyramid.context_features", self.context_features, 0, MAX_FITTED_WIDTH)
        check_range("pyramid.latent_rate", self.latent_rate, 1e-6, 1.0)
        check_range("pyramid.network_rate", self.network_rate, 1e-6, 1.0)

    @property
    def rate_weight(self) -> float:
        """What a bit per pixel weighs against the mean squared error of values in [0, 1]."""
        return float(10 ** (WEIGHT_AT_0 - WEIGHT_POWERS * self.quality / 100))

    @property
    def widths(self) -> tuple[int, int]:
        """The features of the hidden layers of the synthesis and of the context model."""
        usual = NARROW if self.rate_weight > NARROW_WEIGHT else WIDE
        return self.hidden_features or usual, self.context_features or usual


def quality_of(rate_weight: float) -> float:
    """Return the quality at which a bit has a weight, as near as qualities come."""
    quality = 100 * (WEIGHT_AT_0 - math.log10(rate_weight)) / WEIGHT_POWERS
    return round(min(100.0, max(0.0, quality)), QUALITY_DIGITS)


def check_alone(table: str, part: Any, usual: Any, allowed: Collection[str]) -> None:
    """Check that nothing is set that a pyramid does not have.

    Args:
        table: The name of a table.
        part: Its values.
        usual: Those that nobody has set.
        allowed: The keys that a pyramid has.

    Raises:
        UsageError: Another value than the usual one is set.
    """
    for field in fields(part):
        is_set = getattr(part, field.name) != getattr(usual, field.name)
        if is_set and field.name not in allowed:
            raise UsageError(
                f"{table}.{field.name} is of mosaics; a pyramid (--preset compact) has none"
            )
