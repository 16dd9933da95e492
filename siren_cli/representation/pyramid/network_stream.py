"""The networks of a pyramid as bytes, and back.

    for each block, its exponent + 14 and the number of its scale, a byte each
    the numbers, block after block and row by row, as a stream of `rans`

Numbers are coded with the tables of mean 0, number n in lane n modulo 8. Those that their
table does not have are written plainly, after all others. The stream ends in the digest of
the numbers.
"""

import numpy as np
from numpy.typing import NDArray

from siren_cli.errors import RepresentationError
from siren_cli.model.pyramid.networks import (
    NetworkSizes,
    RoundedNetworks,
    blocks,
    matrix_shapes,
    parameter_count,
)
from siren_cli.representation.digests import digest
from siren_cli.representation.pyramid import rans
from siren_cli.representation.pyramid.tables import (
    MEAN_STEPS,
    PLAIN_ZERO,
    SCALES,
    WHOLE,
    WHOLE_BITS,
    parts,
)

Numbers = NDArray[np.int64]

# Bounds that keep the context model exact.
LEAST_EXPONENT, LARGEST_EXPONENT = -14, 2
LARGEST_NUMBER = 8191


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
    scales = [_best_scale(numbers) for numbers in by_block]
    numbers = np.concatenate(by_block)
    found = parts(numbers, _rows(scales, [len(each) for each in by_block]))
    steps = -(-len(numbers) // rans.LANES)
    starts, widths = np.zeros((2, 2 * steps * rans.LANES), np.int64)
    widths[:] = WHOLE
    starts[: len(numbers)], widths[: len(numbers)] = found.starts, found.widths
    plain = np.flatnonzero(found.is_plain)
    at = steps * rans.LANES + plain
    starts[at], widths[at] = numbers[plain] + PLAIN_ZERO, 1
    shape = (2 * steps, rans.LANES, 1)
    digests = [_digest(numbers)]
    (stream,) = rans.encode(starts.reshape(shape), widths.reshape(shape), digests)
    head = np.stack([np.array(networks.exponents) - LEAST_EXPONENT, scales], axis=-1)
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
    exponents, scales = np.frombuffer(head, np.uint8).reshape(-1, 2).T.astype(np.int64)
    if exponents.max() > LARGEST_EXPONENT - LEAST_EXPONENT or scales.max() >= SCALES:
        raise RepresentationError("damaged: its networks have no such steps")
    matrices = [np.zeros(shape, np.int64) for shape in matrix_shapes(sizes)]
    parts_of_blocks = [matrices[block.matrix][:, block.columns] for block in own]
    counts = [part.size for part in parts_of_blocks]
    numbers = _decoded(stream, _rows(scales.tolist(), counts))
    ends = np.cumsum(counts)[:-1]
    for part, found in zip(parts_of_blocks, np.split(numbers, ends), strict=True):
        part[:] = found.reshape(part.shape)
    found_exponents = tuple((exponents + LEAST_EXPONENT).tolist())
    return RoundedNetworks(sizes, tuple(matrices), found_exponents)


def most_bytes(sizes: NetworkSizes) -> int:
    """Return the most bytes that networks take: every number is written plainly."""
    # A symbol that says so takes 16 bits at most, as a plain number does.
    numbers = 2 * rans.WORD_BYTES * parameter_count(sizes)
    return 2 * len(blocks(sizes)) + rans.STATES_BYTES + numbers


def _rows(scales: list[int], counts: list[int]) -> Numbers:
    """Return the row of the tables for each number."""
    return np.repeat(MEAN_STEPS * np.array(scales, np.int64), counts)


def _best_scale(numbers: Numbers) -> int:
    """Return the scale whose table takes the fewest bits."""
    rows = np.arange(SCALES)[:, None] * MEAN_STEPS + np.zeros_like(numbers)
    found = parts(numbers + np.zeros_like(rows), rows)
    bits = WHOLE_BITS * (1 + found.is_plain) - np.log2(found.widths)
    return int(bits.sum(axis=1).argmin())


def _decoded(stream: bytes, rows: Numbers) -> Numbers:
    decoder = rans.Decoder([stream])
    numbers = decoder.numbers(rows, np.zeros_like(rows), 0)
    is_wrong = np.abs(numbers).max() > LARGEST_NUMBER
    if is_wrong or decoder.digests() != [_digest(numbers)]:
        raise RepresentationError("damaged: the networks do not match their SHA-256")
    return numbers


def _digest(numbers: Numbers) -> bytes:
    return digest(numbers.astype("<i2").tobytes())
