"""Widths by cell: the bytes of a file go to the cells where they help most.

A wall and a tree do not need the same network. The error of a network is predicted from
the cell's pixels, for every width that it may have, and the widths are chosen that make
the sum of all errors least for a number of bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siren_cli.config import MAX_WIDTH, WIDTH_STEP, Config, Resources
from siren_cli.model.layers import parameter_count
from siren_cli.pictures.picture import Picture
from siren_cli.planning.difficulty import predicted_errors
from siren_cli.planning.plan import FitPlan, plan_fit
from siren_cli.representation.version_2 import cell_bytes

# Widths that cells may have, divided by the usual one.
WIDTH_RATIOS = (0.27, 0.36, 0.55, 0.73, 1.0, 1.27, 1.64)
# Least width of a cell.
MIN_WIDTH = 8
# A class of width is worth compiling where it improves a picture of `CLASS_CELLS` cells by
# this many decibels. Larger pictures take longer to learn than to compile.
MIN_CLASS_GAIN_DB = 0.1
CLASS_CELLS = 96
# Halvings of the interval in which the price of a byte is searched.
PRICE_HALVINGS = 50


@dataclass(frozen=True)
class Choice:
    """Widths that cells may have, and what they cost.

    Attributes:
        widths: The widths, rising.
        bytes: Bytes of a cell of each width, shape (widths,).
        errors: Predicted sum of squared errors of each cell at each width, in an unknown
            unit, shape (cells, widths).
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


def plan_picture(picture: Picture, config: Config, resources: Resources) -> FitPlan:
    """Return the plan for a picture, with widths by cell if the settings want them."""
    plan = plan_fit(picture.facts, config, resources)
    if config.network.widths == "equal" or plan.grid.cells == 1:
        return plan
    return with_widths_by_cell(plan, picture)


def with_widths_by_cell(plan: FitPlan, picture: Picture, budget: int | None = None) -> FitPlan:
    """Return a plan whose cells have the widths that make the picture best.

    Args:
        plan: The plan for equal cells.
        picture: The picture.
        budget: Most bytes of all cells and their classes; None is as many as equal cells
            have.
    """
    if budget is None:
        (sizes,) = plan.classes.layer_sizes
        budget = plan.grid.cells * cell_bytes(sizes, plan.config.fit.dtype)
    choice = fewest_widths(_choice(plan, picture), budget)
    numbers = allocated(choice, budget)
    used = np.unique(numbers)
    of_cells = np.searchsorted(used, numbers).astype(np.uint8).tobytes()
    return plan.with_classes([choice.widths[number] for number in used], of_cells)


def _choice(plan: FitPlan, picture: Picture) -> Choice:
    usual = plan.usual_network.hidden_features
    widths = sorted({_width(usual * ratio) for ratio in WIDTH_RATIOS} | {usual})
    sizes = [plan.sizes_of_width(width) for width in widths]
    parameters = [parameter_count(each) for each in sizes]
    return Choice(
        widths=tuple(widths),
        bytes=np.array([cell_bytes(each, plan.config.fit.dtype) for each in sizes]),
        errors=predicted_errors(picture.pixels, plan.grid, parameters),
    )


def _width(wanted: float) -> int:
    return min(MAX_WIDTH, max(MIN_WIDTH, WIDTH_STEP * round(wanted / WIDTH_STEP)))


def fewest_widths(choice: Choice, budget: int) -> Choice:
    """Return a choice between fewer widths that is about as good.

    Widths are left out, one after the other, until each improves the picture enough to be
    worth its compilation.
    """
    least = MIN_CLASS_GAIN_DB * CLASS_CELLS / len(choice.errors)
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
