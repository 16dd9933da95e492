"""The bits of a fit: rounded latents, rounded networks and a header."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.compact.networks import Block, Matrix
from benchmarks.compact.objective import Objective

# What a file would say before its streams, in bits.
HEADER_BITS = 8 * 250
# The step and the scale of a block, in bits.
BLOCK_BITS = 12
# Steps are 2^-n for n of this range.
STEP_EXPONENTS = range(2, 11)
# Smallest mean size that a block's Laplace distribution has, in steps.
SMALLEST_SCALE = 0.15


class Counted(NamedTuple):
    """What a fit costs.

    Attributes:
        latent_bits: Bits of the latents as the rounded context model estimates them.
        network_bits: Bits of both networks.
        matrices: The rounded networks.
    """

    latent_bits: float
    network_bits: float
    matrices: list[Matrix]


def count(
    objective: Objective,
    latents: NDArray[np.float32],
    matrices: Sequence[Matrix],
    blocks: Sequence[Block],
    rate_weight: float,
) -> Counted:
    """Return the bits after the networks are rounded.

    Each block in turn gets the step that makes error + lambda x bits per pixel smallest.
    """
    rounded = [matrix.copy() for matrix in matrices]
    network_bits = 0.0
    for matrix, columns in blocks:
        exact = matrices[matrix][:, columns]
        losses = {}
        for exponent in STEP_EXPONENTS:
            whole = np.round(exact * 2.0**exponent)
            rounded[matrix][:, columns] = whole * 2.0**-exponent
            error, levels = objective.hard(latents, rounded)
            bits = (float(np.sum(levels)) + block_bits(whole)) / objective.pixels
            losses[exponent] = float(error) + rate_weight * bits
        exponent = min(losses, key=losses.__getitem__)
        whole = np.round(exact * 2.0**exponent)
        rounded[matrix][:, columns] = whole * 2.0**-exponent
        network_bits += block_bits(whole)
    _, levels = objective.hard(latents, rounded)
    return Counted(float(np.sum(levels)), network_bits, rounded)


def block_bits(whole: NDArray[np.floating]) -> float:
    """Return the bits of whole numbers under a Laplace distribution of their mean size."""
    size = np.abs(whole)
    scale = max(float(size.mean()), SMALLEST_SCALE)
    inside = 1 - np.exp(-0.5 / scale)
    outside = 0.5 * (np.exp(-np.abs(size - 0.5) / scale) - np.exp(-(size + 0.5) / scale))
    probability = np.where(size == 0, inside, outside)
    return BLOCK_BITS - float(np.log2(np.maximum(probability, 2.0**-40)).sum())
