"""The choice of fits that are made for a comparison, and how long they may take."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import NamedTuple, get_args

from siren_cli.config import Config
from siren_cli.errors import UsageError
from siren_cli.function_names import SINE, STORED_NAMES
from siren_cli.lesson_settings import for_lesson
from siren_cli.planning.limits import Limits
from siren_cli.presets import DEFAULT_PRESET, PYRAMID_PRESET, load_preset, preset_names
from siren_cli.resources import Resources
from siren_cli.supervision import VALUE, Supervised
from siren_cli.system import files


class TrialFit(NamedTuple):
    """One fit that is to be made for a comparison.

    Attributes:
        name: Its name in tables, made of what was chosen: "fast", "sine", "fast, sine".
        preset: Name of its preset.
        activation: Stored name of its activation.
        supervision: What its loss compares.
    """

    name: str
    preset: str = DEFAULT_PRESET
    activation: str = SINE
    supervision: str = VALUE

    @property
    def config(self) -> Config:
        """Its settings, which suit what it is taught."""
        chosen = {
            "network": {"activation": self.activation},
            "supervision": {"by": self.supervision},
        }
        return for_lesson(load_preset(self.preset).updated(chosen), ())


@dataclass(frozen=True)
class TrialOptions:
    """The choice of fits that are made for a comparison, and how long they may take.

    Attributes:
        presets: Names of presets.
        activations: Stored names of activations, perhaps with an encoding; every preset
            is fitted with each of them.
        supervisions: What losses compare; each of these fits is made with each of them.
        limits: Limits that end each fit.
        keep: Folder in which the fits are kept, or None.
        resources: Devices and replicas.

    Raises:
        UsageError: A name is unknown, or there are limits but no fits.
    """

    presets: tuple[str, ...] = ()
    activations: tuple[str, ...] = ()
    supervisions: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    keep: Path | None = None
    resources: Resources = field(default_factory=Resources)

    def __post_init__(self) -> None:
        _check_names("--preset", self.presets, preset_names())
        _check_names("--activation", self.activations, list(STORED_NAMES))
        _check_names("--supervise", self.supervisions, get_args(Supervised))
        if PYRAMID_PRESET in self.presets:
            self._check_pyramid()
        if not self.wanted and (self.limits != Limits() or self.keep is not None):
            raise UsageError(
                "--epochs, --time-limit and --keep are about fits: name some by --activation, "
                "--preset or --supervise"
            )

    def _check_pyramid(self) -> None:
        pyramid = f"a pyramid (--preset {PYRAMID_PRESET})"
        if self.activations:
            raise UsageError(f"--activation is of mosaics; {pyramid} has sines")
        if self.supervisions:
            raise UsageError(f"--supervise is of mosaics; {pyramid} learns values alone")

    @property
    def wanted(self) -> bool:
        """Whether any fits are to be made."""
        return bool(self.presets or self.activations or self.supervisions)

    def planned(self) -> list[TrialFit]:
        """Return the fits that are to be made."""
        if not self.wanted:
            return []
        # An empty name stands for a choice that nobody made, which has its default.
        choices = (self.presets, self.activations, self.supervisions)
        return [
            TrialFit(
                ", ".join(filter(None, (preset, activation, supervision))),
                preset or DEFAULT_PRESET,
                activation or SINE,
                supervision or VALUE,
            )
            for preset, activation, supervision in product(*(each or ("",) for each in choices))
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
