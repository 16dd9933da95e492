"""The thresholds of a comparison, by which a script accepts or refuses candidates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from siren_cli.errors import UsageError
from siren_cli.planning.limits import MAX_PSNR_DB


@dataclass(frozen=True)
class Thresholds:
    """How good and how small every file and fit must be; None is no threshold.

    Attributes:
        min_psnr: Lowest PSNR, in dB.
        min_ssim: Lowest SSIM. A picture too small to have an SSIM misses it.
        max_bytes: Largest size of a file, in bytes.

    Raises:
        UsageError: No candidate could meet one of them.
    """

    min_psnr: float | None = None
    min_ssim: float | None = None
    max_bytes: int | None = None

    def __post_init__(self) -> None:
        for name, least in (("psnr", self.min_psnr), ("ssim", self.min_ssim)):
            if least is not None and not 0.0 <= least <= MAX_PSNR_DB:
                raise UsageError(f"--min-{name} {least:g}: not between 0 and {MAX_PSNR_DB:g}")

    def met_by(self, row: Mapping[str, Any]) -> bool:
        """Return whether the facts of a candidate meet all thresholds."""
        if self.max_bytes is not None and row["bytes"] > self.max_bytes:
            return False
        if row["identical"]:
            return True
        return (self.min_psnr is None or row["psnr_db"] >= self.min_psnr) and (
            self.min_ssim is None or (row["ssim"] or -1.0) >= self.min_ssim
        )
