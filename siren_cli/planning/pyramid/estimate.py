"""The seconds and the memory that the fit of a pyramid takes, estimated."""

from siren_cli.errors import ResourceError
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.system.machine import cpu_cores

# Core-seconds that a step takes for a pixel: 0.26 microseconds on two cores, measured.
SECONDS_PER_PIXEL = 0.52e-6
# Seconds that a step takes besides, however small the picture.
SECONDS_PER_STEP = 8e-3
# Memory of the program with compiled steps, and what a fit takes besides for a pixel, in bytes:
# 1.4 GiB at 0.6 megapixels and 2.3 at 12 were measured.
PROGRAM_BYTES = 1400 << 20
BYTES_PER_PIXEL = 85


def fit_seconds(plan: PyramidPlan) -> float:
    """Return about the seconds that a fit takes on this machine's cores."""
    step = SECONDS_PER_STEP + SECONDS_PER_PIXEL * plan.facts.pixels / cpu_cores()
    return step * plan.steps


def memory_bytes(plan: PyramidPlan) -> int:
    """Return about the most memory that the process of a fit holds, in bytes."""
    return PROGRAM_BYTES + BYTES_PER_PIXEL * plan.facts.pixels


def check_memory(plan: PyramidPlan, bytes_left: int | None) -> None:
    """Check that the memory for a fit is there.

    Args:
        plan: Its plan.
        bytes_left: Memory that is left, in bytes; None if nothing says so.

    Raises:
        ResourceError: It takes more.
    """
    needed = memory_bytes(plan)
    if bytes_left is not None and needed > bytes_left:
        raise ResourceError(
            f"about {needed / 1e9:.1f} GB of memory are needed, and "
            f"{bytes_left / 1e9:.1f} GB are left (--max-side shrinks the picture)"
        )
