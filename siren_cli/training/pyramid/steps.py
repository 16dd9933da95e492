"""The compiled steps of pyramids whose tiles and networks have one shape.

Sizes of pictures are not compiled into them: they serve one picture after the other.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.model.pyramid.networks import Matrix, NetworkSizes, matrix_shapes
from siren_cli.training.pyramid.canvas import Canvases
from siren_cli.training.pyramid.colors import colors_shape
from siren_cli.training.pyramid.objective import Latents, Objective, Softness, Tiles, Weights
from siren_cli.training.pyramid.replicas import of_all, replica_number, summed
from siren_cli.training.pyramid.step_inputs import Factors, Picture, Places
from siren_cli.training.pyramid.tile_shape import TileShape

# Decay of Adam's mean gradient and of its mean square, and its smallest divisor.
BETA_1 = 0.9
BETA_2 = 0.99
EPSILON = 1e-10
# A temperature so low that soft rounding is rounding.
HARD = 1e-3
# What is remembered of each latent.
LATENT_ARRAYS = ("weights", "mean", "square")


class Size(NamedTuple):
    """What steps are compiled for.

    Attributes:
        tile: The shape of the tiles.
        networks: Widths of the networks.
        side_by_side: Number of tiles that a replica computes at the same time.
    """

    tile: TileShape
    networks: NetworkSizes
    side_by_side: int


class Steps:
    """The latents of one picture, and the compiled functions that move them.

    Args:
        strategy: Decides the replicas.
        size: What is compiled.

    Attributes:
        done: Number of the last step that moved the latents.
        gradients: Gradients by the matrices in that step.
    """

    def __init__(self, strategy: tf.distribute.Strategy, size: Size) -> None:
        self._strategy, self._size = strategy, size
        self._objective = Objective(size.tile, size.side_by_side)
        with strategy.scope():
            *self._latents, self._bank = [_empty() for _ in (*LATENT_ARRAYS, "bank")]
        shapes = matrix_shapes(size.networks)
        with tf.device("/cpu:0"):
            self.done = tf.Variable(0)
            self.gradients = [tf.Variable(tf.zeros(shape)) for shape in shapes]
        picture, matrices = self._picture_spec(), [tf.TensorSpec(shape) for shape in shapes]
        # They are one tensor each, for every argument costs time.
        numbers = [
            tf.TensorSpec(len(Factors._fields)),
            tf.TensorSpec(len(Places._fields), tf.int32),
        ]
        self._move = {
            counted: _traced(partial(self._moved, counted), picture, *numbers, matrices)
            for counted in (False, True)
        }
        self._measure = _traced(self._measured, picture, tf.TensorSpec((None,)), matrices)
        self._is_compiled = False

    def begin(self, latents: int, bank: NDArray[np.float32]) -> None:
        """Begin with a picture.

        Args:
            latents: Number of its latents, which are 0 now.
            bank: Numbers of a standard normal distribution.
        """
        self._bank.assign(bank)
        self.done.assign(0)
        for variable in self._latents:
            variable.assign(tf.zeros(latents))

    def end(self) -> None:
        """Give the memory of a picture back."""
        self.begin(0, np.zeros(0, np.float32))

    def compile(self) -> None:
        """Do steps of a picture of one tile, so that later ones find everything compiled.

        The latents are lost.
        """
        if self._is_compiled:
            return
        tile, networks, _ = self._size
        nothing = np.zeros((1, 2), np.int32)
        colors = np.zeros((1, *colors_shape(tile, networks.channels)), np.float32)
        tiles = (Tiles(nothing, nothing, colors),) * self._strategy.num_replicas_in_sync
        picture = Picture(tiles, np.array([tile.height, tile.width], np.int32))
        matrices = [np.zeros(shape, np.float32) for shape in matrix_shapes(networks)]
        latents = np.zeros(sum(y * x for y, x in tile.nodes), np.float32)
        self.begin(len(latents), latents)
        for counted in (False, True):
            factors = Factors(1.0, 0.0, 0.0, BETA_1, BETA_2, 1.0, 1.0)
            self.move(picture, factors, Places(1, 0, len(latents)), matrices, counted=counted)
        self.measure(picture, latents, matrices)
        self.end()
        self._is_compiled = True

    def move(
        self,
        picture: Picture,
        factors: Factors,
        places: Places,
        matrices: Sequence[Matrix],
        *,
        counted: bool,
    ) -> tuple[float, float]:
        """Move the latents by one step; return error and bits.

        Args:
            picture: What is learned.
            factors: Numbers of the step.
            places: Whole numbers of the step.
            matrices: The six matrices.
            counted: Whether bits are counted.
        """
        numbers = np.array(factors, np.float32), np.array(places, np.int32)
        error, bits = self._move[counted](picture, *numbers, list(matrices))
        return float(error), float(bits)

    def measure(
        self, picture: Picture, weights: NDArray[np.float32], matrices: Sequence[Matrix]
    ) -> tuple[float, float]:
        """Return error and bits of a picture with some weights of splines and matrices."""
        error, bits = self._measure(picture, weights, list(matrices))
        return float(error), float(bits)

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return what is remembered of the latents, by the names of `LATENT_ARRAYS`."""
        return {
            name: self._local(variable).numpy()
            for name, variable in zip(LATENT_ARRAYS, self._latents, strict=True)
        }

    def weights(self) -> NDArray[np.float32]:
        """Return the weights of the splines: latents over their gains, grid after grid."""
        weights: NDArray[np.float32] = self._local(self._latents[0]).numpy()
        return weights

    def assign(self, done: int, arrays: dict[str, NDArray[np.float32]]) -> None:
        """Go on after some steps from what `arrays` returned."""
        self.done.assign(done)
        for name, variable in zip(LATENT_ARRAYS, self._latents, strict=True):
            variable.assign(arrays[name])

    def _local(self, values: Any) -> Any:
        return self._strategy.experimental_local_results(values)[0]

    def _picture_spec(self) -> Picture:
        shape = (None, *colors_shape(self._size.tile, self._size.networks.channels))
        pairs = tf.TensorSpec((None, 2), tf.int32)
        tiles = (Tiles(pairs, pairs, tf.TensorSpec(shape)),)
        return Picture(
            tiles * self._strategy.num_replicas_in_sync, tf.TensorSpec((2,), tf.int32)
        )

    def _measured(
        self, picture: Picture, weights: tf.Tensor, matrices: list[tf.Tensor]
    ) -> list[tf.Tensor]:
        def measured(picture: Picture) -> list[tf.Tensor]:
            hard = Softness(tf.constant(HARD), tf.constant(0.0))
            latents = Latents(weights, tf.zeros((1,)), (0, 1), hard)
            weighing = Weights(tf.constant(1.0), tf.constant(1.0))
            own = picture.tiles[replica_number()]
            canvases = Canvases(self._size.tile, picture.sides)
            found = self._objective.gradients(latents, canvases, own, matrices, weighing)
            return summed([found.error, found.bits])

        return [self._local(each) for each in self._strategy.run(measured, (picture,))]

    def _moved(
        self,
        counted: bool,
        picture: Picture,
        factors: tf.Tensor,
        places: tf.Tensor,
        matrices: list[tf.Tensor],
    ) -> list[tf.Tensor]:
        own_factors, own_places = Factors(*tf.unstack(factors)), Places(*tf.unstack(places))
        arguments = (counted, picture, own_factors, own_places, matrices)
        results = self._strategy.run(self._replica_step, arguments)
        error, bits, *by_matrices = map(self._local, results)
        for variable, gradient in zip(self.gradients, by_matrices, strict=True):
            variable.assign(gradient)
        self.done.assign(own_places.count)
        return [error, bits]

    def _replica_step(
        self,
        counted: bool,
        picture: Picture,
        factors: Factors,
        places: Places,
        matrices: list[tf.Tensor],
    ) -> list[tf.Tensor]:
        weights, mean, square = self._latents
        canvases = Canvases(self._size.tile, picture.sides)
        softness = Softness(factors.temperature, factors.noise)
        noise = (places.noise, places.noises)
        found = self._objective.gradients(
            Latents(weights.read_value(), self._bank.read_value(), noise, softness),
            canvases,
            picture.tiles[replica_number()],
            matrices,
            Weights(factors.error_weight, factors.bit_weight if counted else None),
        )
        gradient = canvases.summed(of_all(found.by_windows, canvases.tiles))
        gradient, *rest = summed([gradient, found.error, found.bits, *found.by_matrices])
        tf.raw_ops.ResourceApplyAdam(
            var=weights.handle,
            m=mean.handle,
            v=square.handle,
            beta1_power=factors.beta_1_power,
            beta2_power=factors.beta_2_power,
            lr=factors.learning_rate,
            beta1=BETA_1,
            beta2=BETA_2,
            epsilon=EPSILON,
            grad=gradient,
        )
        return rest


def _empty() -> tf.Variable:
    return tf.Variable(tf.zeros(0), shape=(None,), trainable=False)


def _traced(function: Callable[..., Any], *signature: Any) -> Any:
    # AutoGraph would write the code that it makes to the disk, which may be full.
    return tf.function(function, input_signature=signature, autograph=False)
