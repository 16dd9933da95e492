"""What a fit is told: the network's shape and the schedule.

They are the tables [network] and [fit] of presets (`presets`), and are written into
every .siren file, so a file says how it was made.
"""

import difflib
import math
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, get_args

from siren_cli.errors import UsageError

ActivationName = Literal["sine", "relu", "tanh", "sigmoid", "gauss", "wire", "finer", "relu-pe"]
Decay = Literal["cosine", "constant"]
StoredType = Literal["int8", "float16", "float32"]

SINE: ActivationName = "sine"
# Its input is a positional encoding (`positional`) of the point (y, x), of so many octaves
# where a single cell is the whole picture.
ENCODED: ActivationName = "relu-pe"
INPUTS, INPUTS_PER_OCTAVE, PICTURE_OCTAVES = 2, 4, 8
MAX_CELL_SIZE = 4096
MAX_WIDTH = 4096
MAX_LAYERS = 32
MAX_EPOCHS = 1_000_000
# Of a wrong value in a message.
SHOWN = 60
# Cells so much larger or smaller than asked for have the same network; others one whose
# width is a multiple of four, as vectors like it.
USUAL_RATIO, WIDTH_STEP, LEAST_WIDTH = 1.25, 4, 8
MAX_REPLICAS = 1024


@dataclass(frozen=True)
class NetworkConfig:
    """The shape of each cell's SIREN (Sitzmann et al. 2020, arXiv:2006.09661).

    Attributes:
        cell_size: Side of a cell in pixels, about; 0 is one network for the
            whole picture, as in the paper.
        margin: Pixels beyond its core that each cell learns, for blending.
        hidden_features: Width of every hidden layer, in cells of about that size.
        hidden_layers: Hidden layers after the first, as the authors count.
        first_omega_0: Frequency of the first layer of sines, per half cell.
        hidden_omega_0: Frequency of the other layers of sines.
        activation: What follows every layer but the last (`activations`).
    """

    cell_size: int = 64
    margin: int = 1
    hidden_features: int = 44
    hidden_layers: int = 2
    first_omega_0: float = 30.0
    hidden_omega_0: float = 20.0
    activation: ActivationName = SINE

    def __post_init__(self) -> None:
        _check_range("network.cell_size", self.cell_size, 0, MAX_CELL_SIZE)
        _check_range("network.margin", self.margin, 0, 64)
        _check_range("network.hidden_features", self.hidden_features, 1, MAX_WIDTH)
        _check_range("network.hidden_layers", self.hidden_layers, 0, MAX_LAYERS - 2)
        _check_range("network.first_omega_0", self.first_omega_0, 1e-3, 1e4)
        _check_range("network.hidden_omega_0", self.hidden_omega_0, 1e-3, 1e4)
        _check_choice("network.activation", self.activation, get_args(ActivationName))
        if self.cell_size and 4 * self.margin > self.cell_size:
            raise UsageError(
                f"network.margin: {self.margin} is over a quarter of "
                f"network.cell_size {self.cell_size}"
            )

    def for_cells_of(self, pixels: int) -> "NetworkConfig":
        """Return the network for cells of so many pixels, near `hidden_features` wide.

        A small picture cannot be divided into cells of just the size that was asked
        for. Where they differ by more than a quarter in area, the width changes with
        its root, so that bytes and quality per pixel stay what the preset says.
        """
        ratio = pixels / max(1, self.cell_size) ** 2
        if self.cell_size == 0 or 1 / USUAL_RATIO <= ratio <= USUAL_RATIO:
            return self
        width = WIDTH_STEP * round(self.hidden_features * math.sqrt(ratio) / WIDTH_STEP)
        least = min(LEAST_WIDTH, self.hidden_features)
        return replace(self, hidden_features=min(MAX_WIDTH, max(least, width)))

    def layer_sizes(self, channels: int) -> tuple[int, ...]:
        """Return the widths from the input, (y, x) or its encoding, to the channels."""
        hidden = [self.hidden_features] * (1 + self.hidden_layers)
        return (INPUTS + INPUTS_PER_OCTAVE * self._octaves, *hidden, channels)

    @property
    def _octaves(self) -> int:
        if self.activation != ENCODED:
            return 0
        # Up to the finest wave that pixels can show.
        return round(math.log2(self.cell_size)) if self.cell_size else PICTURE_OCTAVES


