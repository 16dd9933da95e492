"""What a fit makes small: the squared error and the bits of one picture."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.compact import context
from benchmarks.compact.networks import CONTEXT, SYNTHESIS
from benchmarks.compact.pyramid import GRID_FEATURES, LEVELS, Lattice, Pyramid
from benchmarks.compact.splines import centers
from benchmarks.compact.synthesis import CHUNK_POINTS, colors, squared_error
from benchmarks.compact.tiles import blocks

# Largest side of a tile, in pixels.
TILE = 256
# Parts of the picture that run side by side.
PARTS = 2


class Gradients(NamedTuple):
    """An objective's value at a point, and its gradients.

    Attributes:
        error: Mean squared error of values in [0, 1].
        bits: Bits per pixel of the latents; 0 where they were not counted.
        by_latents: Shape (size,).
        by_matrices: One for each matrix of `networks`.
    """

    error: tf.Tensor
    bits: tf.Tensor
    by_latents: tf.Tensor
    by_matrices: list[tf.Tensor]


class Objective:
    """The error and the bits of latents and networks for one picture.

    Args:
        pixels: Shape (height, width, channels), float32 in [0, 1]; sides are multiples of 64.

    Attributes:
        channels: Number of channels.
        pyramid: The grids.
        pixels: Number of pixels.
        tile: Side of a tile in pixels.
    """

    def __init__(self, pixels: NDArray[np.float32]) -> None:
        height, width, self.channels = pixels.shape
        self.pyramid = Pyramid(height, width)
        self.pixels = height * width
        grids = self.pyramid.grids
        self._lattice = Lattice(grids, centers(height), centers(width))
        # The next coarser grid at the nodes of each grid. Those of the first are pixels, where
        # all grids are interpolated anyway.
        self._parents = [
            Lattice(
                [coarser],
                centers(grid.height, grid.spacing),
                centers(grid.width, grid.spacing),
            )
            for grid, coarser in pairwise(grids[1:])
        ]
        sides = (TILE, 128, 64)
        self.tile = next(side for side in sides if not (height % side or width % side))
        self._cuts = [blocks(grid, self.tile) for grid in grids]
        self._gains = tf.constant(self.pyramid.gains)
        planes = pixels.transpose(2, 0, 1).reshape(self.channels, PARTS, -1, CHUNK_POINTS)
        self._targets = tf.constant(planes.transpose(1, 2, 0, 3) - np.float32(0.5))
        self._planes = tf.constant(pixels.transpose(2, 0, 1).reshape(self.channels, -1))

    def gradients(
        self, latents: tf.Tensor, matrices: Sequence[tf.Tensor], rate_weight: tf.Tensor | None
    ) -> Gradients:
        """Return the error, the bits and the gradients of error + rate_weight x bits.

        Args:
            latents: Shape (size,).
            matrices: Those of `networks`.
            rate_weight: Weight of the bits per pixel, or None not to count them.
        """
        features = self.features(latents)
        error, by_features, by_synthesis = self._error(features, matrices[SYNTHESIS])
        by_context = [tf.zeros_like(matrix) for matrix in matrices[CONTEXT]]
        if rate_weight is None:
            by_latents = self._lattice.gradients(by_features) / self._gains
            return Gradients(error, tf.zeros(()), by_latents, by_synthesis + by_context)
        weight = rate_weight / self.pixels
        bits = self._bits(latents, features, matrices[CONTEXT])
        # Features are of trained numbers, parents of latents, which are larger by the gain.
        second = slice(GRID_FEATURES, 2 * GRID_FEATURES)
        near = weight * self._second_gain * bits.by_parents[0]
        by_features = tf.concat(
            [
                by_features[: second.start],
                by_features[second] + near,
                by_features[second.stop :],
            ],
            axis=0,
        )
        by_latents = self._lattice.gradients(by_features) / self._gains
        by_latents += weight * (bits.by_latents + self._by_far_parents(bits.by_parents[1:]))
        by_context = [weight * gradient for gradient in bits.by_matrices]
        per_pixel = tf.reduce_sum(bits.levels) / self.pixels
        return Gradients(error, per_pixel, by_latents, by_synthesis + by_context)

    @tf.function  # type: ignore[untyped-decorator]
    def hard(
        self, latents: tf.Tensor, matrices: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the mean squared error of 8-bit pixels, and the bits of each grid."""
        features = self.features(latents)
        drawn = _colors(tf.reshape(features, (features.shape[0], -1)), matrices[SYNTHESIS])
        stored = tf.round(tf.clip_by_value(drawn + 0.5, 0, 1) * 255) / 255
        error = tf.reduce_mean(tf.square(stored - self._planes))
        return error, self._bits(latents, features, matrices[CONTEXT]).levels

    def drawn(
        self, latents: tf.Tensor, matrices: Sequence[tf.Tensor], height: int, width: int
    ) -> NDArray[np.float32]:
        """Return the function at another size, shape (height, width, channels), in [0, 1]."""
        finest = self.pyramid.grids[0]
        rows = centers(height, finest.height / height)
        columns = centers(width, finest.width / width)
        lattice = Lattice(self.pyramid.grids, rows, columns)
        features = lattice.features(self.pyramid.split(latents / self._gains))
        values = _colors(tf.reshape(features, (features.shape[0], -1)), matrices[SYNTHESIS])
        picture = tf.reshape(tf.transpose(values), (height, width, self.channels)) + 0.5
        result: NDArray[np.float32] = np.clip(picture.numpy(), 0, 1)
        return result

    @property
    def _second_gain(self) -> float:
        return float(
            self.pyramid.gains[self.pyramid.grids[0].height * self.pyramid.grids[0].width]
        )

    def features(self, latents: tf.Tensor) -> tf.Tensor:
        """Return values and slopes of all grids at the pixels, (features, height, width)."""
        return self._lattice.features(self.pyramid.split(latents / self._gains))

    def _error(
        self, features: tf.Tensor, matrices: Sequence[tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
        count = features.shape[0]
        parts = tf.reshape(features, (count, PARTS, -1, CHUNK_POINTS))
        done = [
            squared_error(
                tf.transpose(parts[:, part], (1, 0, 2)), self._targets[part], matrices
            )
            for part in range(PARTS)
        ]
        errors, by_chunks, by_matrices = zip(*done, strict=True)
        by_features = tf.stack(
            [tf.transpose(chunks, (1, 0, 2)) for chunks in by_chunks], axis=1
        )
        mean = 1 / (self.channels * self.pixels)
        return (
            mean * tf.add_n(errors),
            mean * tf.reshape(by_features, features.shape),
            [mean * tf.add_n(each) for each in zip(*by_matrices, strict=True)],
        )

    def _bits(
        self, latents: tf.Tensor, features: tf.Tensor, matrices: Sequence[tf.Tensor]
    ) -> context.Bits:
        grids = self.pyramid.split(latents)
        near = self._second_gain * features[GRID_FEATURES : 2 * GRID_FEATURES]
        far = [
            lattice.features([grid])
            for lattice, grid in zip(self._parents, grids[2:], strict=True)
        ]
        return context.count(matrices, grids, [near, *far], self._cuts)

    def _by_far_parents(self, by_parents: Sequence[tf.Tensor]) -> tf.Tensor:
        """Return the gradient by the latents that parents are made of."""
        grids = self.pyramid.grids
        first = sum(grid.height * grid.width for grid in grids[: LEVELS - len(by_parents)])
        parts = [
            lattice.gradients(gradient)
            for lattice, gradient in zip(self._parents, by_parents, strict=True)
        ]
        return tf.concat([tf.zeros(first), *parts], axis=0)


_colors = tf.function(colors, jit_compile=True)
