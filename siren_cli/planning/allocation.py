"""Widths by cell: the bytes of a file go to the cells where they help most.

A wall and a tree do not need the same network. The error of a network is predicted from
the cell's pixels, for every width that it may have, and the widths are chosen that make
the sum of all errors least for a number of bytes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from siren_cli.config import MAX_WIDTH, WIDTH_STEP, Config, Resources
from siren_cli.errors import UsageError
from siren_cli.metrics.psnr import mean_square
from siren_cli.model.layers import parameter_count
from siren_cli.pictures.picture import Picture
from siren_cli.planning.difficulty import predicted_errors
from siren_cli.planning.plan import FitPlan, plan_fit
from siren_cli.representation.siren_file import largest_bytes
from siren_cli.representation.version_2 import cell_bytes, class_bytes, weight_bytes

# Widths that cells may have, divided by the usual one.
WIDTH_RATIOS = (0.27, 0.36, 0.55, 0.73, 1.0, 1.27, 1.64)
# Least width of a cell.
MIN_WIDTH = 8
# A class of width is worth compiling where it improves a picture of `CLASS_CELLS` cells by
# this many decibels. Larger pictures take longer to learn than to compile.
MIN_CLASS_GAIN_DB = 0.1
CLASS_CELLS = 96
# It need not improve a picture of few cells by more than this, in decibels.
MAX_CLASS_GAIN_DB = 0.3
# A file that should have some bytes has at least this share of them.
MIN_SHARE_USED = 0.99
# A fit for a quality has networks that are predicted to be better by this, in decibels, so
# that it need not last much longer than usual.
PREDICTION_MARGIN_DB = 1.0
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


def plan_picture(
    picture: Picture, config: Config, resources: Resources, target_psnr: float | None = None
) -> FitPlan:
    """Return the plan for a picture, with widths by cell if the settings want them.

    Args:
        picture: The picture.
        config: The settings.
        resources: Devices and memory.
        target_psnr: A goal in dB, which may be reached in fewer bytes; or None.

    Raises:
        UsageError: The file cannot be as small as it should be.
    """
    plan = plan_fit(picture.facts, config, resources)
    if config.fit.target_bytes:
        return with_target_bytes(plan, picture)
    if config.network.widths == "equal" or plan.grid.cells == 1:
        return plan
    (sizes,) = plan.classes.layer_sizes
    budget = plan.grid.cells * cell_bytes(sizes, plan.config.fit.dtype)
    choice = _choice(plan, picture, plan.usual_network.hidden_features)
    if target_psnr is not None:
        wanted = mean_square(target_psnr + PREDICTION_MARGIN_DB) * picture.pixels.size
        budget = _least_budget(choice, budget, wanted)
    return _with_widths(plan, fewest_widths(choice, budget), budget)


def _least_budget(choice: Choice, most: int, wanted_error: float) -> int:
    """Return the bytes with which the error is predicted to be small enough, or the most."""
    least = int(choice.bytes[0] + 1) * len(choice.errors)
    budgets = range(least, max(least, most) + 1)
    # The error falls where the budget grows, so its negative rises.
    found = bisect_left(budgets, -wanted_error, key=lambda each: -_error_within(choice, each))
    return budgets[min(found, len(budgets) - 1)]


def with_target_bytes(plan: FitPlan, picture: Picture) -> FitPlan:
    """Return a plan whose file has at most the bytes that the settings ask for.

    Raises:
        UsageError: Even the narrowest networks have more.
    """
    target, cells = plan.config.fit.target_bytes, plan.grid.cells
    if plan.config.network.cell_size == 0:
        raise UsageError("--target-bytes chooses widths by cell; one network has no cells")
    equal = _widest_within(plan, picture, target)
    usual = equal.networks[0].hidden_features
    if cells == 1 or plan.config.network.widths == "equal":
        return equal
    choice = _choice(plan, picture, usual)
    # What is no network takes most bytes where a cell may have any of the widths.
    several = plan.with_classes(choice.widths, bytes(cells))
    budget = target - _other_bytes(several, picture)
    choice = fewest_widths(choice, budget)
    found = _with_widths(plan, choice, budget)
    found = _with_widths(plan, choice, target - _other_bytes(found, picture))
    return _stretched(found, picture)


def _widest_within(plan: FitPlan, picture: Picture, most_bytes: int) -> FitPlan:
    """Return the plan for the widest equal networks whose file is small enough."""

    def equal(width: int) -> FitPlan:
        return plan.with_classes([width], bytes(plan.grid.cells))

    def size(width: int) -> int:
        return largest_bytes(equal(width).header(picture))

    if size(1) > most_bytes:
        raise UsageError(
            f"--target-bytes {most_bytes}: its smallest file has {size(1)} bytes "
            "(larger cells have fewer: --set network.cell_size=128)"
        )
    return equal(bisect_right(range(1, MAX_WIDTH + 1), most_bytes, key=size))


def _stretched(plan: FitPlan, picture: Picture) -> FitPlan:
    """Return a plan whose networks are wider by a few features, where bytes are left.

    A picture of few cells cannot use them up by cells of a wider class.
    """
    target = plan.config.fit.target_bytes
    widths = [network.hidden_features for network in plan.networks]

    def size(widths: Sequence[int]) -> int:
        wider = plan.with_classes(widths, plan.of_cells)
        return largest_bytes(wider.header(picture))

    for number in reversed(range(len(widths))):
        if size(widths) >= MIN_SHARE_USED * target:
            break
        before, after = widths[:number], widths[number + 1 :]
        wider = range(widths[number], after[0] if after else MAX_WIDTH)
        fitting = bisect_right(wider, target, key=lambda width: size([*before, width, *after]))
        widths[number] = wider[fitting - 1]
    return plan.with_classes(widths, plan.of_cells)


def _other_bytes(plan: FitPlan, picture: Picture) -> int:
    """Return the bytes of a file besides its networks and their classes."""
    header = plan.header(picture)
    return largest_bytes(header) - weight_bytes(header) - class_bytes(header)


def _with_widths(plan: FitPlan, choice: Choice, budget: int) -> FitPlan:
    """Return the plan for the best widths of a choice."""
    numbers = allocated(choice, budget)
    used = np.unique(numbers)
    of_cells = np.searchsorted(used, numbers).astype(np.uint8).tobytes()
    return plan.with_classes([choice.widths[number] for number in used], of_cells)


def _choice(plan: FitPlan, picture: Picture, usual: int) -> Choice:
    """Return the widths that cells may have, around the usual one."""
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
