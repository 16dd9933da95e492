"""Which fits are made for a comparison, and how long they may take."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import NamedTuple, get_args

from siren_cli.config import MAX_EPOCHS, SINE, ActivationName, Resources
from siren_cli.errors import UsageError
from siren_cli.presets import DEFAULT_PRESET, preset_names
from siren_cli.system import files


class TrialFit(NamedTuple):
    """One fit that is to be made for a comparison.

    Attributes:
        name: Its name in tables, made of what was chosen: "fast", "sine", "fast, sine".
        preset: Name of its preset.
        activation: Name of its activation.
    """

    name: str
    preset: str
    activation: str


@dataclass(frozen=True)
class TrialOptions:
    """Which fits are made for a comparison, and how long they may take.

    Attributes:
        presets: Names of presets.
        activations: Names of activations; every preset is fitted with each of them.
        epochs: Epochs of each fit; None leaves them to the preset.
        seconds: Most seconds that each fit takes; None is no limit.
        keep: Folder in which the fits are kept, or None.
        resources: Devices and replicas.

    Raises:
        UsageError: A name is unknown, or a limit makes no sense.
    """

    presets: tuple[str, ...] = ()
    activations: tuple[str, ...] = ()
    epochs: int | None = None
    seconds: float | None = None
    keep: Path | None = None
    resources: Resources = field(default_factory=Resources)

    def __post_init__(self) -> None:
        _check_names("--preset", self.presets, preset_names())
        _check_names("--activation", self.activations, get_args(ActivationName))
        if self.epochs is not None and not 1 <= self.epochs <= MAX_EPOCHS:
            raise UsageError(f"--epochs {self.epochs}: not between 1 and {MAX_EPOCHS}")
        limits = (self.epochs, self.seconds, self.keep)
        if limits != (None, None, None) and not self.wanted:
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
        presets = self.presets or (DEFAULT_PRESET,)
        activations = self.activations or (SINE,)
        planned = []
        for preset, activation in product(presets, activations):
            chosen = []
            if self.presets:
                chosen.append(preset)
            if self.activations:
                chosen.append(activation)
            planned.append(TrialFit(", ".join(chosen), preset, activation))
        return planned

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
