"""The bytes of a file go to the cells where they help most."""

from itertools import product

import numpy as np
import pytest

from siren_cli.planning.allocation import Choice, allocated, fewest_widths

BYTES = np.array([10, 25, 50])


def choice(difficulties: np.ndarray) -> Choice:
    """Return a choice between three widths; errors fall with the bytes."""
    return Choice((8, 12, 16), BYTES, np.outer(difficulties, 1.0 / BYTES))


@pytest.mark.parametrize("budget", [44, 77, 100, 163, 204, 999])
def test_the_budget_is_kept_and_used(budget: int):
    hard = choice(np.array([1.0, 5.0, 2.0, 9.0]))
    numbers = allocated(hard, budget)
    used = int(BYTES[numbers].sum()) + 4  # a byte for each cell's class
    assert used <= budget
    assert used == 204 or budget - used < 25


@pytest.mark.parametrize("seed", range(8))
def test_no_allocation_is_much_better(seed: int):
    generator = np.random.default_rng(seed)
    some = choice(generator.lognormal(0, 2, 5))
    budget = int(generator.integers(55, 255))
    affordable = [
        np.array(numbers)
        for numbers in product(range(3), repeat=5)
        if BYTES[list(numbers)].sum() + 5 <= budget
    ]
    best = min(some.error(numbers) for numbers in affordable)
    assert some.error(allocated(some, budget)) <= 1.25 * best


def test_harder_cells_are_wider():
    numbers = allocated(choice(np.array([1.0, 30.0, 3.0, 100.0])), 114)
    assert list(numbers[np.argsort([1.0, 30.0, 3.0, 100.0])]) == sorted(numbers)
    assert len(set(numbers)) > 1


def test_cells_that_are_alike_need_one_width():
    assert fewest_widths(choice(np.ones(20)), 20 * 25).widths == (12,)
