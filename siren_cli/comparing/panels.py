"""What figures and pages show of a comparison."""

import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure  # noqa: TID253 - this room is entered late

from siren_cli.comparing import figures
from siren_cli.comparing.candidates import Candidate
from siren_cli.metrics.psnr import bits_per_pixel, psnr
from siren_cli.model.grid import WHOLE
from siren_cli.output.terminal import printable
from siren_cli.output.text import psnr_text
from siren_cli.pictures.formats import named_format
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Pixels, peak, quantize
from siren_cli.pictures.resize import Filter, resized
from siren_cli.pictures.writer import write_picture
from siren_cli.rendering import derivative_colors
from siren_cli.rendering.derivatives import LAPLACIAN
from siren_cli.rendering.drawing import Drawing, Quantity, whole
from siren_cli.rendering.geometry import Region, size_of
from siren_cli.rendering.parsing import parse_region

# The hardest spot is such a part of the picture along each axis, and no smaller.
SPOT_SHARE, LEAST_SIDE = 6, 16
# Of a picture's longer side, in a figure.
MOST_SHOWN = 1200
LONGEST_NAME = 30


def panel(candidates: Sequence[Candidate], region: str | None) -> Figure:
    """Return candidates side by side: whole, a region of them, and their errors.

    Where activations were fitted their gradients and Laplacians are shown, too, as in
    figure 1 of Sitzmann et al. 2020, arXiv:2006.09661.

    Args:
        candidates: The original first.
        region: X,Y,WIDTH,HEIGHT; None is the hardest spot.

    Raises:
        UsageError: The region makes no sense.
    """
    facts = candidates[0].original.facts
    if region is None:
        chosen = hardest_spot([error(candidate) for candidate in candidates])
    else:
        chosen = parse_region(region, size_of(facts))
    derived = any(each.kind == "fit" for each in candidates)
    columns = [_column(each, chosen, derived=derived) for each in candidates]
    factor = columns[0].pictures[0].shape[1] / facts.width
    marked = Region(
        *(factor * each for each in (chosen.x, chosen.y, chosen.width, chosen.height))
    )
    titles = ["the region", *(["gradient", "Laplacian"] if derived else []), "error"]
    return figures.panel_figure(columns, marked, titles)


def curves(candidates: Sequence[Candidate]) -> Figure:
    """Return how those that were fitted have learned."""
    return figures.curves_figure({each.name: each.curve for each in candidates if each.curve})


def file_of(candidate: Candidate) -> bytes:
    """Return what a candidate shows as a PNG file of 8 bits, as browsers show it."""
    content = io.BytesIO()
    write_picture(content, candidate.picture.source(), named_format("png"), LOW_BIT_DEPTH)
    return content.getvalue()


def error(candidate: Candidate) -> Pixels:
    """Return absolute differences of stored values, the mean over the channels."""
    depth = candidate.original.facts.bit_depth
    first, second = (
        quantize(each.pixels, depth).astype(np.float32)
        for each in (candidate.original, candidate.picture)
    )
    mean: Pixels = np.abs(first - second).mean(axis=-1)
    return mean


def hardest_spot(errors: Sequence[Pixels]) -> Region:
    """Return the part, of the picture's aspect, where squared errors add up to most."""
    total = np.sum([each.astype(np.float64) ** 2 for each in errors], axis=0)
    share = max(1.0 / SPOT_SHARE, min(1.0, LEAST_SIDE / min(total.shape)))
    height, width = (max(1, round(side * share)) for side in total.shape)
    sums = np.pad(total.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    rows = sums[height:] - sums[:-height]
    inside = rows[:, width:] - rows[:, :-width]
    y, x = divmod(int(inside.argmax()), inside.shape[1])
    return Region(x, y, width, height)


def _column(candidate: Candidate, region: Region, *, derived: bool) -> figures.Column:
    facts = candidate.picture.facts
    pixels = candidate.picture.pixels
    top, left = int(region.y), int(region.x)
    bottom, right = (
        int(np.ceil(end)) for end in (region.y + region.height, region.x + region.width)
    )
    pictures = [
        figures.visible(_small(pixels), facts),
        figures.visible(pixels[top:bottom, left:right], facts),
    ]
    if derived:
        pictures += map(_small, _derivatives(candidate))
    largest = np.float32(peak(candidate.original.facts.bit_depth))
    errors = _small(error(candidate)[..., None] / largest)[..., 0] * largest
    return figures.Column(_title(candidate), pictures, errors)


def _small(pixels: Pixels) -> Pixels:
    """Return pixels as no figure shows more of, or as they are."""
    height, width, _ = pixels.shape
    factor = MOST_SHOWN / max(height, width)
    if factor >= 1.0:
        return pixels
    width, height = (max(1, round(factor * side)) for side in (width, height))
    return resized(pixels, width, height, Filter.BOX)


def _derivatives(candidate: Candidate) -> list[Pixels]:
    """Return the gradient and the Laplacian as they are drawn, on the original's scale."""
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
        found = derivative_colors.gray(_differences(candidate.picture.pixels))
        colors = derivative_colors.gradient_colors(found, scales[0])
        grays = derivative_colors.laplacian_grays(found, scales[1])
    return [colors, np.repeat(grays, 3, axis=-1)]


def _differences(pixels: Pixels) -> Pixels:
    """Return jets by differences of pixels, shape (rows, columns, channels, 4)."""
    padded = np.pad(pixels, ((1, 1), (1, 1), (0, 0)), "edge")
    up, down = padded[:-2, 1:-1], padded[2:, 1:-1]
    left, right = padded[1:-1, :-2], padded[1:-1, 2:]
    bend = up + down + left + right - 4.0 * pixels
    return np.stack([pixels, (down - up) / 2.0, (right - left) / 2.0, bend], axis=-1)


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
