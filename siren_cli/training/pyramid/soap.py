"""SOAP: Adam in the slowly turning eigenbasis of Shampoo's preconditioner.

It is the optimizer of a few small matrices (Vyas et al. 2024, arXiv:2409.11321, algorithm 3).
On the networks of a pyramid it needs a third of Adam's steps. It runs in NumPy: the matrices
have some thousand numbers together.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.networks import Matrix

# Decay of the mean gradient, of its mean square, and of the bases' statistics.
DECAY = 0.95
# Steps between two turns of the bases.
TURN_STEPS = 10
EPSILON = 1e-12
Floats = NDArray[np.float64]


class Moments(NamedTuple):
    """What is remembered of one matrix; nothing changes it.

    Attributes:
        left: Statistics of its rows.
        right: Statistics of its columns.
        left_basis: Their eigenvectors.
        right_basis: Likewise.
        mean: Mean gradient.
        square: Mean square of the gradient in these bases.
        steps: Number of steps, shape (1,).
    """

    left: Floats
    right: Floats
    left_basis: Floats
    right_basis: Floats
    mean: Floats
    square: Floats
    steps: Floats


def first_moments(shape: tuple[int, int]) -> Moments:
    """Return what is remembered of a matrix before its first step."""
    rows, columns = shape
    left, right = np.zeros((rows, rows)), np.zeros((columns, columns))
    return Moments(left, right, left, right, np.zeros(shape), np.zeros(shape), np.zeros(1))


def stepped(
    matrix: Matrix, gradient: Matrix, moments: Moments, learning_rate: float
) -> tuple[Matrix, Moments]:
    """Return a matrix and what is remembered of it after one step.

    A matrix whose gradient is zero everywhere stays, and so does what is remembered.
    """
    if not gradient.any():
        return matrix, moments
    exact = gradient.astype(np.float64)
    if moments.steps[0] == 0:
        left, right = exact @ exact.T, exact.T @ exact
        bases = [np.linalg.eigh(each)[1] for each in (left, right)]
        moments = moments._replace(
            left=left, right=right, left_basis=bases[0], right_basis=bases[1]
        )
    steps = moments.steps + 1
    known = 1 - DECAY ** float(steps[0])  # part of the means that is not their first zero
    mean = moments.mean + (1 - DECAY) * (exact - moments.mean)
    left, right = moments.left_basis, moments.right_basis
    turned = left.T @ exact @ right
    square = moments.square + (1 - DECAY) * (turned**2 - moments.square)
    step = (left.T @ mean @ right / known) / (np.sqrt(square / known) + EPSILON)
    moved = (matrix - learning_rate * (left @ step @ right.T)).astype(np.float32)
    return moved, _turned(moments._replace(mean=mean, square=square, steps=steps), exact)


def _turned(moments: Moments, gradient: Floats) -> Moments:
    """Return the moments with the statistics of one more gradient, and turned bases."""
    left = moments.left + (1 - DECAY) * (gradient @ gradient.T - moments.left)
    right = moments.right + (1 - DECAY) * (gradient.T @ gradient - moments.right)
    moments = moments._replace(left=left, right=right)
    if moments.steps[0] % TURN_STEPS:
        return moments
    return moments._replace(
        left_basis=np.linalg.qr(left @ moments.left_basis)[0],
        right_basis=np.linalg.qr(right @ moments.right_basis)[0],
    )
