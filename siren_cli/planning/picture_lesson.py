"""What a function is taught of one picture: derivatives, or some of its pixels."""

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import UsageError
from siren_cli.model.differences import gradients, laplacians
from siren_cli.model.grid import Grid
from siren_cli.pictures.masks import Mask
from siren_cli.pictures.picture import Pixels
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.cell_rows import RowWindow
from siren_cli.planning.lesson import Lesson, Teaching
from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN, VALUE
from siren_cli.supervision import SupervisionConfig


def picture_lesson(
    picture: PixelSource, supervision: SupervisionConfig, known: Mask | None = None
) -> Lesson | None:
    """Return what is taught of a picture, or None if it is the values of all pixels.

    Args:
        picture: The picture, which is read into memory if there is a lesson.
        supervision: What is compared, and what it weighs.
        known: The pixels that are taught; None is all of them. What is in the others does
            not matter.

    Raises:
        UsageError: There is nothing to be taught, because a derivative needs pixels side by
            side that are known.
    """
    has_holes = known is not None
    if not supervision.needs_lesson(has_mask=has_holes):
        return None
    pixels = RowWindow(picture).take(0, picture.facts.height)
    if known is not None:
        pixels = np.where(known[..., None], pixels, np.float32(np.nan))
    targets, weights = _targets(pixels, supervision), _weights(supervision)
    if not any(np.isfinite(each).any() for each in targets.values()):
        raise UsageError("no pixel that is taught has the neighbors that its derivatives need")
    if known is not None:
        # The Laplacian of a smooth filling is 0 (the membrane of image inpainting).
        bends = targets.get(LAPLACIAN, np.full_like(pixels, np.nan))
        targets[LAPLACIAN] = np.where(known[..., None], bends, np.float32(0.0))
        weights.setdefault(LAPLACIAN, supervision.hole_weight)
    power = 0.0 if has_holes or supervision.by != "laplacian" else supervision.laplacian_power
    is_tied = not power and supervision.needs_neighbors(has_mask=has_holes)
    teaching = Teaching(
        orders=tuple(targets),
        weights=tuple(weights.values()),
        smooth=supervision.smooth,
        tie=supervision.tie_weight if is_tied else 0.0,
        power=power,
    )
    reference = pixels if supervision.are_values_free else None
    return Lesson(teaching, np.stack(list(targets.values()), axis=2), reference)


def whole_laplacians(pixels: Pixels, grid: Grid) -> NDArray[np.float32]:
    """Return the Laplacians that whole cells are taught.

    Beyond the picture they are those of its mirror image.

    Args:
        pixels: The picture, shape (height, width, channels), in [0, 1].
        grid: Its division into cells.
    """
    height, width = pixels.shape[:2]
    beyond = (0, grid.y.whole_length - height), (0, grid.x.whole_length - width), (0, 0)
    mirrored = np.pad(2 * pixels - 1, beyond, mode="symmetric")
    targets: NDArray[np.float32] = laplacians(mirrored)[:, :, None]
    return targets


def _targets(pixels: Pixels, supervision: SupervisionConfig) -> dict[int, NDArray[np.float32]]:
    """Return the targets of each quantity that is taught of the picture, by its order."""
    values = 2 * pixels - 1
    if supervision.by == "value":
        return {VALUE: values}
    if supervision.by == "laplacian":
        return {LAPLACIAN: laplacians(values)}
    slopes = gradients(values, supervision.differences)
    targets = {DY: slopes[:, :, 0], DX: slopes[:, :, 1]}
    return targets if supervision.by == "gradient" else {VALUE: values, **targets}


def _weights(supervision: SupervisionConfig) -> dict[int, float]:
    """Return what the quantities weigh that are taught of the picture, by their orders."""
    if supervision.by == "value+gradient":
        slope = supervision.gradient_weight
        return {VALUE: 1.0, DY: slope, DX: slope}
    orders = {"value": (VALUE,), "gradient": (DY, DX), "laplacian": (LAPLACIAN,)}
    return dict.fromkeys(orders[supervision.by], 1.0)
