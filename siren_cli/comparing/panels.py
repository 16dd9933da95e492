"""The pictures of a comparison: panels, learning curves, and PNG files for the page."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from siren_cli.comparing import figures
from siren_cli.comparing.candidates import Candidate
from siren_cli.comparing.derivative_figure import DerivativeColumn, derivative_figure
from siren_cli.comparing.learning_curves import curves_figure
from siren_cli.metrics.psnr import bits_per_pixel, psnr
from siren_cli.model.differences import gradients, laplacians
from siren_cli.model.grid import WHOLE
from siren_cli.output.terminal import printable
from siren_cli.output.text import psnr_text
from siren_cli.pictures.formats import WRITTEN
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Pixels, peak, quantize
from siren_cli.pictures.resize import Filter, resized
from siren_cli.pictures.writing.writer import picture_file
from siren_cli.rendering import derivative_colors
from siren_cli.rendering.derivatives import LAPLACIAN
from siren_cli.rendering.drawing import Drawing
from siren_cli.rendering.geometry import Region, size_of
from siren_cli.rendering.parsing import parse_region
from siren_cli.rendering.view import Quantity, whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Sides of a picture in sides of its hardest spot.
SIDES_PER_SPOT_SIDE = 6
# Least side of the hardest spot, in pixels, if the picture is not smaller.
LEAST_SPOT_SIDE = 16
# Longest side of a picture in a figure, in pixels.
MOST_SHOWN_SIDE = 1200
# Longest name of a candidate in a figure, in characters.
LONGEST_NAME = 30


def panel(candidates: Sequence[Candidate], region: str | None) -> "Figure":
    """Return candidates side by side: the whole picture, a region, and the errors.

    If fits were made for the comparison, gradients and Laplacians are shown, too, as in
    figure 1 of Sitzmann et al. 2020, arXiv:2006.09661.

    Args:
        candidates: The candidates, the original first.
        region: The region as X,Y,WIDTH,HEIGHT; None is the hardest spot.

    Raises:
        UsageError: The region makes no sense.
    """
    facts = candidates[0].original.facts
    if region is None:
        chosen = hardest_spot([absolute_errors(candidate) for candidate in candidates])
    else:
        chosen = parse_region(region, size_of(facts))
    with_derivatives = any(each.kind == "fit" for each in candidates)
    columns = [_column(each, chosen, with_derivatives=with_derivatives) for each in candidates]
    shown_pixels_per_pixel = columns[0].pictures[0].shape[1] / facts.width
    marked = _scaled(chosen, shown_pixels_per_pixel)
    titles = ["the region", "error"]
    if with_derivatives:
        titles[1:1] = ["gradient", "Laplacian"]
    return figures.panel_figure(columns, marked, titles)


def derivative_panel(candidates: Sequence[Candidate]) -> "Figure":
    """Return candidates side by side, the original first, with their gradients and Laplacians.

    All have the scale of the original. A candidate without a network has the differences of
    its pixels.
    """
    return derivative_figure([_derivative_column(candidate) for candidate in candidates])


def _derivative_column(candidate: Candidate) -> DerivativeColumn:
    pixels = _shrunk(candidate.picture.pixels)
    visible = figures.visible(pixels, candidate.picture.facts)
    pictures = [visible, *map(_shrunk, derivative_pictures(candidate))]
    return DerivativeColumn(_title(candidate), _derivative_captions(candidate), pictures)


def _derivative_captions(candidate: Candidate) -> tuple[str, str]:
    """Return what is said of a candidate's gradients, and of its Laplacians."""
    learned = candidate.learned
    if learned is not None:
        return psnr_text(learned.gradient_psnr), psnr_text(learned.laplacian_psnr)
    made_of = "differences of its pixels" if candidate.representation is None else ""
    return made_of, made_of


def _scaled(region: Region, factor: float) -> Region:
    return Region(
        factor * region.x, factor * region.y, factor * region.width, factor * region.height
    )


def curves(candidates: Sequence[Candidate]) -> "Figure":
    """Return the learning curves of the candidates that have one."""
    return curves_figure({each.name: each.curve for each in candidates if each.curve})


def png_file(candidate: Candidate) -> bytes:
    """Return a candidate's picture as a PNG file of 8 bits, for a browser."""
    return picture_file(candidate.picture.source(), WRITTEN["png"], LOW_BIT_DEPTH)


