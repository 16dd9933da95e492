"""The networks of a pyramid as bytes, and back.

    for each block, two bytes: its exponent + 14, and its scale + 37 bits
    the numbers, block after block and row by row, as a stream of `rans`

A number is high 2^bits + low. First come all highs, coded with the tables of mean 0, then
those highs that their table does not have, and then all lows. Number n is in lane n modulo
8. The stream ends in the digest of the numbers.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import RepresentationError
from siren_cli.model.pyramid.networks import (
    LARGEST_EXPONENT,
    LARGEST_NUMBER,
    LEAST_EXPONENT,
    NetworkSizes,
    RoundedNetworks,
    blocks,
    matrix_shapes,
    parameter_count,
)
from siren_cli.representation.digests import digest
from siren_cli.representation.pyramid import rans
from siren_cli.representation.pyramid.tables import (
    CERTAIN,
    MAX_UNIFORM_BITS,
    MEAN_STEPS,
    PLAIN_ZERO,
    SCALES,
    WHOLE,
    WHOLE_BITS,
    parts,
    uniform_reach,
)

Numbers = NDArray[np.int64]

# Pairs of a scale and a number of low bits.
CODES = SCALES * (MAX_UNIFORM_BITS + 1)


class CodedNetworks(NamedTuple):
    """Networks and their bytes. The same networks may have several, of other codes.

    Attributes:
        networks: The networks.
        content: The bytes.
    """

    networks: RoundedNetworks
    content: bytes

    @classmethod
    def of(cls, networks: RoundedNetworks) -> "CodedNetworks":
        """Return networks with the bytes that `encode` makes of them."""
        return cls(networks, encode(networks))


def encode(networks: RoundedNetworks) -> bytes:
    """Return the bytes of networks.

    Raises:
        ValueError: A number or an exponent is out of range.
    """
    in_range = all(LEAST_EXPONENT <= each <= LARGEST_EXPONENT for each in networks.exponents)
    if not in_range or max(np.abs(each).max() for each in networks.numbers) > LARGEST_NUMBER:
        raise ValueError("a number or an exponent of the networks is out of range")
    by_block = [
        networks.numbers[block.matrix][:, block.columns].ravel()
        for block in blocks(networks.sizes)
    ]
    codes = [_best_code(numbers) for numbers in by_block]
    numbers = np.concatenate(by_block)
    code = _spread(codes, [len(each) for each in by_block])
    high, low = numbers >> code.bits, numbers & ((1 << code.bits) - 1)
    first = parts(high, code.rows)
    plain = np.where(first.is_plain, high + PLAIN_ZERO, 0)
    plain_widths = np.where(first.is_plain, 1, WHOLE)
    last = parts(low - uniform_reach(code.bits), CERTAIN + code.bits)
    starts = _in_steps([first.starts, plain, last.starts], 0)
    widths = _in_steps([first.widths, plain_widths, last.widths], WHOLE)
    (stream,) = rans.encode(starts, widths, [_digest(numbers)])
    head = np.stack([np.array(networks.exponents) - LEAST_EXPONENT, codes], axis=-1)
    return head.astype(np.uint8).tobytes() + stream


def decode(content: bytes, sizes: NetworkSizes) -> RoundedNetworks:
    """Return networks from their bytes.

    Args:
        content: The bytes.
        sizes: The widths of the networks.

    Raises:
        RepresentationError: The bytes are damaged.
    """
    own = blocks(sizes)
    head, stream = content[: 2 * len(own)], content[2 * len(own) :]
    if not rans.is_plausible(stream):
        raise RepresentationError("damaged: its networks have no such size")
    exponents, codes = np.frombuffer(head, np.uint8).reshape(-1, 2).T.astype(np.int64)
    if exponents.max() > LARGEST_EXPONENT - LEAST_EXPONENT or codes.max() >= CODES:
        raise RepresentationError("damaged: its networks have no such steps")
    matrices = [np.zeros(shape, np.int64) for shape in matrix_shapes(sizes)]
    parts_of_blocks = [matrices[block.matrix][:, block.columns] for block in own]
    counts = [part.size for part in parts_of_blocks]
    numbers = _decoded(stream, _spread(codes.tolist(), counts))
    ends = np.cumsum(counts)[:-1]
    for part, found in zip(parts_of_blocks, np.split(numbers, ends), strict=True):
        part[:] = found.reshape(part.shape)
    found_exponents = tuple((exponents + LEAST_EXPONENT).tolist())
    return RoundedNetworks(sizes, tuple(matrices), found_exponents)


def least_bytes(sizes: NetworkSizes) -> int:
    """Return the fewest bytes that networks take."""
    return 2 * len(blocks(sizes)) + rans.STATES_BYTES


def most_bytes(sizes: NetworkSizes) -> int:
    """Return the most bytes that networks take: every number is written plainly."""
    # Each of the three parts of a number takes a word at most.
    numbers = 3 * rans.WORD_BYTES * parameter_count(sizes)
    return least_bytes(sizes) + numbers


class _Code(NamedTuple):
    """How each number is coded: the row of its high part's table, and its low bits."""

    rows: Numbers
    bits: Numbers


def _spread(codes: Sequence[int], counts: list[int]) -> _Code:
    """Return the code of each number, from those of the blocks."""
    bits, scales = np.divmod(np.repeat(np.array(codes, np.int64), counts), SCALES)
    return _Code(MEAN_STEPS * scales, bits)


def _best_code(numbers: Numbers) -> int:
    """Return the code that takes the fewest bits for a block's numbers."""
    bits, scales = np.divmod(np.arange(CODES)[:, None], SCALES)
    high = numbers >> bits
    found = parts(high, MEAN_STEPS * scales + np.zeros_like(high))
    all_bits = bits + WHOLE_BITS * (1 + found.is_plain) - np.log2(found.widths)
    return int(all_bits.sum(axis=1).argmin())


def _in_steps(all_parts: list[Numbers], nothing: int) -> Numbers:
    """Return parts of the numbers one after the other, shape (steps, LANES, 1)."""
    padding = (0, -len(all_parts[0]) % rans.LANES)
    padded = [np.pad(each, padding, constant_values=nothing) for each in all_parts]
    return np.concatenate(padded).reshape(-1, rans.LANES, 1)


def _decoded(stream: bytes, code: _Code) -> Numbers:
    decoder, nothing = rans.Decoder([stream]), np.zeros_like(code.bits)
    high = decoder.numbers(code.rows, nothing, 0)
    low = decoder.numbers(CERTAIN + code.bits, uniform_reach(code.bits), 0)
    numbers = (high << code.bits) + low
    is_wrong = np.abs(numbers).max() > LARGEST_NUMBER
    if is_wrong or decoder.digests() != [_digest(numbers)]:
        raise RepresentationError("damaged: the networks do not match their SHA-256")
    return numbers


def _digest(numbers: Numbers) -> bytes:
    return digest(numbers.astype("<i2").tobytes())
