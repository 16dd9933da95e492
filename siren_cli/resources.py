"""The devices and the memory that a fit may use."""

import re
from dataclasses import dataclass

from siren_cli.errors import UsageError

# Most devices that share a batch.
MAX_REPLICAS = 1024


@dataclass(frozen=True)
class Resources:
    """The devices and the memory that a fit may use.

    Attributes:
        devices: `auto` (all GPUs, or else the CPU), `cpu`, `gpu` or `gpu:0,1`.
        replicas: Number of devices that train cells of their own, or share the points of the
            single network; None takes all. More than one on the CPU divides it into
            logical devices.
        group_cells: Largest number of cells that a CPU trains at the same time; several
            devices, and GPUs, train more. It changes the memory of a fit, not its result.

    Raises:
        UsageError: `devices` or `replicas` is not of this form or out of range.
    """

    devices: str = "auto"
    replicas: int | None = None
    group_cells: int = 128

    def __post_init__(self) -> None:
        if not re.fullmatch(r"auto|cpu|gpu(:[0-9]{1,4}(,[0-9]{1,4})*)?", str(self.devices)):
            raise UsageError(
                f"--devices {self.devices}: not auto, cpu, gpu or a list such as gpu:0,1"
            )
        if self.replicas is not None and not 1 <= self.replicas <= MAX_REPLICAS:
            raise UsageError(f"--replicas {self.replicas}: not between 1 and {MAX_REPLICAS}")
        if self.gpus and len(set(self.gpus)) < len(self.gpus):
            raise UsageError(f"--devices {self.devices}: names a GPU twice")

    @property
    def gpus(self) -> list[int] | None:
        """Numbers of the GPUs that were asked for by number, or None."""
        _, colon, numbers = self.devices.partition(":")
        return [int(number) for number in numbers.split(",")] if colon else None
