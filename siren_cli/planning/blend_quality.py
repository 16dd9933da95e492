"""How good a blended picture is, for which there is no original."""

from typing import NamedTuple

from siren_cli.metrics.psnr import decibels
from siren_cli.planning.blending import Blend
from siren_cli.planning.lesson import Lesson
from siren_cli.planning.lesson_quality import derivative_errors, value_psnrs
from siren_cli.rendering.derivatives import DY
from siren_cli.representation.representation import Representation

# Least mean squared error that is said: no function has exactly the gradients of pixels.
LEAST_MSE = 1e-20


class BlendQuality(NamedTuple):
    """PSNRs of a blended picture, in dB.

    Attributes:
        outside: That of the pixels whose values were taught, which are the background's;
            None is a match.
        gradient: That of the function's gradients at the centers of the pixels in the part
            and at its rim against those that were taught, of pixels in [0, 1]; the peak is
            1.
    """

    outside: float | None
    gradient: float


def blend_quality(blend: Blend, lesson: Lesson, fit: Representation) -> BlendQuality:
    """Return how well a fit has learned a blend.

    Args:
        blend: The blend.
        lesson: What was taught of it.
        fit: The fit.

    Raises:
        DivergedError: The weights cannot be drawn.
    """
    _, outside = value_psnrs(blend.background, ~blend.region, fit)
    # The targets are of values in [-1, 1], twice as far apart as pixels.
    squares, counts = derivative_errors(lesson.targets[:, :, DY:] / 2, fit)
    return BlendQuality(outside, decibels(max(squares.sum() / counts.sum(), LEAST_MSE)))
