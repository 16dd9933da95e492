"""SOAP: Adam in the slowly turning eigenbasis of Shampoo's preconditioner."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Decay of the mean gradient, of its mean square, and of the bases' statistics.
DECAY = 0.95
# Steps between two turns of the bases.
TURN_STEPS = 10
EPSILON = 1e-12


class Soap:
    """The optimizer of a few small matrices (Vyas et al. 2024, arXiv:2409.11321, algorithm 3).

    On the networks of a pyramid it needs a third of Adam's steps. It runs in NumPy: the
    matrices have some thousand numbers together.
    """

    def __init__(self) -> None:
        self._states: dict[int, _State] = {}

    def step(
        self,
        matrices: Sequence[NDArray[np.float32]],
        gradients: Sequence[NDArray[np.float32]],
        learning_rate: float,
    ) -> list[NDArray[np.float32]]:
        """Return the matrices after one step.

        A matrix whose gradient is zero everywhere stays, and so does its state.
        """
        moved = []
        for number, (matrix, gradient) in enumerate(zip(matrices, gradients, strict=True)):
            if gradient.any():
                exact = gradient.astype(np.float64)
                if number not in self._states:
                    self._states[number] = _State(exact)
                change = learning_rate * self._states[number].direction(exact)
                moved.append((matrix - change).astype(np.float32))
            else:
                moved.append(matrix)
        return moved


class _State:
    """What is remembered of one matrix: statistics and bases of its rows and columns."""

    def __init__(self, gradient: NDArray[np.float64]) -> None:
        self._left, self._right = gradient @ gradient.T, gradient.T @ gradient
        self._left_basis = np.linalg.eigh(self._left)[1]
        self._right_basis = np.linalg.eigh(self._right)[1]
        self._mean = np.zeros_like(gradient)
        self._square = np.zeros_like(gradient)
        self._steps = 0

    def direction(self, gradient: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the step that this gradient asks for, at learning rate 1."""
        self._steps += 1
        known = 1 - DECAY**self._steps  # part of the means that is not their first zero
        self._mean += (1 - DECAY) * (gradient - self._mean)
        turned = self._left_basis.T @ gradient @ self._right_basis
        self._square += (1 - DECAY) * (turned**2 - self._square)
        mean = self._left_basis.T @ self._mean @ self._right_basis / known
        step = mean / (np.sqrt(self._square / known) + EPSILON)
        direction: NDArray[np.float64] = self._left_basis @ step @ self._right_basis.T
        self._remember(gradient)
        return direction

    def _remember(self, gradient: NDArray[np.float64]) -> None:
        self._left += (1 - DECAY) * (gradient @ gradient.T - self._left)
        self._right += (1 - DECAY) * (gradient.T @ gradient - self._right)
        if self._steps % TURN_STEPS == 0:
            self._left_basis = np.linalg.qr(self._left @ self._left_basis)[0]
            self._right_basis = np.linalg.qr(self._right @ self._right_basis)[0]
