"""The networks as a file holds them: rounded where that costs the loss least."""

import math
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.compact import context, networks, stream
from benchmarks.compact.network_rounding import (
    Floats,
    Rounded,
    rectified,
    rounded,
    sine,
    weight_gradients,
)
from benchmarks.compact.networks import CONTEXT, SYNTHESIS, Block, Matrix
from benchmarks.compact.objective import Objective
from benchmarks.compact.pyramid import LEVELS

# What a file would say before its streams, in bits.
HEADER_BITS = 8 * 250
# Steps that are tried, relative to those that the curvature asks for.
STEP_FACTORS = (1.0, 0.5, 0.25)
# Pixels and latents whose gradients stand for all.
SAMPLE_PIXELS = 8192
SAMPLE_LATENTS = 40000
LEAST_LATENTS_OF_A_GRID = 2000


def rounded_networks(
    objective: Objective,
    latents: NDArray[np.float32],
    matrices: Sequence[Matrix],
    sizes: networks.Sizes,
    rate_weight: float,
) -> Rounded:
    """Return the rounded networks of a fit, and their bits.

    The curvature holds near the weights alone, so finer steps than it asks for are tried, too;
    those of the least loss are taken.
    """
    generator = np.random.default_rng(0)
    bit_weight = rate_weight / objective.pixels
    of_synthesis = _synthesis_curvature(objective, latents, matrices[SYNTHESIS], generator)
    of_context = bit_weight * _context_curvature(
        objective, latents, matrices[CONTEXT], generator
    )
    every = networks.blocks(sizes)
    own = [block for block in every if block.matrix < CONTEXT.start]
    others = [Block(block.matrix - CONTEXT.start, block.columns) for block in every[len(own) :]]

    def with_steps(factor: float) -> Rounded:
        # Steps grow with the root of what a bit weighs.
        weight = bit_weight * factor**2
        synthesis = rounded(matrices[SYNTHESIS], own, of_synthesis, weight)
        predicting = rounded(matrices[CONTEXT], others, of_context, weight)
        bits = synthesis.bits + predicting.bits
        return Rounded(synthesis.matrices + predicting.matrices, bits)

    def loss(each: Rounded) -> float:
        error, levels = objective.hard(latents, each.matrices)
        total: float = error.numpy() + bit_weight * (levels.numpy().sum() + each.bits)
        return total

    return min((with_steps(factor) for factor in STEP_FACTORS), key=loss)


def _synthesis_curvature(
    objective: Objective,
    latents: NDArray[np.float32],
    matrices: Sequence[Matrix],
    generator: np.random.Generator,
) -> Floats:
    """Return the second derivatives of the mean squared error (Gauss and Newton)."""
    features = objective.features(latents).numpy()
    flat = features.reshape(len(features), -1)
    chosen = generator.choice(flat.shape[1], min(SAMPLE_PIXELS, flat.shape[1]), replace=False)
    inputs = np.concatenate([flat[:, chosen], np.ones((1, len(chosen)))]).astype(np.float64)
    channels = objective.channels
    total: Floats = np.zeros(())
    for channel in range(channels):
        by_outputs = np.zeros((channels, len(chosen)))
        by_outputs[channel] = 1
        found = weight_gradients(matrices, sine, inputs, by_outputs)
        total = total + found @ found.T
    total *= 2 / (channels * len(chosen))
    return total


def _context_curvature(
    objective: Objective,
    latents: NDArray[np.float32],
    matrices: Sequence[Matrix],
    generator: np.random.Generator,
) -> Floats:
    """Return the second derivatives of the bits (Fisher: the mean of squared gradients)."""
    pyramid = objective.pyramid
    grids = stream.split(pyramid, latents.astype(np.int64))
    total: Floats = np.zeros(())
    for level, grid in enumerate(grids):
        side = objective.tile // pyramid.grids[level].spacing
        numbers, inputs = stream.with_inputs(grids, level, side)
        share = round(SAMPLE_LATENTS * grid.size / latents.size)
        count = min(grid.size, max(LEAST_LATENTS_OF_A_GRID, share))
        chosen = generator.choice(grid.size, count, replace=False)
        biases = np.zeros((LEVELS, count))
        biases[level] = 1
        known = np.concatenate([inputs[:, chosen], biases])
        by_outputs = _bits_by_prediction(matrices, known, numbers[chosen])
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
        bits = tf.reduce_sum(context.laplace_bits(values, prediction[0], prediction[1]))
    by_prediction: Floats = tape.gradient(bits, prediction).numpy().astype(np.float64)
    return by_prediction
