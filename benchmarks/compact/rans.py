"""Range asymmetric numeral systems: numbers of known probability as words of 16 bits.

Several states take turns, so that NumPy moves them at once (Duda 2013, arXiv:1311.2540;
Giesen 2014, arXiv:1402.3392). There is one stream for each tile.
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.compact.tables import SYMBOLS, WHOLE, WHOLE_BITS

# A state lies between 2^16 and 2^32; below that, a word of 16 bits is read.
WORD_BITS = 16
LOWEST = 1 << WORD_BITS
WORD_MASK = LOWEST - 1
# States of one stream.
LANES = 8


def encode(starts: NDArray[np.int64], widths: NDArray[np.int64]) -> list[bytes]:
    """Return the streams of symbols.

    Args:
        starts: Where each symbol's part of WHOLE begins, shape (steps, tiles, LANES).
        widths: How long it is; 0 stands for no symbol.
    """
    states = np.full(starts.shape[1:], LOWEST, np.int64)
    words = np.full(starts.shape, -1, np.int64)
    for step in reversed(range(len(starts))):
        start, width = starts[step], widths[step]
        used = width > 0
        over = used & (states >= width << WORD_BITS)
        words[step][over] = states[over] & WORD_MASK
        states = np.where(over, states >> WORD_BITS, states)
        high, low = np.divmod(states, np.maximum(width, 1))
        states = np.where(used, (high << WHOLE_BITS) + low + start, states)
    return [
        states[tile].astype("<u4").tobytes() + written[written >= 0].astype("<u2").tobytes()
        for tile in range(starts.shape[1])
        for written in [words[:, tile].ravel()]
    ]


class Decoder:
    """Reads the symbols of several streams side by side.

    Args:
        streams: As `encode` made them.
        sums: Tables of `tables.laplace_tables`.
    """

    def __init__(self, streams: list[bytes], sums: NDArray[np.int64]) -> None:
        head = 4 * LANES
        self._states = np.array(
            [np.frombuffer(stream[:head], "<u4") for stream in streams], np.int64
        )
        longest = max(len(stream) - head for stream in streams) // 2
        # A damaged stream reads zeros behind its end.
        self._words = np.zeros((len(streams), longest + 1), np.int64)
        for tile, stream in enumerate(streams):
            words = np.frombuffer(stream[head:], "<u2")
            self._words[tile, : len(words)] = words
        self._next = np.zeros(len(streams), np.int64)
        self._sums = sums.ravel()

    def symbols(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the next symbol of each lane, from the rows of the tables, (tiles, lanes)."""
        slots = self._states[:, : rows.shape[1]] & (WHOLE - 1)
        first = rows * (SYMBOLS + 1)
        place = first.copy()
        step = SYMBOLS // 2
        while step:
            place = np.where(self._sums[place + step] <= slots, place + step, place)
            step //= 2
        start = self._sums[place]
        self._move(start, self._sums[place + 1] - start, np.ones(rows.shape, bool))
        return place - first

    def plain(self, used: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return a number of 16 bits from each lane in use, (tiles, lanes)."""
        slots = self._states[:, : used.shape[1]] & (WHOLE - 1)
        self._move(slots, np.ones(used.shape, np.int64), used)
        return slots

    def _move(
        self, starts: NDArray[np.int64], widths: NDArray[np.int64], used: NDArray[np.bool_]
    ) -> None:
        lanes = used.shape[1]
        before = self._states[:, :lanes]
        states = widths * (before >> WHOLE_BITS) + (before & (WHOLE - 1)) - starts
        states = np.where(used, states, before)
        short = states < LOWEST
        order = np.cumsum(short, axis=1)
        at = np.minimum(self._next[:, None] + order - 1, self._words.shape[1] - 1)
        words = np.take_along_axis(self._words, np.maximum(at, 0), axis=1)
        self._states[:, :lanes] = np.where(short, (states << WORD_BITS) | words, states)
        self._next += order[:, -1]
