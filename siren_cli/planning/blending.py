"""A part of one picture blended into another: Poisson image editing as a lesson.

The editing is that of Perez, Gangnet and Blake (2003, Poisson image editing, ACM
Transactions on Graphics 22, doi 10.1145/882262.882269). Around a region the values of the
background are taught. In it the differences of neighboring pixels are those of the
foreground, so that its texture comes along, and its colors follow from those around.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from siren_cli.errors import UsageError
from siren_cli.pictures.masks import Mask, array_digest
from siren_cli.pictures.picture import Pixels
from siren_cli.planning.lesson import Lesson, Teaching
from siren_cli.rendering.derivatives import DX, DY, VALUE
from siren_cli.supervision import SupervisionConfig


class Corner(NamedTuple):
    """Where the upper left pixel of the foreground is, in pixels of the background."""

    x: int
    y: int


@dataclass(frozen=True, eq=False)
class Edges:
    """Something at the edges between neighboring pixels along an axis, in the order of pixels.

    Attributes:
        wanted: The difference of each pixel and the one before it, in the range of pixels,
            shape (pixels along the axis - 1, pixels across, channels).
        is_blended: Whether one of both is in the region, shape (.., pixels across).
    """

    wanted: Pixels
    is_blended: Mask


@dataclass(frozen=True, eq=False)
class Blend:
    """A background and the part of a foreground that is blended into it.

    Attributes:
        background: Pixels of shape (height, width, channels).
        foreground: Those of the foreground in their places, of the same shape; NaN where
            it has none.
        region: Which pixels are taken from the foreground, shape (height, width).
        is_mixed: Whether the stronger difference of both pictures is taken, instead of that
            of the foreground.
    """

    background: Pixels
    foreground: Pixels
    region: Mask
    is_mixed: bool = False

    @property
    def pasted(self) -> Pixels:
        """The background with the region just laid over it, whose rim shows."""
        return np.where(self.region[..., None], self.foreground, self.background)

    @property
    def digest(self) -> str:
        """Some hexadecimal digits that tell blends apart."""
        return array_digest(self.region, self.background, self.foreground)

    def lesson(self, supervision: SupervisionConfig) -> Lesson:
        """Return what a function is taught, so that it is the blended picture.

        The derivative at a pixel is the mean of the differences on both its sides, which is
        the central difference of the foreground inside of the region. Just outside, where
        only one of both belongs to the region, the other one is that of the background. The
        network would hide its errors in the step across the rim if that were not taught.
        """
        values = np.where(self.region[..., None], np.nan, 2.0 * self.background - 1.0)
        slopes_y = 2.0 * _slopes(self.edges(0))
        slopes_x = 2.0 * _slopes(self.edges(1)).swapaxes(0, 1)
        weight = supervision.gradient_weight
        teaching = Teaching(
            orders=(VALUE, DY, DX),
            weights=(1.0, weight, weight),
            smooth=supervision.smooth,
            tie=supervision.tie_weight,
        )
        targets = np.stack([values, slopes_y, slopes_x], axis=2)
        return Lesson(teaching, targets.astype(np.float32))

    def edges(self, axis: int) -> Edges:
        """Return the differences of neighbors that the blended picture should have.

        At the edges of the region they are those of the foreground (equations 7 and 11 of
        the paper), or the stronger ones (equation 13). Where the foreground has no pixel on
        one side, it is taken to go on as it is at its rim, so the difference is 0.

        Args:
            axis: 0 for neighbors in a column, 1 for those in a row; the axis of the result
                that is 0 is the one along which they are neighbors.
        """
        behind, before = (
            np.diff(each.swapaxes(0, axis), axis=0)
            for each in (self.background, self.foreground)
        )
        before = np.nan_to_num(before, nan=0.0)
        if self.is_mixed:
            before = np.where(np.abs(behind) > np.abs(before), behind, before)
        region = self.region.swapaxes(0, axis)
        is_blended = region[1:] | region[:-1]
        return Edges(np.where(is_blended[..., None], before, behind), is_blended)


def blended(
    background: Pixels, foreground: Pixels, mask: Mask, at: Corner, *, is_mixed: bool
) -> Blend:
    """Return what is blended, from a foreground in a frame of its own.

    Args:
        background: Pixels of shape (height, width, channels).
        foreground: Pixels of any size and as many channels; NaN where it has none.
        mask: Which pixels of the foreground are taken, shape (rows, columns).
        at: Where the foreground lies in the background.
        is_mixed: Whether the stronger differences of both are taken.

    Raises:
        UsageError: The mask has another size than the foreground, or takes nothing of it,
            or something that lies outside of the background, or leaves nothing of that.
    """
    rows, columns = foreground.shape[:2]
    if mask.shape != (rows, columns):
        size = f"{mask.shape[1]}x{mask.shape[0]}"
        raise UsageError(f"is {size} pixels, and the foreground is {columns}x{rows}")
    wanted = mask & ~np.isnan(foreground[..., 0])
    if not wanted.any():
        raise UsageError("takes nothing of the foreground, for none of it is white")
    height, width = background.shape[:2]
    top, left = max(0, at.y), max(0, at.x)
    bottom, right = min(height, at.y + rows), min(width, at.x + columns)
    own = slice(top, max(top, bottom)), slice(left, max(left, right))
    theirs = tuple(
        slice(part.start - start, part.stop - start)
        for part, start in zip(own, (at.y, at.x), strict=True)
    )
    placed = np.full_like(background, np.nan)
    placed[own] = foreground[theirs]
    region = np.zeros((height, width), bool)
    region[own] = wanted[theirs]
    outside = int(wanted.sum() - region.sum())
    if outside:
        raise UsageError(
            f"takes {outside} pixels of the foreground that lie outside of the background, "
            f"which is {width}x{height}, with --at {at.x},{at.y}"
        )
    if region.all():
        raise UsageError("leaves nothing of the background to blend with")
    return Blend(background, placed, region, is_mixed)


def _slopes(edges: Edges) -> Pixels:
    """Return the means of the edges before and after each pixel, along the first axis.

    A pixel at the end of the axis has one edge. NaN are the pixels without blended edges.
    """
    ends = [(1, 1), *[(0, 0)] * (edges.wanted.ndim - 1)]
    wanted = np.pad(edges.wanted, ends)
    count = np.pad(np.ones_like(edges.wanted), ends)
    is_blended = np.pad(edges.is_blended, ends[:-1])
    total = wanted[1:] + wanted[:-1]
    means = total / np.maximum(count[1:] + count[:-1], 1.0)
    return np.where((is_blended[1:] | is_blended[:-1])[..., None], means, np.nan)
