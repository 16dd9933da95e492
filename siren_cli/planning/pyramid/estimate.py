"""The seconds, the memory and the bytes that the fit of a pyramid takes, estimated."""

import math

from siren_cli.errors import ResourceError
from siren_cli.planning.estimate import PROGRAM_BYTES
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.system.machine import cpu_cores

# Core-seconds that a step takes for a pixel: 0.26 microseconds on two cores, measured.
SECONDS_PER_PIXEL = 0.52e-6
# Memory that a fit takes for a pixel, in bytes.
BYTES_PER_PIXEL = 80
# Bits per pixel of the latents of photographs at some weights of a bit, from large ones to
# small ones.
MEASURED_BITS = ((7e-3, 0.15), (8e-4, 0.47), (1.3e-4, 1.2))
# Bytes of a file besides its latents: the networks, and the header.
OTHER_BYTES = 1500


def fit_seconds(plan: PyramidPlan) -> float:
    """Return about the seconds that a fit takes on this machine's cores."""
    return SECONDS_PER_PIXEL * plan.facts.pixels * plan.steps / cpu_cores()


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


def file_bytes(plan: PyramidPlan) -> int:
    """Return about the bytes of the file: the target, or those of photographs at the quality.

    Bits follow the power law of the weight that joins what was measured.
    """
    if plan.config.fit.target_bytes:
        return plan.config.fit.target_bytes
    weight, pairs = plan.pyramid.rate_weight, MEASURED_BITS
    (first, first_bits), (last, last_bits) = pairs[:2] if weight > pairs[1][0] else pairs[1:]
    slope = math.log(last_bits / first_bits) / math.log(last / first)
    bits = first_bits * math.exp(slope * math.log(weight / first))
    return round(OTHER_BYTES + bits * plan.facts.pixels / 8)
