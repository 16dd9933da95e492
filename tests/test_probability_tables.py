"""Tables of probabilities: those of a Laplace distribution, in whole numbers."""

import numpy as np
from numpy.typing import NDArray

from siren_cli.representation.pyramid import tables
from siren_cli.representation.pyramid.tables import (
    CERTAIN,
    LOG_SCALE_STEPS,
    LOWEST_LOG_SCALE,
    MEAN_STEPS,
    SCALES,
    WHOLE,
    laplace_tables,
)


def below(distances: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Return the Laplace distribution function."""
    tail = 0.5 * np.exp(-np.abs(distances) / scale)
    return np.where(distances < 0, tail, 1 - tail)


def test_widths_are_those_of_the_distribution() -> None:
    found = laplace_tables()
    for row in range(0, SCALES * MEAN_STEPS, 7):
        scale = np.exp(row // MEAN_STEPS / LOG_SCALE_STEPS + LOWEST_LOG_SCALE)
        mean, reach = row % MEAN_STEPS / MEAN_STEPS, found.reaches[row]
        edges = np.arange(2 * reach + 3) - reach - 0.5 - mean
        shares = np.diff(below(edges, scale)) * (WHOLE - len(edges))
        np.testing.assert_allclose(found.widths[row, : len(shares)], shares + 1, atol=1.01)


def test_every_row_fills_the_whole_and_every_symbol_has_a_part() -> None:
    found = laplace_tables()
    assert (found.widths.sum(axis=1) == WHOLE).all()
    assert (found.starts[:, 1:] == np.cumsum(found.widths, axis=1)[:, :-1]).all()
    for row in range(CERTAIN):
        symbols = 2 * found.reaches[row] + 3
        assert found.widths[row, :symbols].min() >= 1
        assert not found.widths[row, symbols:].any()


def test_a_slot_is_found_by_the_last_fractions() -> None:
    found = laplace_tables()
    for row in (0, 600, CERTAIN - 1, CERTAIN):
        for slot in (0, 1, WHOLE // 3, WHOLE - 1):
            symbol = int((found.lasts[row] >= slot).argmax())
            start, width = found.starts[row, symbol], found.widths[row, symbol]
            assert start <= slot < start + width
            pair = found.pairs[row * tables.SYMBOLS + symbol :][:1].view(np.uint32)
            assert pair.tolist() == [start, width]


def test_rows_of_equal_probabilities_have_every_number() -> None:
    for bits in range(1, tables.MAX_UNIFORM_BITS + 1):
        reach = int(tables.uniform_reach(np.array(bits)))
        numbers = np.arange(2**bits) - reach
        found = tables.parts(numbers, np.full(2**bits, CERTAIN + bits))
        assert not found.is_plain.any()
        assert found.widths.tolist() == [WHOLE >> bits] * 2**bits
    assert laplace_tables().widths[CERTAIN, 0] == WHOLE
