"""Range asymmetric numeral systems: numbers of known probability as words of 16 bits.

Several states take turns, so that NumPy moves them at once (Duda 2013, arXiv:1311.2540;
Giesen 2014, arXiv:1402.3392). A stream is the states that its decoder begins with, then the
words that it reads. It ends in states that hold a digest, which costs nothing: a state takes
its lowest 16 bits whatever they are.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.representation.pyramid.tables import (
    PLAIN_ZERO,
    SYMBOLS,
    WHOLE_BITS,
    laplace_tables,
)

# A state lies between 2^16 and 2^32; below that, a word of 16 bits is read.
WORD_BITS = 16
WORD_BYTES = 2
LOWEST = 1 << WORD_BITS
WORD_MASK = LOWEST - 1
# States of one stream.
LANES = 8
STATES_BYTES = 4 * LANES
# Operands of `Decoder` as arrays, which NumPy takes faster than Python's numbers.
_MASK, _BITS, _LOWEST = (np.array(each, np.uint32) for each in (WORD_MASK, 16, LOWEST))
# Which half of a state holds its lowest bits in this machine's memory.
_LOW_HALF = 0 if sys.byteorder == "little" else 1


def encode(
    starts: NDArray[np.int64], widths: NDArray[np.int64], digests: Sequence[bytes]
) -> list[bytes]:
    """Return the streams of symbols.

    Args:
        starts: Where each symbol's part of WHOLE begins, shape (steps, LANES, streams).
        widths: How long it is; WHOLE stands for no symbol.
        digests: What each stream ends with, 2 bytes for each lane.
    """
    ends = np.array([np.frombuffer(each, "<u2") for each in digests], np.int64).T
    states = LOWEST + ends
    words = np.full(starts.shape, -1, np.int32)
    for step in reversed(range(len(starts))):
        start, width = starts[step], widths[step]
        over = states >= width << WORD_BITS
        if over.any():
            words[step][over] = states[over] & WORD_MASK
            states = np.where(over, states >> WORD_BITS, states)
        high, low = np.divmod(states, width)
        states = (high << WHOLE_BITS) + low + start
    return [_stream(states[:, n], words[:, :, n]) for n in range(len(digests))]


def _stream(states: NDArray[np.int64], words: NDArray[np.int32]) -> bytes:
    written = words[words >= 0]
    return states.astype("<u4").tobytes() + written.astype("<u2").tobytes()


def is_plausible(stream: bytes) -> bool:
    """Return whether some bytes may be a stream, as far as their number tells."""
    return len(stream) >= STATES_BYTES and len(stream) % WORD_BYTES == 0


class _Lanes(NamedTuple):
    """Views of some lanes' numbers; `_grid` ones have the shape (lanes, streams)."""

    states: NDArray[np.uint32]
    slots: NDArray[np.uint16]
    scratch: NDArray[np.uint32]
    scratch_grid: NDArray[np.uint32]
    places: NDArray[np.intp]
    pairs: NDArray[np.uint64]
    starts: NDArray[np.uint32]
    widths: NDArray[np.uint32]
    is_after: NDArray[np.bool_]
    is_short: NDArray[np.bool_]
    is_short_grid: NDArray[np.bool_]
    order: NDArray[np.intp]
    words: NDArray[np.uint32]


