"""How a fit grows: with devices, with hosts, with its picture, and how its file is read."""

from collections.abc import Iterator

from benchmarks import huge_files, huge_pictures, together
from benchmarks.plan import Plan, Row


def measure(plan: Plan) -> Iterator[Row]:
    """Yield the rows of devices, hosts, sizes of pictures, and a large file."""
    yield from together.replicas(plan)
    yield from huge_pictures.measure(plan)
    yield from huge_files.measure(plan)
    yield from together.workers(plan)
