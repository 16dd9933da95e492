"""The allocation of bytes to cells: which width each of them has.

The widths are chosen that make the sum of all predicted errors least for a number of bytes.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A class of width is worth compiling where it improves a picture of `CLASS_CELLS` cells by
# this many decibels. Larger pictures take longer to learn than to compile.
MIN_CLASS_GAIN_DB = 0.1
CLASS_CELLS = 96
# It need not improve a picture of few cells by more than this, in decibels.
MAX_CLASS_GAIN_DB = 0.3
# Halvings of the interval in which the price of a byte is searched.
PRICE_HALVINGS = 50


@dataclass(frozen=True)
class Choice:
    """Widths that cells may have, and what they cost.

    Attributes:
        widths: The widths, rising.
        bytes: Bytes of a cell of each width, shape (widths,).
        errors: Predicted sum of squared errors of each cell at each width, shape
            (cells, widths).
    """

    widths: tuple[int, ...]
    bytes: NDArray[np.int64]
    errors: NDArray[np.float64]

    def of(self, numbers: Sequence[int]) -> "Choice":
        """Return the choice between some of the widths."""
        chosen = list(numbers)
        widths = tuple(self.widths[number] for number in chosen)
        return Choice(widths, self.bytes[chosen], self.errors[:, chosen])

    def error(self, numbers: NDArray[np.int64]) -> float:
        """Return the sum of the errors where each cell has the width of a number."""
        return float(np.take_along_axis(self.errors, numbers[:, None], axis=1).sum())


def least_budget(choice: Choice, most: int, wanted_error: float) -> int:
    """Return the bytes with which the error is predicted to be small enough.

    Args:
        choice: The widths.
        most: The most bytes, which are returned where the error stays larger.
        wanted_error: The sum of squared errors that is small enough.
    """
    least = int(choice.bytes[0] + 1) * len(choice.errors)
    budgets = range(least, max(least, most) + 1)
    # The error falls where the budget grows, so its negative rises.
    found = bisect_left(budgets, -wanted_error, key=lambda each: -_error_within(choice, each))
    return budgets[min(found, len(budgets) - 1)]


def fewest_widths(choice: Choice, budget: int) -> Choice:
    """Return a choice between fewer widths that is about as good.

    Widths are left out, one after the other, until each improves the picture enough to be
    worth its compilation.
    """
    least = min(MAX_CLASS_GAIN_DB, MIN_CLASS_GAIN_DB * CLASS_CELLS / len(choice.errors))
    while len(choice.widths) > 1:
        error = choice.error(allocated(choice, budget))
        numbers = range(len(choice.widths))
        # Of equally good ones the widest is left out first.
        smaller = [
            choice.of([each for each in numbers if each != left]) for left in reversed(numbers)
        ]
        errors = [_error_within(each, budget) for each in smaller]
        best = int(np.argmin(errors))
        if errors[best] > error * 10.0 ** (least / 10.0):
            break
        choice = smaller[best]
    return choice


def _error_within(choice: Choice, budget: int) -> float:
    if choice.bytes[0] * len(choice.errors) > budget:
        return np.inf
    return choice.error(allocated(choice, budget))


def allocated(choice: Choice, budget: int) -> NDArray[np.int64]:
    """Return the number of each cell's width, so that the sum of errors is least.

    Args:
        choice: The widths, of which the least fits into the budget in every cell.
        budget: Most bytes of all cells and, if there are several widths, their classes.
    """
    if len(choice.widths) == 1:
        return np.zeros(len(choice.errors), np.int64)
    budget -= len(choice.errors)  # the class of a cell takes a byte
    # At the best allocation a byte has one price in all cells (Everett 1963, Operations
    # Research 11, "Generalized Lagrange multiplier method").
    low, high = np.log(1e-30), np.log(choice.errors.max() + 1e-30)
    for _ in range(PRICE_HALVINGS):
        price = (low + high) / 2.0
        numbers = _at_price(choice, np.exp(price))
        low, high = (price, high) if choice.bytes[numbers].sum() > budget else (low, price)
    return _filled(choice, _at_price(choice, np.exp(high)), budget)


def _at_price(choice: Choice, price: float) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = np.argmin(choice.errors + price * choice.bytes, axis=1)
    return numbers


def _filled(choice: Choice, numbers: NDArray[np.int64], budget: int) -> NDArray[np.int64]:
    """Return an allocation in which the bytes that are left make some cells wider."""
    left = budget - int(choice.bytes[numbers].sum())
    wider = np.minimum(numbers + 1, len(choice.widths) - 1)
    cells = np.arange(len(numbers))
    costs = choice.bytes[wider] - choice.bytes[numbers]
    gains = choice.errors[cells, numbers] - choice.errors[cells, wider]
    filled = numbers.copy()
    for cell in np.argsort(-gains / np.maximum(costs, 1), kind="stable"):
        if gains[cell] > 0.0 and costs[cell] <= left:
            filled[cell], left = wider[cell], left - int(costs[cell])
    return filled
