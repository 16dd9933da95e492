"""SOAP: Adam in the slowly turning eigenbasis of Shampoo's preconditioner."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.networks import Matrix

# Decay of the mean gradient, of its mean square, and of the bases' statistics.
DECAY = 0.95
# Steps between two turns of the bases.
TURN_STEPS = 10
EPSILON = 1e-12
# What is remembered of a matrix besides the number of its steps.
PARTS = ("left", "right", "left_basis", "right_basis", "mean", "square")

Floats = NDArray[np.float64]


class Soap:
    """The optimizer of a few small matrices (Vyas et al. 2024, arXiv:2409.11321, algorithm 3).

    On the networks of a pyramid it needs a third of Adam's steps. It runs in NumPy: the
    matrices have some thousand numbers together.
    """

    def __init__(self, shapes: Sequence[tuple[int, int]]) -> None:
        self._states = [_State(shape) for shape in shapes]

    def step(
        self, matrices: Sequence[Matrix], gradients: Sequence[Matrix], learning_rate: float
    ) -> list[Matrix]:
        """Return the matrices after one step.

        A matrix whose gradient is zero everywhere stays, and so does its state.
        """
        moved = []
        for state, matrix, gradient in zip(self._states, matrices, gradients, strict=True):
            if gradient.any():
                change = learning_rate * state.direction(gradient.astype(np.float64))
                moved.append((matrix - change).astype(np.float32))
            else:
                moved.append(matrix)
        return moved

    def arrays(self) -> dict[str, Floats]:
        """Return everything that it remembers, by name."""
        found = {}
        for number, state in enumerate(self._states):
            found |= {f"soap.{number}.{name}": array for name, array in state.arrays().items()}
        return found

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on from what `arrays` returned; names and shapes are right."""
        for number, state in enumerate(self._states):
            state.restore({name: arrays[f"soap.{number}.{name}"] for name in state.arrays()})


class _State:
    """What is remembered of one matrix: statistics and bases of its rows and columns."""

    def __init__(self, shape: tuple[int, int]) -> None:
        rows, columns = shape
        sides = [(rows, rows), (columns, columns)]
        shapes = [*sides, *sides, shape, shape]
        self._parts = {
            name: np.zeros(each) for name, each in zip(PARTS, shapes, strict=True)
        }
        self._steps = 0

    def arrays(self) -> dict[str, Floats]:
        steps = np.array([self._steps], np.float64)
        return {name: array.copy() for name, array in self._parts.items()} | {"steps": steps}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._steps = int(arrays["steps"][0])
        self._parts = {name: arrays[name].copy() for name in PARTS}

    def direction(self, gradient: Floats) -> Floats:
        """Return the step that this gradient asks for, at learning rate 1."""
        part = self._parts
        if self._steps == 0:
            part["left"], part["right"] = gradient @ gradient.T, gradient.T @ gradient
            part["left_basis"] = np.linalg.eigh(part["left"])[1]
            part["right_basis"] = np.linalg.eigh(part["right"])[1]
        self._steps += 1
        known = 1 - DECAY**self._steps  # part of the means that is not their first zero
        part["mean"] += (1 - DECAY) * (gradient - part["mean"])
        left, right = part["left_basis"], part["right_basis"]
        turned = left.T @ gradient @ right
        part["square"] += (1 - DECAY) * (turned**2 - part["square"])
        mean = left.T @ part["mean"] @ right / known
        step = mean / (np.sqrt(part["square"] / known) + EPSILON)
        direction: Floats = left @ step @ right.T
        self._remember(gradient)
        return direction

    def _remember(self, gradient: Floats) -> None:
        part = self._parts
        part["left"] += (1 - DECAY) * (gradient @ gradient.T - part["left"])
        part["right"] += (1 - DECAY) * (gradient.T @ gradient - part["right"])
        if self._steps % TURN_STEPS == 0:
            for side in ("left", "right"):
                turned = part[side] @ part[f"{side}_basis"]
                part[f"{side}_basis"] = np.linalg.qr(turned)[0]
