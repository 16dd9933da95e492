"""The choice of fits that are made for a comparison, and how long they may take."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import NamedTuple

from siren_cli.errors import UsageError
from siren_cli.function_names import SINE, STORED_NAMES
from siren_cli.planning.limits import Limits
from siren_cli.presets import DEFAULT_PRESET, PYRAMID_PRESET, preset_names
from siren_cli.resources import Resources
from siren_cli.system import files


class TrialFit(NamedTuple):
    """One fit that is to be made for a comparison.

    Attributes:
        name: Its name in tables, made of what was chosen: "fast", "sine", "fast, sine".
        preset: Name of its preset.
        activation: Stored name of its activation.
    """

    name: str
    preset: str
    activation: str


@dataclass(frozen=True)
class TrialOptions:
    """The choice of fits that are made for a comparison, and how long they may take.

    Attributes:
        presets: Names of presets.
        activations: Stored names of activations, perhaps with an encoding; every preset
            is fitted with each of them.
        limits: Limits that end each fit.
        keep: Folder in which the fits are kept, or None.
        resources: Devices and replicas.

    Raises:
        UsageError: A name is unknown, or there are limits but no fits.
    """

    presets: tuple[str, ...] = ()
    activations: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    keep: Path | None = None
    resources: Resources = field(default_factory=Resources)

    def __post_init__(self) -> None:
        _check_names("--preset", self.presets, preset_names())
        _check_names("--activation", self.activations, list(STORED_NAMES))
        if self.activations and PYRAMID_PRESET in self.presets:
            raise UsageError(
                f"--activation is of mosaics; a pyramid (--preset {PYRAMID_PRESET}) has sines"
            )
        if not self.wanted and (self.limits != Limits() or self.keep is not None):
            raise UsageError(
                "--epochs, --time-limit and --keep are about fits: name some by --activation "
                "or --preset"
            )

    @property
    def wanted(self) -> bool:
        """Whether any fits are to be made."""
        return bool(self.presets or self.activations)

    def planned(self) -> list[TrialFit]:
        """Return the fits that are to be made."""
        if not self.wanted:
            return []
        # An empty name stands for a choice that nobody made, which has its default.
        pairs = product(self.presets or ("",), self.activations or ("",))
        return [
            TrialFit(
                ", ".join(filter(None, (preset, activation))),
                preset or DEFAULT_PRESET,
                activation or SINE,
            )
            for preset, activation in pairs
        ]

    def output_for(self, original: Path, fit: TrialFit) -> Path | None:
        """Return where a fit of the original is kept, or None if fits are not kept."""
        if self.keep is None:
            return None
        suffix = f".{fit.name.replace(', ', '.')}.siren"
        return self.keep / files.beside(original, suffix).name


def _check_names(option: str, given: Sequence[str], known: Sequence[str]) -> None:
    for name in given:
        if name not in known:
            raise UsageError(f"{option} {name}: not one of {', '.join(known)}")
