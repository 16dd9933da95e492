"""Probabilities of whole numbers as tables of integers, equal on every machine.

A decoder's probabilities must equal the encoder's to the last bit. So no exponential is
computed here: a table is made of powers of one constant per scale, in integer arithmetic.
"""

import numpy as np
from numpy.typing import NDArray

# Probabilities are fractions of this whole.
WHOLE_BITS = 16
WHOLE = 1 << WHOLE_BITS
# A mean is a multiple of 1/8, and so is the logarithm of a scale, from -4 to 5.
MEAN_STEPS = 8
LOG_SCALE_STEPS = 8
LOWEST_LOG_SCALE = -4
# exp(-1 / (8 scale)) for each scale, as fractions of 2^30.
DECAY_BITS = 30
# fmt: off
DECAYS = (
    1166650, 2601446, 5279174, 9858307, 17106754, 27823177, 42739022, 62422012, 87200734,
    117123255, 151953701, 191202502, 234180717, 280066818, 327975162, 377017902, 426355219,
    475231697, 522998986, 569126358, 613201581, 654924701, 694097187, 730608503, 764421723,
    795559346, 824090090, 850117108, 873767830, 895185476, 914522144, 931933353, 947573834,
    961594406, 974139737, 985346838, 995344120, 1004250911, 1012177308, 1019224279,
    1025483952, 1031040020, 1035968233, 1040336928, 1044207589, 1047635396, 1050669770,
    1053354895, 1055730210, 1057830866, 1059688161, 1061329926, 1062780891, 1064063011,
    1065195763, 1066196414, 1067080267, 1067860873, 1068550229, 1069158954, 1069696440,
    1070170993, 1070589961, 1070959834, 1071286352, 1071574587, 1071829017, 1072053601,
    1072251834, 1072426806, 1072581241, 1072717548, 1072837853,
)
# fmt: on
SCALES = len(DECAYS)
# A table has numbers as far from the mean as they have this probability or more; farther
# ones are written plainly, after a symbol that says so.
LEAST_TAIL_BITS = 20
REACHES = (2, 62)
SYMBOLS = 2 * REACHES[1] + 4


def laplace_tables() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the tables of all scales and means.

    Returns:
        The first symbols' sums, shape (SCALES x MEAN_STEPS, SYMBOLS + 1): symbol n of a row
        has the fractions from place n to place n + 1. Rows of one scale lie together. And
        the reach of each scale, shape (SCALES,): symbol n is the number n - reach, and the
        symbol after reach + 1 says that the number is written plainly.
    """
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
    return sums.reshape(-1, SYMBOLS + 1), reaches


def _powers(count: int) -> NDArray[np.int64]:
    """Return exp(-n / (8 scale)) for n below `count`, as fractions of 2^30."""
    decay = np.array(DECAYS, np.int64)
    powers = [np.full(SCALES, 1 << DECAY_BITS, np.int64)]
    for _ in range(count - 1):
        powers.append(powers[-1] * decay >> DECAY_BITS)
    return np.stack(powers, axis=1)


def _below(powers: NDArray[np.int64], eighths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the Laplace distribution function at multiples of 1/8, as fractions of 2^31."""
    tail = powers[np.abs(eighths)]
    return np.where(eighths >= 0, (1 << (DECAY_BITS + 1)) - tail, tail)