def absolute_errors(candidate: Candidate) -> Pixels:
    """Return each pixel's error in stored values, the mean over its channels.

    Returns:
        Array of shape (height, width), float32.
    """
    depth = candidate.original.facts.bit_depth
    original = quantize(candidate.original.pixels, depth).astype(np.float32)
    shown = quantize(candidate.picture.pixels, depth).astype(np.float32)
    errors: Pixels = np.abs(original - shown).mean(axis=-1)
    return errors


def hardest_spot(errors: Sequence[Pixels]) -> Region:
    """Return the region where the sum of all squared errors is largest.

    It has the picture's aspect. The sums of all possible regions are differences of
    cumulative sums (summed-area table, Crow 1984).

    Args:
        errors: The errors of each candidate, shape (height, width).
    """
    squares = np.sum([each.astype(np.float64) ** 2 for each in errors], axis=0)
    share = max(1.0 / SIDES_PER_SPOT_SIDE, min(1.0, LEAST_SPOT_SIDE / min(squares.shape)))
    height, width = (max(1, round(side * share)) for side in squares.shape)
    cumulative = np.pad(squares.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    row_sums = cumulative[height:] - cumulative[:-height]
    region_sums = row_sums[:, width:] - row_sums[:, :-width]
    y, x = divmod(int(region_sums.argmax()), region_sums.shape[1])
    return Region(x, y, width, height)


def _column(
    candidate: Candidate, region: Region, *, with_derivatives: bool
) -> figures.PanelColumn:
    facts = candidate.picture.facts
    pixels = candidate.picture.pixels
    top, left = int(region.y), int(region.x)
    bottom, right = (
        int(np.ceil(end)) for end in (region.y + region.height, region.x + region.width)
    )
    pictures = [
        figures.visible(_shrunk(pixels), facts),
        figures.visible(pixels[top:bottom, left:right], facts),
    ]
    if with_derivatives:
        pictures += map(_shrunk, derivative_pictures(candidate))
    # `resized` takes values in [0, 1] with a channel axis.
    largest = np.float32(peak(candidate.original.facts.bit_depth))
    errors = _shrunk(absolute_errors(candidate)[..., None] / largest)[..., 0] * largest
    return figures.PanelColumn(_title(candidate), pictures, errors)


def _shrunk(pixels: Pixels) -> Pixels:
    """Return a picture with no more pixels than a figure can show."""
    height, width, _ = pixels.shape
    factor = MOST_SHOWN_SIDE / max(height, width)
    if factor >= 1.0:
        return pixels
    shown_width, shown_height = max(1, round(factor * width)), max(1, round(factor * height))
    return resized(pixels, shown_width, shown_height, Filter.BOX)


def derivative_pictures(candidate: Candidate) -> list[Pixels]:
    """Return the drawn gradient and Laplacian; the brightest is that of the original."""
    facts = candidate.original.facts
    truth = derivative_colors.gray(_differences(candidate.original.pixels))
    scales = [
        derivative_colors.brightest(each)
        for each in (derivative_colors.steepness(truth), truth[..., LAPLACIAN])
    ]
    function = candidate.representation
    if function is not None:
        view = whole(facts, size_of(facts))
        drawings = [
            Drawing(function, replace(view, what=what), scale)
            for what, scale in zip((Quantity.GRADIENT, Quantity.LAPLACIAN), scales, strict=True)
        ]
        colors, grays = (drawing.block(WHOLE, WHOLE) for drawing in drawings)
    else:
        jets = derivative_colors.gray(_differences(candidate.picture.pixels))
        colors = derivative_colors.gradient_colors(jets, scales[0])
        grays = derivative_colors.laplacian_grays(jets, scales[1])
    return [colors, np.repeat(grays, 3, axis=-1)]


def _differences(pixels: Pixels) -> Pixels:
    """Return values and derivatives (`derivatives.Jet`) as differences of pixels.

    Returns:
        Array of shape (height, width, channels, 4): value, d/dy, d/dx, Laplacian.
    """
    slopes = gradients(pixels, "central")
    return np.stack([pixels, slopes[:, :, 0], slopes[:, :, 1], laplacians(pixels)], axis=-1)


def _title(candidate: Candidate) -> str:
    name = printable(candidate.name).replace("$", r"\$")
    if len(name) > LONGEST_NAME:
        half = LONGEST_NAME // 2
        name = f"{name[:half]}…{name[-half:]}"
    facts = candidate.original.facts
    parts = []
    if candidate.kind != "original":
        parts.append(psnr_text(psnr(candidate.original, candidate.picture)))
    if candidate.file_bytes is not None:
        bpp = bits_per_pixel(candidate.file_bytes, facts.width, facts.height)
        parts.append(f"{bpp:.2f} bpp")
    return f"{name}\n{'  '.join(parts)}"
