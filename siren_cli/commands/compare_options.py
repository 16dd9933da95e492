"""What `siren compare` was told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from siren_cli.comparing.codec_search import BY_PSNR, MATCHES
from siren_cli.config import MAX_EPOCHS, Resources
from siren_cli.errors import UsageError
from siren_cli.function_names import SINE, STORED_NAMES
from siren_cli.pictures.codecs import named_codec
from siren_cli.pictures.formats import MAX_PIXELS
from siren_cli.planning.schedule import MAX_PSNR_DB
from siren_cli.presets import DEFAULT_PRESET, preset_names
from siren_cli.rendering import parsing
from siren_cli.system import files


@dataclass(frozen=True)
class Gate:
    """What every file and fit must hold, for scripts.

    Attributes:
        min_psnr: Least dB.
        min_ssim: Least similarity; a picture too small to have one is none.
        max_bytes: Largest file.
    """

    min_psnr: float | None = None
    min_ssim: float | None = None
    max_bytes: int | None = None

    def __post_init__(self) -> None:
        for name, least in (("psnr", self.min_psnr), ("ssim", self.min_ssim)):
            if least is not None and not 0.0 <= least <= MAX_PSNR_DB:
                raise UsageError(f"--min-{name} {least:g}: not between 0 and {MAX_PSNR_DB:g}")

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Return whether a candidate's facts are good enough."""
        if row["identical"]:
            return self.max_bytes is None or row["bytes"] <= self.max_bytes
        return (
            (self.min_psnr is None or row["psnr_db"] >= self.min_psnr)
            and (self.min_ssim is None or (row["ssim"] or -1.0) >= self.min_ssim)
            and (self.max_bytes is None or row["bytes"] <= self.max_bytes)
        )


@dataclass(frozen=True)
class Trial:
    """What is fitted for the comparison.

    Attributes:
        presets: Names of presets.
        activations: Stored names of activations; every preset is fitted with each.
        epochs: Of each fit; None is as the preset says.
        seconds: Of each fit; None is no limit.
        keep: A folder for the fits, or None.
        resources: Devices and replicas.
    """

    presets: tuple[str, ...] = ()
    activations: tuple[str, ...] = ()
    epochs: int | None = None
    seconds: float | None = None
    keep: Path | None = None
    resources: Resources = field(default_factory=Resources)

    def __post_init__(self) -> None:
        _check_names("--preset", self.presets, preset_names())
        _check_names("--activation", self.activations, STORED_NAMES)
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
        """Whether anything is to be fitted."""
        return bool(self.presets or self.activations)

    def fits(self) -> list[tuple[str, str, str]]:
        """Return the name, preset and activation of every fit."""
        if not self.wanted:
            return []
        found = []
        presets, activations = self.presets or (DEFAULT_PRESET,), self.activations or (SINE,)
        for preset, activation in product(presets, activations):
            parts = [preset] * bool(self.presets) + [activation] * bool(self.activations)
            found.append((", ".join(parts), preset, activation))
        return found

    def kept(self, original: Path, name: str) -> Path | None:
        """Return where a fit of the original is kept, if it is."""
        if self.keep is None:
            return None
        suffix = f".{name.replace(', ', '.')}.siren"
        return self.keep / files.beside(original, suffix).name


@dataclass(frozen=True)
class CompareOptions:
    """What `siren compare` was told.

    Attributes:
        codecs: Names of codecs that encode the original for every fit.
        match: What their files and the fit have in common: `psnr` or `bytes`.
        trial: What is fitted.
        gate: What must hold.
        resize: Allow other sizes and aspects.
        region: What figures enlarge, X,Y,WIDTH,HEIGHT; None finds the hardest spot.
        figure: Where candidates go side by side, or None.
        plot: Where learning curves go, or None.
        html: Where a page with all goes, or None.
        force: Overwrite these.
        max_pixels: Largest picture that is read.

    Raises:
        UsageError: Some make no sense, alone or together.
    """

    codecs: tuple[str, ...] = ()
    match: str = BY_PSNR
    trial: Trial = field(default_factory=Trial)
    gate: Gate = field(default_factory=Gate)
    resize: bool = False
    region: str | None = None
    figure: Path | None = None
    plot: Path | None = None
    html: Path | None = None
    force: bool = False
    max_pixels: int = MAX_PIXELS

    def __post_init__(self) -> None:
        for name in self.codecs:
            named_codec(name)
        _check_names("--match", (self.match,), MATCHES)
        parsing.check_size_and_region(None, self.region)
        if self.region and not self.figure:
            raise UsageError("--region is what --figure enlarges")
        if self.match != BY_PSNR and not self.codecs:
            raise UsageError("--match is about the encodings of --codec")
        if self.plot and not self.trial.wanted:
            raise UsageError(
                "--plot shows how fits learn: name some by --activation or --preset"
            )

    @property
    def pictured(self) -> bool:
        """Whether candidates are to be shown, not measured alone."""
        return any((self.figure, self.plot, self.html))


def names(text: str | None) -> tuple[str, ...]:
    """Return the names of a list such as jpeg,webp, each once."""
    parts = (name.strip() for name in (text or "").split(","))
    return tuple(dict.fromkeys(name for name in parts if name))


def _check_names(option: str, given: tuple[str, ...], known: Any) -> None:
    for name in given:
        if name not in known:
            raise UsageError(f"{option} {name}: not one of {', '.join(known)}")