class Decoder:
    """Reads the symbols of several streams side by side.

    Numbers of a call are those of one lane in all streams, then those of the next lane; after
    lane 7 comes lane 0, in the next step. A damaged stream reads words that are not its own.

    Args:
        streams: As `encode` made them; `is_plausible` is true for each.
    """

    def __init__(self, streams: Sequence[bytes]) -> None:
        count = self._count = len(streams)
        states = [np.frombuffer(each[:STATES_BYTES], "<u4") for each in streams]
        self._states = np.array(states, np.uint32).T.reshape(-1)
        words = b"".join(each[STATES_BYTES:] for each in streams)
        self._words = np.append(np.frombuffer(words, "<u2"), 0).astype(np.uint32)
        self._ends = np.cumsum(
            [(len(each) - STATES_BYTES) // WORD_BYTES for each in streams], dtype=np.intp
        )
        # The place before the next word of each stream.
        self._before = np.concatenate([[0], self._ends[:-1]]).astype(np.intp) - 1
        self._tables = laplace_tables()
        lanes = LANES * count
        self._scratch, self._read = np.empty((2, lanes), np.uint32)
        self._places, self._order = np.empty((2, lanes), np.intp)
        self._pairs = np.empty(lanes, np.uint64)
        self._is_after = np.empty((lanes, SYMBOLS), np.bool_)
        self._is_short = np.empty(lanes, np.bool_)
        self._views: dict[tuple[int, int], _Lanes] = {}

    def numbers(
        self, rows: NDArray[np.int64], whole: NDArray[np.int64], lane: int
    ) -> NDArray[np.int64]:
        """Return the next numbers, with those that are written plainly after the others.

        Args:
            rows: The row of the tables of each.
            whole: The whole part of its mean.
            lane: The lane of the first.
        """
        reach = self._tables.reaches.take(rows, mode="clip")
        numbers = self._symbols(rows, lane)
        numbers -= reach
        is_plain = numbers > reach + 1
        numbers += whole
        if np.count_nonzero(is_plain):
            plain = self._plain(is_plain, lane) - PLAIN_ZERO
            np.copyto(numbers, plain, where=is_plain)
        return numbers

    def _symbols(self, rows: NDArray[np.int64], lane: int) -> NDArray[np.int64]:
        """Return the next symbols."""
        tables = self._tables
        lasts = tables.lasts.take(rows, axis=0, mode="clip")
        first = rows * SYMBOLS
        symbols = np.empty(len(rows), np.int64)
        for part, own in self._steps(len(rows), lane):
            states, scratch, found = own.states, own.scratch, symbols[part]
            np.greater_equal(lasts[part], own.slots, out=own.is_after)
            own.is_after.argmax(axis=1, out=found)
            np.add(first[part], found, out=own.places)
            tables.pairs.take(own.places, out=own.pairs, mode="clip")
            np.bitwise_and(states, _MASK, out=scratch)
            np.subtract(scratch, own.starts, out=scratch)
            np.right_shift(states, _BITS, out=states)
            np.multiply(states, own.widths, out=states)
            np.add(states, scratch, out=states)
            np.less(states, _LOWEST, out=own.is_short)
            if np.count_nonzero(own.is_short):
                self._refill(own)
        return symbols

    def _plain(self, is_used: NDArray[np.bool_], lane: int) -> NDArray[np.int64]:
        """Return numbers of 16 bits that are written plainly, and others where none is."""
        numbers = np.empty(len(is_used), np.int64)
        for part, own in self._steps(len(is_used), lane):
            numbers[part] = own.states & _MASK
            own.is_short[:] = is_used[part]
            np.right_shift(own.states, _BITS, out=own.states, where=own.is_short)
            self._refill(own)
        return numbers

    def digests(self) -> list[bytes]:
        """Return what each stream ends with; b"" where that is not after its last word."""
        states = self._states.reshape(LANES, self._count).T.astype(np.int64) - LOWEST
        is_ended = (self._before + 1 == self._ends) & (states < LOWEST).all(axis=1)
        return [
            own.astype("<u2").tobytes() if ended else b""
            for own, ended in zip(states, is_ended, strict=True)
        ]

    def _steps(self, count: int, lane: int) -> Iterator[tuple[slice, _Lanes]]:
        """Yield parts of some numbers that are read at once, and the lanes that read them."""
        start = 0
        while start < count:
            lanes = min(LANES - lane, (count - start) // self._count)
            stop = start + lanes * self._count
            yield slice(start, stop), self._lanes(lane, lane + lanes)
            start, lane = stop, 0

    def _lanes(self, first: int, stop: int) -> _Lanes:
        if (first, stop) not in self._views:
            count, part = self._count, slice(first * self._count, stop * self._count)
            grid = (stop - first, count)
            states, pairs = self._states[part], self._pairs[part]
            self._views[first, stop] = _Lanes(
                states=states,
                slots=states.view(np.uint16).reshape(-1, 2)[:, _LOW_HALF, None],
                scratch=self._scratch[part],
                scratch_grid=self._scratch[part].reshape(grid),
                places=self._places[part],
                pairs=pairs,
                starts=pairs.view(np.uint32)[0::2],
                widths=pairs.view(np.uint32)[1::2],
                is_after=self._is_after[part],
                is_short=self._is_short[part],
                is_short_grid=self._is_short[part].reshape(grid),
                order=self._order[part].reshape(grid),
                words=self._read[part].reshape(grid),
            )
        return self._views[first, stop]

    def _refill(self, own: _Lanes) -> None:
        """Read a word for each state that is too small."""
        np.add.accumulate(own.is_short_grid, axis=0, dtype=np.intp, out=own.order)
        count = own.order[-1].copy()
        np.add(own.order, self._before, out=own.order)
        self._words.take(own.order, out=own.words, mode="clip")
        np.left_shift(own.states, _BITS, out=own.scratch)
        np.bitwise_or(own.scratch_grid, own.words, out=own.scratch_grid)
        np.copyto(own.states, own.scratch, where=own.is_short)
        self._before += count
