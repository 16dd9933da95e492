"""Drawing a region of the function, or of its derivatives, at any number of pixels.

Blocks are drawn in any order and by several threads, so a drawing of any size takes
the memory of a few of them.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.grid import WHOLE, FloatArray, pixel_centers
from siren_cli.pictures.bands import BAND_PIXELS, filled
from siren_cli.pictures.colors.light import from_light, to_light
from siren_cli.pictures.picture import NO_METADATA, Picture, Pixels, Source
from siren_cli.rendering import derivative_colors
from siren_cli.rendering.derivatives import DX, DY, LAPLACIAN
from siren_cli.rendering.geometry import Region, Size
from siren_cli.rendering.point_function import PointFunction, function_of
from siren_cli.rendering.view import Quantity, View, whole
from siren_cli.representation.representation import Representation

# Values or jets on a grid: arrays whose first two axes are rows and columns.
Sampler = Callable[[FloatArray, FloatArray], NDArray[Any]]

# Samples along each axis that decide which derivative is shown brightest.
SCALE_SAMPLES = 128


class Drawing:
    """A view of a representation.

    Drawing raises RepresentationError where weights are so large that it cannot.

    Args:
        representation: The function.
        view: The view.
        scale: The derivative that is shown brightest; None takes the 99th percentile of
            the region.

    Attributes:
        view: The view.
        facts: Size, channels and depth of the drawing.
        icc_profile: The picture's color profile, where the drawing has its colors.
        scale: The derivative that is shown brightest, in the range of values per
            pixel (per square pixel for the Laplacian); None for the picture itself.
    """

    def __init__(
        self, representation: Representation, view: View, scale: float | None = None
    ) -> None:
        self._function = function_of(representation)
        self.view = view = replace(view, pixels=representation.header.pixels)
        self.facts = view.facts(representation.header.facts)
        is_image = view.what == Quantity.IMAGE
        self.icc_profile = representation.icc_profile if is_image else None
        self._metadata = representation.metadata if is_image else NO_METADATA
        self.scale = None if is_image else scale
        if scale is None and not is_image:
            self.scale = derivative_scales(self._function, view.region)[view.what]

    def block(self, rows: slice, columns: slice) -> Pixels:
        """Return the pixels of some rows and columns, as in `Picture.pixels`."""
        if self.scale is None:
            return self._pixels(rows, columns)
        derived = derivative_colors.gray(self._averaged_jets(rows, columns))
        if self.view.what == Quantity.GRADIENT:
            return derivative_colors.gradient_colors(derived, self.scale)
        return derivative_colors.laplacian_grays(derived, self.scale)

    def source(self) -> Source:
        """Return the drawing as it is written to a file."""
        return Source(self.facts, self.icc_profile, self.block, self._metadata)

    def values(self, rows: slice, columns: slice) -> Pixels:
        """Return the function's own values at some rows and columns, not clipped.

        Returns:
            Array of shape (rows, columns, channels); for the gradient
            (rows, columns, channels, 2), derivatives along x and y.
        """
        if self.view.what == Quantity.IMAGE:
            return self._averaged(self._function.grid_values, rows, columns)
        derived = self._averaged_jets(rows, columns)
        if self.view.what == Quantity.LAPLACIAN:
            return derived[..., LAPLACIAN]
        return derived[..., [DX, DY]]

    def _pixels(self, rows: slice, columns: slice) -> Pixels:
        facts = self._function.header.facts
        linear = self.view.linear_light

        def clipped(y: FloatArray, x: FloatArray) -> Pixels:
            # Samples are clipped before they are averaged, as in a file of all samples.
            pixels = np.clip(self._function.grid_values(y, x), 0.0, 1.0)
            return to_light(pixels, facts, self.icc_profile) if linear else pixels

        if not (self.view.is_smaller or self.view.supersample):
            # The mean over a pixel was learned, not that of values which are clipped.
            return np.clip(self.values(rows, columns), 0.0, 1.0)
        averaged = self._averaged(clipped, rows, columns)
        return from_light(averaged, facts, self.icc_profile) if linear else averaged

    def _averaged_jets(self, rows: slice, columns: slice) -> NDArray[Any]:
        """Return the jets of the pixels of a block, shape (rows, columns, channels, 4)."""
        return self._averaged(partial(_jets, self._function), rows, columns)

    def _averaged(self, sampler: Sampler, rows: slice, columns: slice) -> NDArray[Any]:
        """Return the averages of the samples of each pixel of a block."""
        region, size, (down, across) = self.view.region, self.view.size, self.view.samples
        x = pixel_centers(size.width, region.width, region.x, columns, across)
        y = pixel_centers(size.height, region.height, region.y, rows, down)
        if (down, across) == (1, 1):
            return sampler(y, x)
        # A pixel may have many samples of a large picture, so they are taken in parts: of
        # some rows of pixels, or of a part of a row of pixels.
        most = max(1, BAND_PIXELS // len(x))
        step = down * max(1, most // down)
        parts = []
        for top in range(0, len(y), step):
            own = y[top : top + step]
            means = (
                _row_means(sampler(own[first : first + most], x), across)
                for first in range(0, len(own), most)
            )
            if step > most:
                sums = (each.sum(axis=0, keepdims=True, dtype=np.float64) for each in means)
                parts.append(sum(sums) / down)
            else:
                parts += [
                    each.reshape(-1, down, *each.shape[1:]).mean(axis=1) for each in means
                ]
        averaged: NDArray[Any] = np.concatenate(parts).astype(np.float32)
        return averaged


def derivative_scales(function: PointFunction, region: Region) -> dict[Quantity, float]:
    """Return for each derivative the absolute value that is shown brightest in a region."""
    y = pixel_centers(SCALE_SAMPLES, region.height, region.y)
    x = pixel_centers(SCALE_SAMPLES, region.width, region.x)
    derived = derivative_colors.gray(_jets(function, y, x))
    steepness = derivative_colors.steepness(derived)
    return {
        Quantity.GRADIENT: derivative_colors.brightest(steepness),
        Quantity.LAPLACIAN: derivative_colors.brightest(derived[..., LAPLACIAN]),
    }


def _jets(function: PointFunction, y: FloatArray, x: FloatArray) -> NDArray[Any]:
    """Return the jets on a grid, shape (rows, columns, channels, 4)."""
    points = np.meshgrid(y, x, indexing="ij")
    flat = function.jets_at(points[0].ravel(), points[1].ravel())
    return np.moveaxis(flat, 0, -1).reshape(len(y), len(x), -1, len(flat))


def _row_means(samples: NDArray[Any], across: int) -> NDArray[Any]:
    """Return the means of `across` neighbors in each row of samples."""
    rows, _, *rest = samples.shape
    means: NDArray[Any] = samples.reshape(rows, -1, across, *rest).mean(axis=2)
    return means


def draw(drawing: Drawing) -> Picture:
    """Return a whole drawing."""
    facts = drawing.facts
    empty = np.empty((facts.height, facts.width, facts.channels), np.float32)
    pixels = filled(empty, lambda rows: drawing.block(rows, WHOLE))
    return Picture(pixels, facts, drawing.icc_profile)


def render(representation: Representation, height: int, width: int) -> Picture:
    """Return the whole picture, drawn with `height` x `width` pixels."""
    return draw(
        Drawing(representation, whole(representation.header.facts, Size(width, height)))
    )
