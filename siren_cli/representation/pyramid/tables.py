"""Probabilities of whole numbers as tables of integers, equal on every machine.

A decoder's probabilities must equal the encoder's to the last bit. So no exponential is
computed here: a table is made of powers of one constant per scale, in integer arithmetic.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Probabilities are fractions of this whole.
WHOLE_BITS = 16
WHOLE = 1 << WHOLE_BITS
# A mean is a multiple of 1/32, and the logarithm of a scale one of 1/4, from -4 to 5. Coarser
# means cost bits: multiples of 1/8 take 1 % more.
MEAN_STEPS = 32
LOG_SCALE_STEPS = 4
LOWEST_LOG_SCALE = -4
# exp(-1 / (32 scale)) for each scale, as fractions of 2^30.
DECAY_BITS = 30
# fmt: off
DECAYS = (
    194944065, 284325880, 381475636, 479602069, 573198357, 658571182, 733774619, 798243041,
    852349672, 897015844, 933417027, 962786459, 986298011, 1005005817, 1019820917, 1031510039,
    1040706261, 1047925039, 1053581694, 1058008244, 1061468522, 1064171226, 1066280860,
    1067926742, 1069210315, 1070211031, 1070991038, 1071598902, 1072072546, 1072441565,
    1072729046, 1072952989, 1073127429, 1073263302, 1073369133, 1073451561, 1073515760,
)
# fmt: on
SCALES = len(DECAYS)
# A table has numbers as far from the mean as they have this probability or more; farther
# ones are written plainly, after a symbol that says so.
LEAST_TAIL_BITS = 20
REACHES = (2, 62)
SYMBOLS = 2 * REACHES[1] + 4
# A plain number of 16 bits that stands for 0.
PLAIN_ZERO = WHOLE // 2
# The row after those of all scales has the number 0 alone, which takes no bits. Row n after it
# has 2^n equally probable numbers, for n up to this.
CERTAIN = SCALES * MEAN_STEPS
MAX_UNIFORM_BITS = 5


class Tables(NamedTuple):
    """The tables of all scales and means; rows of one scale lie together.

    Symbol n of a row is the number n - reach, and the symbol 2 reach + 2 says that the number
    is written plainly.

    Attributes:
        starts: Where each symbol's part of WHOLE begins, shape (rows, SYMBOLS).
        widths: How long it is, likewise; 0 for symbols that a row does not have.
        lasts: The last fraction of each symbol, likewise, uint16.
        pairs: Start and width of each symbol, shape (rows x SYMBOLS,): two uint32 in one
            uint64, so that NumPy looks up both at once.
        reaches: The reach of each row, shape (rows,).
    """

    starts: NDArray[np.int64]
    widths: NDArray[np.int64]
    lasts: NDArray[np.uint16]
    pairs: NDArray[np.uint64]
    reaches: NDArray[np.int64]


@cache
def laplace_tables() -> Tables:
    """Return the tables."""
    powers = _powers(MEAN_STEPS * (REACHES[1] + 3))
    inside = (powers[:, ::MEAN_STEPS] >> (DECAY_BITS - LEAST_TAIL_BITS)) > 0
    reaches = np.clip(inside.sum(axis=1), *REACHES)
    sums = np.full((SCALES, MEAN_STEPS, SYMBOLS + 1), WHOLE, np.int64)
    for scale, reach in enumerate(reaches):
        numbers = 2 * reach + 2
        edges = MEAN_STEPS * (np.arange(numbers + 1) - reach) - MEAN_STEPS // 2
        below = _below(powers[scale], edges - np.arange(MEAN_STEPS)[:, None])
        share = (below - below[:, :1]) * (WHOLE - numbers - 1) >> (DECAY_BITS + 1)
        sums[scale, :, : numbers + 1] = share + np.arange(numbers + 1)
    bits = np.arange(MAX_UNIFORM_BITS + 1)
    uniform = np.minimum(np.arange(SYMBOLS + 1) << (WHOLE_BITS - bits[:, None]), WHOLE)
    rows = np.concatenate([sums.reshape(-1, SYMBOLS + 1), uniform])
    starts, widths = rows[:, :-1], np.diff(rows)
    pairs = np.stack([starts, widths], axis=-1).astype(np.uint32).view(np.uint64)
    return Tables(
        starts,
        widths,
        (rows[:, 1:] - 1).astype(np.uint16),
        pairs.ravel(),
        np.concatenate([np.repeat(reaches, MEAN_STEPS), uniform_reach(bits)]),
    )


def uniform_reach(bits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the reach of the row of 2^bits equally probable numbers."""
    return ((1 << bits) - 1) // 2


class Parts(NamedTuple):
    """Parts of WHOLE that stand for numbers.

    Attributes:
        starts: Where they begin.
        widths: How long they are.
        is_plain: Where the number is not in its table, and is to be written plainly.
    """

    starts: NDArray[np.int64]
    widths: NDArray[np.int64]
    is_plain: NDArray[np.bool_]


def parts(numbers: NDArray[np.int64], rows: NDArray[np.int64]) -> Parts:
    """Return the parts of numbers in rows of the tables, arrays of one shape."""
    tables = laplace_tables()
    reach = tables.reaches[rows]
    is_plain = (numbers < -reach) | (numbers > reach + 1)
    symbols = np.where(is_plain, 2 * reach + 2, numbers + reach)
    return Parts(tables.starts[rows, symbols], tables.widths[rows, symbols], is_plain)


def _powers(count: int) -> NDArray[np.int64]:
    """Return exp(-n / (32 scale)) for n below `count`, as fractions of 2^30."""
    decay = np.array(DECAYS, np.int64)
    powers = [np.full(SCALES, 1 << DECAY_BITS, np.int64)]
    for _ in range(count - 1):
        powers.append(powers[-1] * decay >> DECAY_BITS)
    return np.stack(powers, axis=1)


def _below(powers: NDArray[np.int64], steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the Laplace distribution function at multiples of 1/32, as fractions of 2^31."""
    tail = powers[np.abs(steps)]
    return np.where(steps >= 0, (1 << (DECAY_BITS + 1)) - tail, tail)