@dataclass(frozen=True)
class FitConfig:
    """The schedule of a fit.

    Attributes:
        epochs: How often every pixel is seen.
        batch_points: Points per cell and step, about (`batching` evens it out).
        min_steps: Least steps of an epoch: small pictures get smaller batches.
        learning_rate: Adam's highest rate, for weights as the paper writes them; other
            activations than sines multiply it by their own factor (`activations`).
        warmup_steps: Steps over which the rate rises from zero.
        beta_2: Adam's memory of squared gradients.
        decay: What follows: a half cosine to zero, or nothing.
        seed: Decides initial weights and the order of pixels.
        dtype: Type of the stored weights (`layers`).
    """

    epochs: int = 40
    batch_points: int = 128
    min_steps: int = 16
    learning_rate: float = 1.5e-3
    warmup_steps: int = 10
    beta_2: float = 0.97
    decay: Decay = "cosine"
    seed: int = 0
    dtype: StoredType = "int8"

    def __post_init__(self) -> None:
        _check_range("fit.epochs", self.epochs, 1, MAX_EPOCHS)
        _check_range("fit.batch_points", self.batch_points, 1, 1 << 24)
        _check_range("fit.min_steps", self.min_steps, 1, 1 << 24)
        _check_range("fit.beta_2", self.beta_2, 0.0, 0.999999)
        _check_range("fit.learning_rate", self.learning_rate, 1e-9, 1.0)
        _check_range("fit.warmup_steps", self.warmup_steps, 0, 1_000_000)
        _check_choice("fit.decay", self.decay, get_args(Decay))
        _check_range("fit.seed", self.seed, 0, (1 << 63) - 1)
        _check_choice("fit.dtype", self.dtype, get_args(StoredType))

    def lasting(self, epochs: int) -> "FitConfig":
        """Return the schedule stretched to `epochs`.

        A rate that is good for a short fit makes a long one restless, so it falls
        with the sixth root of the length (best rates measured on photographs:
        1.5e-3 for 20 and 40 epochs, 1.2e-3 for 150, 1e-3 for 400).
        """
        stretched = replace(self, epochs=epochs)
        if self.decay == "constant" or epochs <= self.epochs:
            return stretched
        rate = self.learning_rate * (self.epochs / epochs) ** (1 / 6)
        return replace(stretched, learning_rate=rate)


@dataclass(frozen=True)
class Config:
    """A whole preset: tables [network] and [fit]."""

    network: NetworkConfig = field(default_factory=NetworkConfig)
    fit: FitConfig = field(default_factory=FitConfig)

    def table(self) -> dict[str, dict[str, Any]]:
        """Return the tables as plain dictionaries, as TOML and JSON hold them.

        Sines are not named, so that files of them stay what they always were.
        """
        tables = asdict(self)
        if self.network.activation == SINE:
            del tables["network"]["activation"]
        return tables

    def updated(self, tables: Mapping[str, Any]) -> "Config":
        """Return a copy in which the keys of `tables` replace mine.

        Raises:
            UsageError: A table or key is unknown, or a value is of the wrong
                type or out of range.
        """
        _check_keys(tables, self, "")
        changed = {}
        for name, table in tables.items():
            if not isinstance(table, Mapping):
                raise UsageError(f"{name}: is {_shown(table)}, not a table")
            _check_keys(table, getattr(self, name), f"{name}.")
            changed[name] = _replaced(getattr(self, name), table, name)
        return replace(self, **changed)


@dataclass(frozen=True)
class Resources:
    """What a fit may use.

    Attributes:
        devices: `auto` (all GPUs, or else the CPU), `cpu`, `gpu` or `gpu:0,1`.
        replicas: Copies of the network that share each batch; None is one per
            device. More than one on the CPU makes logical devices of it.
        group: Most cells that are fitted at the same time. It decides memory,
            not the result.

    Raises:
        UsageError: `devices` or `replicas` make no sense.
    """

    devices: str = "auto"
    replicas: int | None = None
    group: int = 128

    def __post_init__(self) -> None:
        if not re.fullmatch(r"auto|cpu|gpu(:[0-9]{1,4}(,[0-9]{1,4})*)?", self.devices):
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


def _replaced(part: Any, table: Mapping[str, Any], name: str) -> Any:
    values = {key: _typed(f"{name}.{key}", value, part) for key, value in table.items()}
    return replace(part, **values)


def _typed(name: str, value: Any, part: Any) -> Any:
    wanted = type(getattr(part, name.partition(".")[2]))
    if wanted is float and type(value) is int:
        with suppress(OverflowError):
            return float(value)
    if type(value) is not wanted:
        raise UsageError(f"{name}: {_shown(value)} is not of type {wanted.__name__}")
    return value


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # digits or nesting beyond Python's limits
        return "a value too large to show"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def _check_keys(table: Mapping[str, Any], known: Any, prefix: str) -> None:
    names = [each.name for each in fields(known)]
    for key in table:
        if key not in names:
            nearest = difflib.get_close_matches(key, names, n=1, cutoff=0.0)[0]
            shown = key if key.isprintable() and len(key) <= SHOWN else _shown(key)
            raise UsageError(f"{prefix}{shown}: unknown key; did you mean {prefix}{nearest}?")


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise UsageError(f"{name}: {_shown(value)} is not between {low} and {high}")


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise UsageError(f"{name}: {_shown(value)} is not one of {', '.join(choices)}")
