"""How good a blended picture is, for which there is no original."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.metrics.psnr import decibels, squared_error
from siren_cli.model.grid import WHOLE
from siren_cli.pictures.bands import bands
from siren_cli.pictures.picture import peak
from siren_cli.planning.blending import Blend
from siren_cli.planning.fit_psnr import weights_drawn
from siren_cli.planning.lesson import Lesson
from siren_cli.rendering.derivatives import DX, DY
from siren_cli.rendering.drawing import Drawing
from siren_cli.rendering.geometry import size_of
from siren_cli.rendering.point_function import function_of
from siren_cli.rendering.view import whole
from siren_cli.representation.representation import Representation
from siren_cli.system.parallel import ahead

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
    facts, function = fit.header.facts, function_of(fit)
    drawing = Drawing(fit, whole(facts, size_of(facts)))
    kept = ~blend.region
    # Shape (height, width, 2, channels), along y and along x, of pixels in [0, 1].
    slopes = lesson.targets[:, :, 1:] / 2

    def errors(rows: slice) -> NDArray[np.float64]:
        own = kept[rows]
        values = blend.background[rows][own], drawing.block(rows, WHOLE)[own]
        wanted = slopes[rows]
        places = np.isfinite(wanted).any(axis=(2, 3))
        y, x = np.argwhere(places).astype(np.float64).T + 0.5
        jets = function.jets_at(y + rows.start, x)[[DY, DX]]
        squares = np.square(np.moveaxis(jets, 0, 1) - wanted[places], dtype=np.float64)
        error = squared_error(*values, facts.bit_depth)
        return np.array([error, np.nansum(squares), np.isfinite(squares).sum()])

    with weights_drawn():
        parts = ahead(errors, bands(facts.height, facts.width))
        total, squares, count = sum(parts, np.zeros(3))
    mse = total / (kept.sum() * facts.channels) / peak(facts.bit_depth) ** 2
    return BlendQuality(
        decibels(mse) if total else None, decibels(max(squares / count, LEAST_MSE))
    )
