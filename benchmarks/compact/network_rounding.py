"""Rounding of the networks: weight after weight, while the others make up for each error.

A step of a network's weights by d raises the loss by about d H d / 2, where H is its curvature.
So when a weight is rounded, those that are not yet rounded move to where the loss is lowest
(Frantar and Alistarh 2022, "Optimal Brain Compression", arXiv:2208.11580, section 5; in a
fixed order as in Frantar et al. 2022, arXiv:2210.17323). It saves a third of the networks'
bits against rounding each weight alone.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.compact.networks import Block, Matrix

Floats = NDArray[np.float64]
Activation = Callable[[Floats], tuple[Floats, Floats]]

# Part of the mean curvature that is added to that of each weight, for samples are few.
DAMPING = 1e-4
# The step and the scale of a block, in bits.
BLOCK_BITS = 12
# Smallest mean size that a block's Laplace distribution has, in steps.
SMALLEST_SCALE = 0.15


class Rounded(NamedTuple):
    """Rounded matrices, and their bits."""

    matrices: list[Matrix]
    bits: float


def sine(phase: Floats) -> tuple[Floats, Floats]:
    """Return sines and their derivatives."""
    return np.sin(phase), np.cos(phase)


def rectified(values: Floats) -> tuple[Floats, Floats]:
    """Return rectified values and their derivatives."""
    return np.maximum(values, 0), (values > 0).astype(np.float64)


def weight_gradients(
    matrices: Sequence[Matrix], activation: Activation, inputs: Floats, by_outputs: Floats
) -> Floats:
    """Return the gradients of samples by the weights of a network.

    Args:
        matrices: The three of the network; the last one has the inputs once more.
        activation: That after the first two.
        inputs: Inputs and what biases are multiplied with, shape (columns, samples).
        by_outputs: Gradients by the outputs, shape (outputs, samples).

    Returns:
        Shape (weights, samples), matrix after matrix, row after row.
    """
    first, second, last = (np.asarray(matrix, np.float64) for matrix in matrices)
    ones = np.ones((1, inputs.shape[1]))
    hidden, first_slopes = activation(first @ inputs)
    middle = np.concatenate([hidden, ones])
    hidden, second_slopes = activation(second @ middle)
    by_second = (last[:, : len(second)].T @ by_outputs) * second_slopes
    by_first = (second[:, : len(first)].T @ by_second) * first_slopes
    layers = [
        (by_first, inputs),
        (by_second, middle),
        (by_outputs, np.concatenate([hidden, inputs])),
    ]
    products = [(by[:, None] * values).reshape(-1, inputs.shape[1]) for by, values in layers]
    return np.concatenate(products)


def rounded(
    matrices: Sequence[Matrix], blocks: Sequence[Block], curvature: Floats, bit_weight: float
) -> Rounded:
    """Return rounded matrices of a network.

    Args:
        matrices: Its matrices.
        blocks: Those parts of them that have a step of their own.
        curvature: Second derivatives of the loss, shape (weights, weights).
        bit_weight: What one bit adds to the loss.
    """
    weights = np.concatenate([matrix.ravel() for matrix in matrices]).astype(np.float64)
    numbers = _numbers(matrices, blocks)
    damped = curvature + np.eye(len(weights)) * DAMPING * np.mean(np.diag(curvature))
    # The most sensitive ones first, as long as others can make up for them.
    order = np.argsort(-np.diag(damped), kind="stable")
    upper = np.linalg.cholesky(np.linalg.inv(damped[np.ix_(order, order)])).T
    numbers, moving = numbers[order], weights[order]
    steps = _steps(numbers, 1 / np.diag(upper) ** 2, bit_weight)[numbers]
    whole = np.zeros(len(weights))
    for place in range(len(weights)):
        whole[place] = np.round(moving[place] / steps[place])
        error = moving[place] - whole[place] * steps[place]
        moving[place + 1 :] -= error / upper[place, place] * upper[place, place + 1 :]
    bits = sum(block_bits(whole[numbers == number]) for number in range(len(blocks)))
    result = np.empty(len(weights), np.float32)
    result[order] = whole * steps
    ends = np.cumsum([matrix.size for matrix in matrices])[:-1]
    parts = np.split(result, ends)
    return Rounded(
        [part.reshape(matrix.shape) for part, matrix in zip(parts, matrices, strict=True)],
        bits,
    )


def _numbers(matrices: Sequence[Matrix], blocks: Sequence[Block]) -> NDArray[np.int64]:
    """Return the number of each weight's block."""
    numbers = [np.zeros(matrix.shape, np.int64) for matrix in matrices]
    for number, (matrix, columns) in enumerate(blocks):
        numbers[matrix][:, columns] = number
    return np.concatenate([each.ravel() for each in numbers])


def _steps(numbers: NDArray[np.int64], curvatures: Floats, bit_weight: float) -> Floats:
    """Return the step of each block, a power of two, that adds least to the loss.

    Errors are uniform, so n weights add step^2 / 24 times their summed curvature; halving
    the step takes a bit for each. The sum is least at the root below.
    """
    steps = []
    for number in range(int(numbers.max()) + 1):
        own = curvatures[numbers == number]
        best = math.sqrt(12 * bit_weight * len(own) / (math.log(2) * float(own.sum())))
        steps.append(2.0 ** round(math.log2(best)))
    return np.array(steps)


def block_bits(whole: Floats) -> float:
    """Return the bits of whole numbers under a Laplace distribution of their mean size."""
    size = np.abs(whole)
    scale = max(float(size.mean()), SMALLEST_SCALE)
    inside = 1 - np.exp(-0.5 / scale)
    outside = 0.5 * (np.exp(-np.abs(size - 0.5) / scale) - np.exp(-(size + 0.5) / scale))
    probability = np.where(size == 0, inside, outside)
    return BLOCK_BITS - float(np.log2(np.maximum(probability, 2.0**-40)).sum())
