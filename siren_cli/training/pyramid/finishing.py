"""The networks as a file holds them: rounded where that costs the loss least."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from siren_cli.model.pyramid.networks import (
    CONTEXT,
    SYNTHESIS,
    Block,
    Matrix,
    NetworkSizes,
    RoundedNetworks,
    blocks,
)
from siren_cli.model.pyramid.shape import LEVELS, PyramidShape
from siren_cli.planning.pyramid.file_size import network_bits
from siren_cli.training.pyramid.context import laplace_bits
from siren_cli.training.pyramid.network_rounding import (
    Compensation,
    Floats,
    rectified,
    rounded,
    sine,
    weight_gradients,
)
from siren_cli.training.pyramid.samples import context_inputs, synthesis_inputs

# Steps that are tried, relative to those that the curvature asks for, from the largest.
STEP_FACTORS = tuple(0.5**halvings for halvings in range(9))
# Factors that are tried after the best one, in the hope of a better one.
FURTHER_FACTORS = 2
# The bits of networks weigh as in a picture of at least this many pixels: in a tiny one they
# would outweigh every error.
LEAST_PIXELS = 1 << 14
# Pixels and latents whose gradients stand for all.
SAMPLE_PIXELS = 8192
SAMPLE_LATENTS = 40000
LEAST_LATENTS_OF_A_GRID = 2000


class Finisher:
    """Rounds the networks of a fit.

    The curvature holds near the weights alone, so finer steps than it asks for are tried,
    too; those of the least loss are taken.

    Args:
        shape: The grids and tiles.
        sizes: Widths of the networks.
        loss: Returns mean squared error and bits of the latents with some matrices.
    """

    def __init__(
        self,
        shape: PyramidShape,
        sizes: NetworkSizes,
        loss: Callable[[Sequence[Matrix]], tuple[float, float]],
    ) -> None:
        self._shape, self._sizes, self._loss = shape, sizes, loss

    def rounded(
        self, grids: Sequence[NDArray[np.int64]], matrices: Sequence[Matrix], rate_weight: float
    ) -> RoundedNetworks:
        """Return the rounded networks of a fit.

        Args:
            grids: The latents.
            matrices: The networks, as they were trained.
            rate_weight: What a bit per pixel weighs.
        """
        generator = np.random.default_rng(0)
        pixels = self._shape.height * self._shape.width
        bit_weight = rate_weight / pixels
        network_weight = rate_weight / max(pixels, LEAST_PIXELS)
        of_colors = self._synthesis_curvature(grids, matrices[SYNTHESIS], generator)
        of_bits = self._context_curvature(grids, matrices[CONTEXT], generator)
        compensations = Compensation.of(of_colors), Compensation.of(bit_weight * of_bits)
        found: list[tuple[float, RoundedNetworks]] = []
        for number, factor in enumerate(STEP_FACTORS):
            # Steps grow with the root of what a bit weighs.
            networks = self._with_steps(matrices, compensations, network_weight * factor**2)
            error, bits = self._loss(networks.matrices())
            loss = error + bit_weight * bits + network_weight * network_bits(networks)
            found.append((loss, networks))
            best = min(range(len(found)), key=lambda each: found[each][0])
            if number - best >= FURTHER_FACTORS:
                break
        return found[best][1]

    def _with_steps(
        self,
        matrices: Sequence[Matrix],
        compensations: tuple[Compensation, Compensation],
        weight: float,
    ) -> RoundedNetworks:
        every = blocks(self._sizes)
        numbers, exponents = [], []
        for part, compensation in zip((SYNTHESIS, CONTEXT), compensations, strict=True):
            own = [
                Block(block.matrix - part.start, block.columns)
                for block in every
                if part.start <= block.matrix < part.stop
            ]
            done = rounded(matrices[part], own, compensation, weight)
            numbers += done.numbers
            exponents += done.exponents
        return RoundedNetworks(self._sizes, tuple(numbers), tuple(exponents))

    def _synthesis_curvature(
        self,
        grids: Sequence[NDArray[np.int64]],
        matrices: Sequence[Matrix],
        generator: np.random.Generator,
    ) -> Floats:
        """Return the second derivatives of the mean squared error (Gauss and Newton)."""
        pixels = self._shape.height * self._shape.width
        chosen = generator.choice(pixels, min(SAMPLE_PIXELS, pixels), replace=False)
        inputs = synthesis_inputs(self._shape, grids, chosen)
        inputs = np.concatenate([inputs, np.ones((1, len(chosen)))])
        channels = self._sizes.channels
        total: Floats = np.zeros(())
        for channel in range(channels):
            by_outputs = np.zeros((channels, len(chosen)))
            by_outputs[channel] = 1
            found = weight_gradients(matrices, sine, inputs, by_outputs)
            total = total + found @ found.T
        total *= 2 / (channels * len(chosen))
        return total

    def _context_curvature(
        self,
        grids: Sequence[NDArray[np.int64]],
        matrices: Sequence[Matrix],
        generator: np.random.Generator,
    ) -> Floats:
        """Return the second derivatives of the bits (Fisher: the mean of squared gradients)."""
        total: Floats = np.zeros(())
        for level, grid in enumerate(grids):
            share = round(SAMPLE_LATENTS * grid.size / self._shape.latents)
            count = min(grid.size, max(LEAST_LATENTS_OF_A_GRID, share))
            chosen = generator.choice(grid.size, count, replace=False)
            biases = np.zeros((LEVELS, count))
            biases[level] = 1
            known = np.concatenate([context_inputs(self._shape, grids, level, chosen), biases])
            by_outputs = _bits_by_prediction(matrices, known, grid.ravel()[chosen])
            found = weight_gradients(matrices, rectified, known, by_outputs)
            total = total + (grid.size / count) * (found @ found.T)
        # Gradients are of bits, and the theorem is of their natural logarithm.
        return math.log(2) * total


def _bits_by_prediction(
    matrices: Sequence[Matrix], inputs: Floats, numbers: NDArray[np.int64]
) -> Floats:
    """Return the derivatives of bits by mean and logarithm of the scale, (2, samples)."""
    first, second, last = (np.asarray(matrix, np.float64) for matrix in matrices)
    hidden, _ = rectified(first @ inputs)
    hidden, _ = rectified(second[:, :-1] @ hidden + second[:, -1:])
    prediction = tf.constant(last @ np.concatenate([hidden, inputs]), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(prediction)
        values = tf.constant(numbers, tf.float32)
        bits = tf.reduce_sum(laplace_bits(values, prediction[0], prediction[1]))
    by_prediction: Floats = tape.gradient(bits, prediction).numpy().astype(np.float64)
    return by_prediction
