"""What a function is taught of its picture: the table [supervision] of the settings."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from siren_cli.setting_checks import check_choice, check_range

# What the loss compares: the function's values, its derivatives, or both.
Supervised = Literal["value", "gradient", "laplacian", "value+gradient"]
# How the derivatives of a picture are taken (`model.differences`).
Differences = Literal["central", "sobel"]

VALUE: Final = "value"
GRADIENT: Final = "gradient"
LAPLACIAN: Final = "laplacian"
# Largest weight of a part of the loss.
MAX_WEIGHT = 1e6


@dataclass(frozen=True)
class SupervisionConfig:
    """What the loss of a fit compares, and where.

    Values are in [-1, 1] and derivatives are per pixel where their errors are weighed.

    Attributes:
        by: What is compared: values, gradients, Laplacians, or values and gradients.
        differences: How the derivatives of the picture are taken.
        gradient_weight: What the squared error of gradients weighs beside that of values.
        laplacian_power: How much more the errors of long waves weigh than those of short ones,
            where the Laplacians of all pixels are taught (`training.laplacian_norm`): 0 is the
            plain squared error, and 1 the squared error of the values behind it.
        keep_pixels: The share of the pixels that is taught, up to 1; the others are holes.
        hole_weight: What the squared Laplacian in holes weighs beside the squared error of
            the pixels that are taught. It is ignored where Laplacians are taught, which weigh
            1 in holes and outside of them.
        smooth: What the squared Laplacian between the pixels weighs, everywhere.
        tie_weight: What the squared difference of two neighboring cells weighs, where they
            are tied.
    """

    by: Supervised = VALUE
    differences: Differences = "central"
    gradient_weight: float = 1.0
    laplacian_power: float = 0.75
    keep_pixels: float = 1.0
    hole_weight: float = 0.1
    smooth: float = 0.0
    tie_weight: float = 0.003

    def __post_init__(self) -> None:
        check_choice("supervision.by", self.by, get_args(Supervised))
        check_choice("supervision.differences", self.differences, get_args(Differences))
        check_range("supervision.gradient_weight", self.gradient_weight, 0.0, MAX_WEIGHT)
        check_range("supervision.laplacian_power", self.laplacian_power, 0.0, 2.0)
        check_range("supervision.keep_pixels", self.keep_pixels, 1e-6, 1.0)
        check_range("supervision.hole_weight", self.hole_weight, 0.0, MAX_WEIGHT)
        check_range("supervision.smooth", self.smooth, 0.0, MAX_WEIGHT)
        check_range("supervision.tie_weight", self.tie_weight, 0.0, MAX_WEIGHT)

    @property
    def has_derivatives(self) -> bool:
        """Whether derivatives of the picture are taught."""
        return self.by != VALUE

    @property
    def are_values_free(self) -> bool:
        """Whether derivatives alone are taught, which leave a constant of each channel free."""
        return self.by in (GRADIENT, LAPLACIAN)

    def has_holes(self, *, has_mask: bool) -> bool:
        """Return whether some pixels are not taught, with a mask or without one."""
        return has_mask or self.keep_pixels < 1.0

    def needs_lesson(self, *, has_mask: bool) -> bool:
        """Return whether anything else than the values of all pixels is taught."""
        return self.has_derivatives or self.has_holes(has_mask=has_mask)

    def needs_neighbors(self, *, has_mask: bool) -> bool:
        """Return whether a cell learns something that only its neighbors know."""
        return self.are_values_free or self.has_holes(has_mask=has_mask)
