"""What a fit makes small: the squared error and the bits of a picture, tile by tile."""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import tensorflow as tf

from siren_cli.model.pyramid.networks import CONTEXT, SYNTHESIS
from siren_cli.training.pyramid import context, synthesis
from siren_cli.training.pyramid.canvas import Canvases
from siren_cli.training.pyramid.rounding import soft_round_twice
from siren_cli.training.pyramid.tile_shape import TileShape


class Softness(NamedTuple):
    """How latents are rounded while they are trained.

    Attributes:
        temperature: That of soft rounding.
        noise: Standard deviation of the noise, in latents.
    """

    temperature: tf.Tensor
    noise: tf.Tensor


class Latents(NamedTuple):
    """The latents of a picture while they are trained.

    Attributes:
        weights: Weights of the splines: latents over their gains, grid after grid.
        bank: Numbers of a standard normal distribution, repeated from latent to latent.
        place: Place of the first latent's noise in the bank, and the length of a repetition.
        softness: How they are rounded.
    """

    weights: tf.Tensor
    bank: tf.Tensor
    place: tuple[tf.Tensor, tf.Tensor]
    softness: Softness

    def window(self, numbers: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return weights and noise of the latents of some numbers."""
        first, length = self.place
        noise = tf.gather(self.bank, first + numbers % length)
        return tf.gather(self.weights, numbers), noise


class Tiles(NamedTuple):
    """The tiles of one replica.

    Attributes:
        places: Rows and columns of the tiles among those of the picture, shape (tiles, 2).
        inside: Rows and columns of their pixels that are the picture's, shape (tiles, 2);
            0 for a tile that only fills up.
        colors: Colors around 0, shape (tiles, blocks, channels, BLOCK_PIXELS).
    """

    places: tf.Tensor
    inside: tf.Tensor
    colors: tf.Tensor


class Gradients(NamedTuple):
    """What the tiles of a replica add to error and bits, and the gradients.

    Attributes:
        error: Sum of squared errors of values in [0, 1].
        bits: Sum of bits; 0 where they were not counted.
        by_windows: Gradient of error x its weight + bits x their weight by the weights of the
            splines, shape (tiles, latents of a tile's windows).
        by_matrices: Gradients by the six matrices.
    """

    error: tf.Tensor
    bits: tf.Tensor
    by_windows: tf.Tensor
    by_matrices: list[tf.Tensor]


class TileFunctions:
    """The compiled functions of tiles of one shape.

    Args:
        shape: The shape.
    """

    def __init__(self, shape: TileShape) -> None:
        self.shape = shape

    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
    def rounded(self, values: tf.Tensor, noise: tf.Tensor, softness: Softness) -> Any:
        """Return the softly rounded latents of windows, and their derivatives."""
        gains = tf.constant(self.shape.gains)
        latents, slopes = soft_round_twice(
            values * gains, noise * softness.noise, softness.temperature
        )
        return latents, slopes * gains

    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
    def error(
        self,
        latents: tf.Tensor,
        targets: tf.Tensor,
        inside: tf.Tensor,
        matrices: Sequence[tf.Tensor],
    ) -> Any:
        """Return the error of a tile and its gradients."""
        return synthesis.gradients(self.shape, latents, targets, inside, matrices)

    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
    def bits(self, latents: tf.Tensor, inside: tf.Tensor, matrices: Sequence[tf.Tensor]) -> Any:
        """Return the bits of a tile and their gradients."""
        return context.gradients(self.shape, latents, inside, matrices)


@cache
def tile_functions(shape: TileShape) -> TileFunctions:
    """Return the functions of tiles of a shape, which all pictures share."""
    return TileFunctions(shape)


class Weights(NamedTuple):
    """What error and bits weigh in the loss.

    Attributes:
        error: Weight of the sum of squared errors.
        bits: Weight of the sum of bits; None where they are not counted.
    """

    error: tf.Tensor
    bits: tf.Tensor | None


class Objective:
    """The error and the bits of tiles of one shape.

    Args:
        tile: The shape.
        side_by_side: Number of tiles that are computed at the same time.
    """

    def __init__(self, tile: TileShape, side_by_side: int) -> None:
        self._side_by_side = side_by_side
        self._functions = tile_functions(tile)

    def gradients(
        self,
        latents: Latents,
        canvases: Canvases,
        tiles: Tiles,
        matrices: Sequence[tf.Tensor],
        weights: Weights,
    ) -> Gradients:
        """Return what some tiles add to error and bits, and the gradients of the loss.

        Args:
            latents: The latents of all grids.
            canvases: Those of the picture.
            tiles: The tiles.
            matrices: The six matrices.
            weights: What error and bits weigh.
        """

        def tile(own: Tiles) -> Gradients:
            window = latents.window(canvases.numbers(own.places))
            rounded, slopes = self._functions.rounded(*window, latents.softness)
            found = self._of_tile(rounded, own, matrices, weights)
            return found._replace(by_windows=slopes * found.by_windows)

        found = self._mapped(tile, tiles, [tf.TensorSpec(each.shape) for each in matrices])
        return Gradients(
            tf.reduce_sum(found.error),
            tf.reduce_sum(found.bits),
            found.by_windows,
            [tf.reduce_sum(each, axis=0) for each in found.by_matrices],
        )

    def _of_tile(
        self, rounded: tf.Tensor, own: Tiles, matrices: Sequence[tf.Tensor], weights: Weights
    ) -> Gradients:
        """Return what one tile adds, with the gradient by its rounded latents."""
        functions, context_matrices = self._functions, matrices[CONTEXT]
        error = functions.error(rounded, own.colors, own.inside, matrices[SYNTHESIS])
        by_latents = weights.error * error.by_latents
        by_matrices = [weights.error * each for each in error.by_matrices]
        if weights.bits is None:
            nothing = [tf.zeros_like(each) for each in context_matrices]
            return Gradients(error.error, tf.zeros(()), by_latents, by_matrices + nothing)
        bits = functions.bits(rounded, own.inside, context_matrices)
        by_latents += weights.bits * bits.by_latents
        by_matrices += [weights.bits * each for each in bits.by_matrices]
        return Gradients(error.error, bits.bits, by_latents, by_matrices)

    def _mapped(
        self, tile: Callable[[Tiles], Gradients], tiles: Tiles, matrices: list[tf.TensorSpec]
    ) -> Gradients:
        """Return a function of every tile, in loops that run side by side."""
        windows = tf.TensorSpec((sum(self._functions.shape.sizes),))
        number = tf.TensorSpec(())
        count, loops = tf.shape(tiles.places)[0], self._side_by_side
        ends = [count * n // loops for n in range(loops + 1)]
        done = [
            tf.map_fn(
                tile,
                Tiles(*(each[start:end] for each in tiles)),
                parallel_iterations=1,
                fn_output_signature=Gradients(number, number, windows, matrices),
            )
            for start, end in pairwise(ends)
        ]
        joined: Gradients = tf.nest.map_structure(lambda *parts: tf.concat(parts, 0), *done)
        return joined
