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

from siren_cli.errors import DivergedError
from siren_cli.model.pyramid.networks import (
    LARGEST_EXPONENT,
    LARGEST_NUMBER,
    LEAST_EXPONENT,
    Block,
    Matrix,
)

Floats = NDArray[np.float64]
Activation = Callable[[Floats], tuple[Floats, Floats]]

# Part of the mean curvature that is added to that of each weight, for samples are few; the
# larger ones where rounding errors have made it worse.
DAMPINGS = (1e-4, 1e-3, 1e-2, 1e-1)
# A curvature of nothing, such as that of a constant picture, is taken for this one.
LEAST_CURVATURE = 1e-12


class Rounded(NamedTuple):
    """Rounded matrices: whole numbers, and the exponent of each block."""

    numbers: list[NDArray[np.int64]]
    exponents: list[int]


def sine(phase: Floats) -> tuple[Floats, Floats]:
    """Return sines and their derivatives."""
    return np.sin(phase), np.cos(phase)


def rectified(values: Floats) -> tuple[Floats, Floats]:
    """Return rectified values and their derivatives."""
    return np.maximum(values, 0), (values > 0).astype(np.float64)


def weight_gradients(
    matrices: Sequence[Matrix], activation: Activation, inputs: Floats, by_outputs: Floats
) -> NDArray[np.float32]:
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
    products = [
        (by.astype(np.float32)[:, None] * values.astype(np.float32)).reshape(-1, by.shape[1])
        for by, values in layers
    ]
    return np.concatenate(products)


class Compensation(NamedTuple):
    """How the weights of a network make up for each other's rounding.

    Attributes:
        order: The numbers of the weights, as they are rounded.
        upper: Upper triangular matrix; its row is how the later ones move, shape
            (weights, weights).
    """

    order: NDArray[np.int64]
    upper: Floats

    @classmethod
    def of(cls, curvature: Floats) -> "Compensation":
        """Return that of a curvature: second derivatives of the loss.

        Raises:
            DivergedError: Nothing can be made of it.
        """
        # The most sensitive ones first, as long as others can make up for them.
        order = np.argsort(-np.diag(curvature), kind="stable")
        # From the last one to the first, for the factor of an inverse is the inverse of that
        # of the reversed matrix.
        backward = curvature[np.ix_(order[::-1], order[::-1])]
        upper = np.asarray(np.linalg.inv(_factor(backward)[::-1, ::-1]), np.float64)
        return cls(order, upper)


def _factor(curvature: Floats) -> Floats:
    """Return the Cholesky factor of a curvature, damped as much as it takes.

    Raises:
        DivergedError: It has none.
    """
    mean = max(float(np.mean(np.diag(curvature))), LEAST_CURVATURE)
    for damping in DAMPINGS:
        try:
            damped = curvature + np.eye(len(curvature)) * damping * mean
            factor = np.linalg.cholesky(damped)
        except np.linalg.LinAlgError:
            continue
        return np.asarray(factor, np.float64)
    raise DivergedError(
        "the networks of the fit cannot be rounded; try a lower pyramid.network_rate (--set)"
    )


def rounded(
    matrices: Sequence[Matrix],
    blocks: Sequence[Block],
    compensation: Compensation,
    bit_weight: float,
) -> Rounded:
    """Return rounded matrices of a network.

    Args:
        matrices: Its matrices.
        blocks: Those parts of them that have a step of their own.
        compensation: How its weights make up for each other.
        bit_weight: What one bit adds to the loss.
    """
    order, upper = compensation
    weights = np.concatenate([matrix.ravel() for matrix in matrices]).astype(np.float64)
    blocks_of, moving = _block_numbers(matrices, blocks)[order], weights[order]
    exponents = _exponents(blocks_of, 1 / np.diag(upper) ** 2, moving, bit_weight)
    steps = 2.0 ** np.array(exponents)[blocks_of]
    whole = np.zeros(len(weights), np.int64)
    for place in range(len(weights)):
        nearest = np.round(moving[place] / steps[place])
        whole[place] = np.clip(nearest, -LARGEST_NUMBER, LARGEST_NUMBER)
        error = moving[place] - whole[place] * steps[place]
        moving[place + 1 :] -= error / upper[place, place] * upper[place, place + 1 :]
    result = np.empty_like(whole)
    result[order] = whole
    parts = np.split(result, np.cumsum([matrix.size for matrix in matrices])[:-1])
    shaped = [part.reshape(each.shape) for part, each in zip(parts, matrices, strict=True)]
    return Rounded(shaped, exponents)


def _block_numbers(matrices: Sequence[Matrix], blocks: Sequence[Block]) -> NDArray[np.int64]:
    """Return the number of each weight's block."""
    numbers = [np.zeros(matrix.shape, np.int64) for matrix in matrices]
    for number, (matrix, columns) in enumerate(blocks):
        numbers[matrix][:, columns] = number
    return np.concatenate([each.ravel() for each in numbers])


def _exponents(
    blocks_of: NDArray[np.int64], curvatures: Floats, weights: Floats, bit_weight: float
) -> list[int]:
    """Return the exponent of each block's step that adds least to the loss.

    Errors are uniform, so n weights add step^2 / 24 times their summed curvature; halving
    the step takes a bit for each. The sum is least at the root below. No number may be
    larger than a file holds.
    """
    found = []
    for number in range(int(blocks_of.max()) + 1):
        own = blocks_of == number
        total = float(curvatures[own].sum())
        best = math.sqrt(12 * bit_weight * int(own.sum()) / (math.log(2) * total))
        largest = float(np.abs(weights[own]).max())
        least = math.ceil(math.log2(max(largest / LARGEST_NUMBER, 2.0**LEAST_EXPONENT)))
        exponent = max(round(math.log2(best)), least)
        found.append(min(max(exponent, LEAST_EXPONENT), LARGEST_EXPONENT))
    return found
