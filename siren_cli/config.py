"""The settings of a fit: the shape of the networks, and the schedule.

They are tables of presets (`presets`) and of every .siren file, which so says how it was made.
`supervision` and `pyramid_config` have the tables [supervision] and [pyramid].
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

from siren_cli.errors import UsageError, shown
from siren_cli.function_names import (
    NO_ENCODING,
    SINE,
    ActivationName,
    EncodingName,
    separated,
    stored_name,
)
from siren_cli.pyramid_config import PYRAMID_FIT_KEYS, PyramidConfig, check_alone
from siren_cli.setting_checks import check_choice, check_keys, check_range, typed
from siren_cli.supervision import SupervisionConfig

Widths = Literal["by_cell", "equal"]
Decay = Literal["cosine", "constant"]
StoredType = Literal["int8", "float16", "float32"]

# Largest side of a cell, in pixels.
MAX_CELL_SIZE = 4096
# Largest width of a layer, in features.
MAX_WIDTH = 4096
# Most layers of a network, with the first and the last.
MAX_LAYERS = 32
# Most epochs of a fit.
MAX_EPOCHS = 1_000_000
# Largest file that can be asked for, in bytes.
MAX_FILE_BYTES = 1 << 50
# Cells keep the width of the network while their pixels are the wanted ones times or
# divided by at most this factor.
USUAL_PIXEL_RATIO = 1.25
# Other cells have a width that is a multiple of this number of features, for processors
# compute four floats at once.
WIDTH_STEP = 4
# Other cells have at least this number of features, if the usual ones have as many.
LEAST_WIDTH = 8


@dataclass(frozen=True)
class NetworkConfig:
    """The shape of each cell's SIREN (Sitzmann et al. 2020, arXiv:2006.09661).

    Attributes:
        cell_size: Side of a cell in pixels; cells are near it, not exactly as large.
            0 is one network for the whole picture, as in the paper.
        margin: Pixels beyond its core that each cell learns, for blending.
        hidden_features: Width of every hidden layer, in cells of about that size.
        hidden_layers: Number of hidden layers after the first, as the authors count.
        first_omega_0: Frequency of the first layer of sines, per half cell.
        hidden_omega_0: Frequency of the other layers of sines.
        activation: Name of the function after every layer but the last
            (`model.activations`).
        encoding: Name of the function of the coordinates before the first layer
            (`model.encoding`).
        widths: `by_cell`: cells that need it have wider networks, and others narrower
            ones, of as many bytes together; or `equal`.
    """

    cell_size: int = 64
    margin: int = 1
    hidden_features: int = 44
    hidden_layers: int = 2
    first_omega_0: float = 30.0
    hidden_omega_0: float = 20.0
    activation: ActivationName = SINE
    encoding: EncodingName = NO_ENCODING
    widths: Widths = "by_cell"

    def __post_init__(self) -> None:
        check_range("network.cell_size", self.cell_size, 0, MAX_CELL_SIZE)
        check_range("network.margin", self.margin, 0, 64)
        check_range("network.hidden_features", self.hidden_features, 1, MAX_WIDTH)
        check_range("network.hidden_layers", self.hidden_layers, 0, MAX_LAYERS - 2)
        check_range("network.first_omega_0", self.first_omega_0, 1e-3, 1e4)
        check_range("network.hidden_omega_0", self.hidden_omega_0, 1e-3, 1e4)
        check_choice("network.activation", self.activation, get_args(ActivationName))
        check_choice("network.encoding", self.encoding, get_args(EncodingName))
        check_choice("network.widths", self.widths, get_args(Widths))
        if self.cell_size and 4 * self.margin > self.cell_size:
            raise UsageError(
                f"network.margin: {self.margin} is over a quarter of "
                f"network.cell_size {self.cell_size}"
            )

    def for_cells_of(self, pixels: int) -> "NetworkConfig":
        """Return the network for cells of a number of pixels, near `hidden_features` wide.

        A small picture cannot be divided into cells of exactly the wanted size. Where their
        area differs by more than a quarter, the width changes with the root of the area,
        so that bytes and quality per pixel stay those of the preset.
        """
        ratio = pixels / max(1, self.cell_size) ** 2
        if self.cell_size == 0 or 1 / USUAL_PIXEL_RATIO <= ratio <= USUAL_PIXEL_RATIO:
            return self
        width = WIDTH_STEP * round(self.hidden_features * math.sqrt(ratio) / WIDTH_STEP)
        least = min(LEAST_WIDTH, self.hidden_features)
        return replace(self, hidden_features=min(MAX_WIDTH, max(least, width)))


@dataclass(frozen=True)
class FitConfig:
    """The schedule of a fit.

    Attributes:
        epochs: Number of times that the fit sees as many points as there are pixels.
        batch_points: About the number of points per cell and step (`planning.plan`
            makes all batches even).
        min_steps: Least steps of an epoch: small pictures get smaller batches.
        learning_rate: Adam's highest rate, for weights as the paper writes them. Other
            activations than sines, and encodings, multiply it by a factor of their own.
        warmup_steps: Number of steps over which the rate rises from zero.
        beta_2: Adam's decay rate of the mean squared gradient.
        area_share: Share of the epochs, the last ones, in which a pixel is the mean of the
            function over its area; before, and with 0 always, it is the value at its
            center. An epoch of areas takes four points for a pixel, and so sees only a
            quarter of the pixels.
        decay: Course of the rate after the warm-up: a half cosine to zero, or constant.
        seed: Number that decides the initial weights and the order of pixels.
        dtype: Type of the stored weights (`model.layers`).
        target_bytes: Most bytes of the file, which the widths of the cells follow; 0 leaves
            them to `hidden_features`.
    """

    epochs: int = 64
    batch_points: int = 128
    min_steps: int = 16
    learning_rate: float = 1.5e-3
    warmup_steps: int = 10
    beta_2: float = 0.97
    area_share: float = 0.25
    decay: Decay = "cosine"
    seed: int = 0
    dtype: StoredType = "int8"
    target_bytes: int = 0

    def __post_init__(self) -> None:
        check_range("fit.epochs", self.epochs, 1, MAX_EPOCHS)
        check_range("fit.batch_points", self.batch_points, 1, 1 << 24)
        check_range("fit.min_steps", self.min_steps, 1, 1 << 24)
        check_range("fit.beta_2", self.beta_2, 0.0, 0.999999)
        check_range("fit.area_share", self.area_share, 0.0, 1.0)
        check_range("fit.learning_rate", self.learning_rate, 1e-9, 1.0)
        check_range("fit.warmup_steps", self.warmup_steps, 0, 1_000_000)
        check_choice("fit.decay", self.decay, get_args(Decay))
        check_range("fit.seed", self.seed, 0, (1 << 63) - 1)
        check_choice("fit.dtype", self.dtype, get_args(StoredType))
        check_range("fit.target_bytes", self.target_bytes, 0, MAX_FILE_BYTES)

    def lasting(self, epochs: int) -> "FitConfig":
        """Return the schedule stretched to `epochs`.

        The best rate of a long fit is lower than that of a short one, so it falls with the
        sixth root of the length (best rates measured on photographs: 1.5e-3 for 20 and 40
        epochs, 1.2e-3 for 150, 1e-3 for 400).
        """
        stretched = replace(self, epochs=epochs)
        if self.decay == "constant" or epochs <= self.epochs:
            return stretched
        rate = self.learning_rate * (self.epochs / epochs) ** (1 / 6)
        return replace(stretched, learning_rate=rate)


@dataclass(frozen=True)
class Config:
    """A whole preset: tables [network] and [fit], or [pyramid] and some of [fit].

    Attributes:
        network: The networks of a mosaic.
        fit: The schedule.
        supervision: What a mosaic is taught of the picture.
        pyramid: What a pyramid is made with; None is a mosaic.
    """

    network: NetworkConfig = field(default_factory=NetworkConfig)
    fit: FitConfig = field(default_factory=FitConfig)
    supervision: SupervisionConfig = field(default_factory=SupervisionConfig)
    pyramid: PyramidConfig | None = None

    def __post_init__(self) -> None:
        if self.pyramid:
            check_alone("network", self.network, NetworkConfig(), ())
            check_alone("fit", self.fit, FitConfig(), PYRAMID_FIT_KEYS)
            check_alone("supervision", self.supervision, SupervisionConfig(), ())
        if self.fit.target_bytes and self.network.cell_size == 0:
            raise UsageError("--target-bytes chooses widths by cell; one network has no cells")

    def table(self) -> dict[str, dict[str, Any]]:
        """Return the tables as plain dictionaries, as .siren files hold them.

        Their `activation` is the stored name of the activation and the encoding. Files of
        sines without encoding do not have it, for the first ones did not; nor do files have
        the table [supervision] where it is as usual.
        """
        tables = asdict(self)
        if self.pyramid:
            fit = {key: tables["fit"][key] for key in PYRAMID_FIT_KEYS}
            return {"fit": fit, "pyramid": tables["pyramid"]}
        del tables["pyramid"]
        if self.supervision == SupervisionConfig():
            del tables["supervision"]
        network = tables["network"]
        network["activation"] = stored_name(network["activation"], network.pop("encoding"))
        if network["activation"] == SINE:
            del network["activation"]
        return tables

    def lasting(self, epochs: int) -> "Config":
        """Return the settings for a schedule of `epochs`; the rates of a pyramid stay."""
        if self.pyramid:
            return replace(self, fit=replace(self.fit, epochs=epochs))
        return replace(self, fit=self.fit.lasting(epochs))

    def updated(self, tables: Mapping[str, Any]) -> "Config":
        """Return a copy in which the values of `tables` replace those of this one.

        The activation may be a stored name such as relu-pe, which sets the encoding, too.

        Raises:
            UsageError: A table or key is unknown, or a value is of the wrong type, out of
                range or in contradiction to another.
        """
        check_keys(tables, self, "")
        changed: dict[str, Any] = {}
        for name, table in tables.items():
            if not isinstance(table, Mapping):
                raise UsageError(f"{name}: is {shown(table)}, not a table")
            part = getattr(self, name)
            if part is None:
                raise UsageError(f"the table {name} is of pyramids: add --preset compact")
            check_keys(table, part, f"{name}.")
            changed[name] = replace(part, **typed(separated(table), part, f"{name}."))
        return replace(self, **changed)
