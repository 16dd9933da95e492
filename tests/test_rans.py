"""Symbols become about as many bits as they must, and come back."""

import numpy as np
import pytest
from numpy.typing import NDArray

from siren_cli.representation.pyramid import rans
from siren_cli.representation.pyramid.tables import (
    CERTAIN,
    MEAN_STEPS,
    WHOLE,
    laplace_tables,
    parts,
)

DIGEST = bytes(range(240, 256))


def drawn(
    generator: np.random.Generator, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return rows of the tables, and numbers that are as probable as the rows say."""
    rows = MEAN_STEPS * generator.integers(6, 24, count) + generator.integers(0, 32, count)
    tables = laplace_tables()
    slots = generator.integers(0, WHOLE, count)
    symbols = (tables.lasts[rows] >= slots[:, None]).argmax(axis=1)
    inside = np.minimum(symbols, 2 * tables.reaches[rows] + 1)
    return rows, inside - tables.reaches[rows]


def streamed(numbers: NDArray[np.int64], rows: NDArray[np.int64]) -> bytes:
    found = parts(numbers, rows)
    shape = (-1, rans.LANES, 1)
    return rans.encode(found.starts.reshape(shape), found.widths.reshape(shape), [DIGEST])[0]


def bits_of(numbers: NDArray[np.int64], rows: NDArray[np.int64]) -> float:
    return float(-np.log2(parts(numbers, rows).widths / WHOLE).sum())


def test_numbers_come_back_and_the_stream_ends_in_its_digest() -> None:
    rows, numbers = drawn(np.random.default_rng(0), 4000)
    decoder = rans.Decoder([streamed(numbers, rows)])
    found = [decoder.numbers(each, 0 * each, 0) for each in rows.reshape(-1, 400)]
    assert np.array_equal(np.concatenate(found), numbers)
    assert decoder.digests() == [DIGEST]


def test_bits_are_those_of_the_tables() -> None:
    rows, numbers = drawn(np.random.default_rng(1), 40_000)
    bits = bits_of(numbers, rows)
    assert bits < 8 * len(streamed(numbers, rows)) < 1.01 * bits


def test_what_is_certain_takes_no_bits() -> None:
    rows = np.full(8000, CERTAIN)
    assert len(streamed(np.zeros(8000, np.int64), rows)) == rans.STATES_BYTES


def test_a_stream_that_was_not_read_to_its_end_has_no_digest() -> None:
    rows, numbers = drawn(np.random.default_rng(2), 800)
    decoder = rans.Decoder([streamed(numbers, rows)])
    decoder.numbers(rows[:400], 0 * rows[:400], 0)
    assert decoder.digests() == [b""]


def test_another_coder_needs_as_many_bits() -> None:
    """The coder of `constriction`, whose state has other sizes, with our probabilities."""
    constriction = pytest.importorskip("constriction")
    rows, numbers = drawn(np.random.default_rng(3), 8000)
    tables = laplace_tables()
    coder = constriction.stream.stack.AnsCoder()
    for row in np.unique(rows):
        own = numbers[rows == row] + tables.reaches[row]
        widths = tables.widths[row, : 2 * tables.reaches[row] + 3] / WHOLE
        model = constriction.stream.model.Categorical(widths, perfect=True)
        coder.encode_reverse(own.astype(np.int32), model)
    ours = 8 * len(streamed(numbers, rows))
    assert ours - 8 * rans.STATES_BYTES < coder.num_valid_bits() < ours + 64
