"""The limits that a user sets to a fit, and how they are written."""

import re
from dataclasses import dataclass

from siren_cli.config import MAX_EPOCHS, Config
from siren_cli.errors import UsageError
from siren_cli.planning.schedule import Budget

# 8 bits can tell no better picture of a megapixel apart from a perfect one, in dB.
MAX_PSNR_DB = 110.0

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) *(s|m|min|h|)")
_BYTES = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) *((?:[kKMG]i?)?)(?:B|)")
_SHARE = re.compile(r"([0-9]{0,3}(?:\.[0-9]{1,9})?) *(%?)")
_UNIT_BYTES = {
    "": 1,
    "k": 10**3,
    "K": 10**3,
    "M": 10**6,
    "G": 10**9,
    "ki": 1 << 10,
    "Ki": 1 << 10,
    "Mi": 1 << 20,
    "Gi": 1 << 30,
}
_UNIT_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Limits:
    """The limits that a user has set to a fit; the first one decides.

    Attributes:
        epochs: Most epochs, or None.
        seconds: Most seconds since the beginning of the command, or None.
        target_psnr: The goal in dB, or None.

    Raises:
        UsageError: One of them is out of range.
    """

    epochs: int | None = None
    seconds: float | None = None
    target_psnr: float | None = None

    def __post_init__(self) -> None:
        if self.target_psnr is not None and not 0.0 < self.target_psnr <= MAX_PSNR_DB:
            raise UsageError(
                f"--target-psnr {self.target_psnr:g}: not between 0 and {MAX_PSNR_DB:g} dB"
            )
        if self.epochs is not None and not 1 <= self.epochs <= MAX_EPOCHS:
            raise UsageError(f"--epochs {self.epochs}: not between 1 and {MAX_EPOCHS}")
        if self.seconds is not None and not self.seconds > 0.0:
            raise UsageError(f"--time-limit {self.seconds:g}: not above 0 seconds")

    @property
    def _are_epochs_alone(self) -> bool:
        return self.seconds is None and self.target_psnr is None

    def stretched(self, config: Config) -> Config:
        """Return the settings for these limits.

        A number of epochs alone stretches the schedule. A limit of time or quality
        plans its epochs itself.
        """
        if self.epochs is None or not self._are_epochs_alone:
            return config
        return config.lasting(self.epochs)

    def budget(self, started: float) -> Budget:
        """Return the budget of a command that began at `started`, by `time.monotonic`."""
        if self._are_epochs_alone:
            return Budget()
        deadline = None if self.seconds is None else started + self.seconds
        return Budget(self.epochs, self.target_psnr, deadline)


def parse_bytes(text: str) -> int:
    """Return the bytes that `text` means, such as 5000, 200k, 1.5M or 64Ki.

    Raises:
        UsageError: It is no size, or none above zero.
    """
    match = _BYTES.fullmatch(text.strip())
    count = int(float(match[1]) * _UNIT_BYTES[match[2]]) if match and text.isascii() else 0
    if count <= 0:
        raise UsageError(f"--target-bytes {text}: not a size such as 200k, 1.5M or 64Ki")
    return count


def parse_duration(text: str, flag: str = "--time-limit") -> float:
    """Return the seconds that `text` means, such as 30, 30s, 1.5m or 2h.

    Args:
        text: The value of a flag.
        flag: The flag, for messages.

    Raises:
        UsageError: It is no duration, or none above zero.
    """
    match = _DURATION.fullmatch(text.strip())
    seconds = float(match[1]) * _UNIT_SECONDS[match[2]] if match and text.isascii() else 0.0
    if seconds <= 0.0:
        raise UsageError(f"{flag} {text}: not a time such as 30s, 5m or 2h")
    return seconds


def parse_share(text: str, flag: str = "--keep-pixels") -> float:
    """Return the share that `text` means, such as 10% or 0.1.

    Raises:
        UsageError: It is no share, or not between 0 and 1.
    """
    match = _SHARE.fullmatch(text.strip())
    number = float(match[1]) if match and match[1] and text.isascii() else 0.0
    share = number / 100.0 if match and match[2] else number
    if not 0.0 < share <= 1.0:
        raise UsageError(f"{flag} {text}: not a share such as 10% or 0.1")
    return share
