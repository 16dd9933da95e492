"""The bytes of a pyramid's file, estimated before it is written."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.pyramid.networks import RoundedNetworks, blocks, parameter_count
from siren_cli.representation import version_3
from siren_cli.representation.beginning import extra_bytes
from siren_cli.representation.digests import DIGEST_BYTES
from siren_cli.representation.header import PyramidHeader
from siren_cli.representation.pyramid.rans import STATES_BYTES
from siren_cli.representation.version_3 import LENGTH_BYTES

# The header, and what every tile takes besides its latents, in bytes.
HEADER_BYTES = 250
TILE_BYTES = 8
# The step and the scale of a block, in bits.
BLOCK_BITS = 12
# Fewest bits of a weight that the networks of a picture have.
LEAST_WEIGHT_BITS = 2.0
# Bits of a weight before the networks were rounded.
USUAL_WEIGHT_BITS = 4.5
# Smallest mean size that a block's Laplace distribution has, in steps.
SMALLEST_SCALE = 0.15
LEAST_PROBABILITY = 2.0**-40


def other_bytes(network_bits: float, tiles: int) -> int:
    """Return about the bytes of a file besides its latents."""
    return math.ceil(network_bits / 8) + TILE_BYTES * tiles + HEADER_BYTES


def least_bytes(header: PyramidHeader) -> int:
    """Return about the fewest bytes of a file, from the header of its plan."""
    tiles = header.shape.rows * header.shape.columns
    networks = math.ceil(LEAST_WEIGHT_BITS * parameter_count(header.sizes) / 8)
    others = (
        len(version_3.encoded_header(header, networks)) + extra_bytes(header) + DIGEST_BYTES
    )
    return others + networks + tiles * (LENGTH_BYTES + STATES_BYTES)


def network_bits(networks: RoundedNetworks) -> float:
    """Return about the bits of rounded networks."""
    return sum(map(block_bits, _parts(networks)))


def _parts(networks: RoundedNetworks) -> Iterator[NDArray[np.int64]]:
    for block in blocks(networks.sizes):
        yield networks.numbers[block.matrix][:, block.columns]


def block_bits(whole: NDArray[np.int64]) -> float:
    """Return the bits of whole numbers under a Laplace distribution of their mean size."""
    size = np.abs(whole)
    scale = max(float(size.mean()), SMALLEST_SCALE)
    inside = 1 - np.exp(-0.5 / scale)
    outside = 0.5 * (np.exp(-np.abs(size - 0.5) / scale) - np.exp(-(size + 0.5) / scale))
    probability = np.where(size == 0, inside, outside)
    return BLOCK_BITS - float(np.log2(np.maximum(probability, LEAST_PROBABILITY)).sum())
