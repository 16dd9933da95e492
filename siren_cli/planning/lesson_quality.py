"""How well a function has learned derivatives, and how well it fills holes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.metrics.psnr import decibels, squared_error
from siren_cli.model.differences import FloatPixels, gradients, laplacians
from siren_cli.model.grid import WHOLE
from siren_cli.pictures.bands import bands
from siren_cli.pictures.masks import Mask
from siren_cli.pictures.picture import Pixels, peak
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.cell_rows import RowWindow
from siren_cli.planning.fit_psnr import weights_drawn
from siren_cli.planning.masked_picture import MaskedPicture
from siren_cli.rendering.derivatives import DY
from siren_cli.rendering.drawing import Drawing
from siren_cli.rendering.geometry import size_of
from siren_cli.rendering.point_function import function_of
from siren_cli.rendering.view import whole
from siren_cli.representation.representation import Representation
from siren_cli.supervision import SupervisionConfig
from siren_cli.system.parallel import ahead


class LessonQuality(NamedTuple):
    """PSNRs of a fit besides that of the whole picture, in dB.

    Each is None where it does not apply, or where nothing differs.

    Attributes:
        gradient_psnr: That of the function's gradients at the centers of the pixels against
            the differences that were taught, of pixels in [0, 1]; the peak is 1.
        laplacian_psnr: That of its Laplacians, likewise.
        psnr_inside: That of the pixels in holes.
        psnr_outside: That of the pixels that were taught.
    """

    gradient_psnr: float | None = None
    laplacian_psnr: float | None = None
    psnr_inside: float | None = None
    psnr_outside: float | None = None


def lesson_quality(
    picture: MaskedPicture, representation: Representation, supervision: SupervisionConfig
) -> LessonQuality:
    """Return how well a fit of a picture has learned what it was taught.

    Args:
        picture: The picture.
        representation: Its fit.
        supervision: What was taught.

    Raises:
        DivergedError: The derivatives of its weights are too large to be numbers.
    """
    found = LessonQuality()
    if supervision.has_derivatives:
        found = derivative_quality(picture, representation, supervision.differences)
    if picture.known is not None:
        pixels = _pixels(picture.whole)
        inside, outside = value_psnrs(pixels, picture.known, representation)
        found = found._replace(psnr_inside=inside, psnr_outside=outside)
    return found


def derivative_quality(
    picture: MaskedPicture, representation: Representation, differences: str
) -> LessonQuality:
    """Return how close the derivatives of a fit are to those of its picture.

    Args:
        picture: The picture.
        representation: Its fit.
        differences: How the gradients of the picture are taken (`model.differences`).

    Raises:
        DivergedError: The derivatives of its weights are too large to be numbers.
    """
    pixels = _pixels(picture.whole)
    if picture.known is not None:
        pixels = np.where(picture.known[..., None], pixels, np.float32(np.nan))
    slopes, bends = gradients(pixels, differences), laplacians(pixels)
    wanted = np.concatenate([slopes, bends[:, :, None]], axis=2)
    (down, right, bend), counts = derivative_errors(wanted, representation)
    return LessonQuality(_psnr(down + right, counts[0] + counts[1]), _psnr(bend, counts[2]))


def derivative_errors(
    wanted: FloatPixels, representation: Representation
) -> NDArray[np.float64]:
    """Return how far the derivatives of a fit are from those wanted at the pixels' centers.

    Args:
        wanted: Array of shape (height, width, orders, channels), from DY on in the order of
            a jet, of pixels in [0, 1]; NaN counts nowhere.
        representation: The fit.

    Returns:
        Array of shape (2, orders): the sum of the squared errors, and how many there are.

    Raises:
        DivergedError: The derivatives of its weights are too large to be numbers.
    """
    function, (height, width, orders, _) = function_of(representation), wanted.shape

    def errors(rows: slice) -> NDArray[np.float64]:
        part = wanted[rows]
        places = np.isfinite(part).any(axis=(2, 3))
        y, x = np.argwhere(places).astype(np.float64).T + 0.5
        jets = function.jets_at(y + rows.start, x)[DY : DY + orders]
        squares = np.square(np.moveaxis(jets, 0, 1) - part[places], dtype=np.float64)
        return np.array([np.nansum(squares, axis=(0, 2)), np.isfinite(squares).sum((0, 2))])

    with weights_drawn():
        return sum(ahead(errors, bands(height, width)), np.zeros((2, orders)))


def value_psnrs(
    pixels: Pixels, known: Mask, representation: Representation
) -> tuple[float | None, float | None]:
    """Return the PSNR of a fit in the holes of a picture, and that outside of them, in dB.

    Args:
        pixels: The picture, shape (height, width, channels).
        known: The pixels outside of holes, shape (height, width).
        representation: The fit.

    Returns:
        Both PSNRs; None where nothing differs.

    Raises:
        DivergedError: The weights cannot be drawn.
    """
    facts = representation.header.facts
    drawing = Drawing(representation, whole(facts, size_of(facts)))

    def errors(rows: slice) -> NDArray[np.float64]:
        drawn, own = drawing.block(rows, WHOLE), known[rows]
        first, second = (
            squared_error(pixels[rows][part], drawn[part], facts.bit_depth)
            for part in (~own, own)
        )
        return np.array([first, second], np.float64)

    with weights_drawn():
        sums = sum(ahead(errors, bands(facts.height, facts.width)), np.zeros(2))
    inside, outside = sums / peak(facts.bit_depth) ** 2
    taught = int(known.sum()) * facts.channels
    return _psnr(inside, facts.pixels * facts.channels - taught), _psnr(outside, taught)


def _pixels(picture: PixelSource) -> Pixels:
    return RowWindow(picture).take(0, picture.facts.height)


def _psnr(squares: float, count: float) -> float | None:
    """Return the PSNR of a sum of squared errors at peak 1; None if nothing differs."""
    return decibels(squares / count) if squares else None
