"""How the points of a cell are dealt into batches."""

import math
from dataclasses import dataclass

# The widest vectors fill without a rest.
BATCH_MULTIPLE = 16
# XLA drops a leading axis of one and compiles other products, with other bits:
# where there are several cells, those that are trained side by side are several.
MIN_PART_CELLS = 2


@dataclass(frozen=True)
class Batching:
    """How the points of a cell are dealt into batches.

    Attributes:
        points: Points of a cell.
        steps: Batches of an epoch.
        size: Points of every batch. `steps * size` is `points` rounded up; the
            few places left over are filled from the epoch's first batch.
    """

    points: int
    steps: int
    size: int


def make_batching(points: int, wanted: int, min_steps: int, replicas: int = 1) -> Batching:
    """Return an even dealing of `points` into batches of about `wanted`.

    Batches are smaller where an epoch would have less than `min_steps` of them,
    but not below sixteen points, and `replicas` share each of them evenly.
    """
    multiple = math.lcm(BATCH_MULTIPLE, replicas)
    most = max(multiple, min(wanted, points // min_steps))
    steps = math.ceil(points / (most - most % multiple))
    size = multiple * math.ceil(points / steps / multiple)
    return Batching(points, steps, size)
