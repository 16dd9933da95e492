"""The header of a .siren file, version 1: everything in the file but its weights.

It is the table of a sealed container (`sealed`): picture, grid, network, settings and
result. `header_parser` reads and checks it.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from siren_cli.config import StoredType
from siren_cli.function_names import (
    NO_ENCODING,
    SINE,
    ActivationName,
    EncodingName,
    stored_name,
)
from siren_cli.model.grid import Grid
from siren_cli.model.layers import parameter_count
from siren_cli.pictures.picture import PictureFacts

# The words with which every table begins.
FORMAT = "siren"
# The only version of the format so far.
VERSION = 1
# Size of the SHA-256 of a row of cells.
DIGEST_BYTES = 32
# The tensors that the seal covers, in this order.
SEALED_TENSORS = ("digests", "icc_profile")
# Type of the biases and of the first layer's weights, by the type of a fit.
FLOAT_TYPES = {"int8": "F16", "float16": "F16", "float32": "F32"}
# Type of the other layers' weights, by the type of a fit.
WEIGHT_TYPES = {"int8": "I8", "float16": "F16", "float32": "F32"}
# Size of one number of each type, in bytes.
TYPE_BYTES = {"F16": 2, "F32": 4, "I8": 1, "U8": 1}

# Type and shape of tensors, by name.
Shapes = dict[str, tuple[str, tuple[int, ...]]]


@dataclass(frozen=True)
class Header:
    """Everything about a fit but its weights.

    Attributes:
        facts: Size and color of the picture.
        grid: Division of the picture into cells.
        layer_sizes: Widths of a network, from the inputs of its first layer to the
            channels.
        dtype: Type of the weights.
        settings: The tables [network] and [fit] of the fit, and [picture] if the picture
            was changed before it.
        tool: Version of the program that made the file.
        epochs: Number of epochs of the fit.
        psnr: PSNR at the picture's pixels, in dB; None is a perfect match.
        icc_bytes: Size of the color profile in bytes; 0 without a profile.
        activation: Name of the function after every layer but the last.
        encoding: Name of the function of the coordinates before the first layer.
    """

    facts: PictureFacts
    grid: Grid
    layer_sizes: tuple[int, ...]
    dtype: StoredType
    settings: dict[str, Any]
    tool: str
    epochs: int
    psnr: float | None
    icc_bytes: int = 0
    activation: ActivationName = SINE
    encoding: EncodingName = NO_ENCODING

    def shapes(self) -> Shapes:
        """Return the type and shape of every tensor of the file, by name."""
        number, cells = FLOAT_TYPES[self.dtype], self.grid.cells
        shapes: Shapes = {"digests": ("U8", (self.grid.y.cells, DIGEST_BYTES))}
        for index, (fan_in, fan_out) in enumerate(pairwise(self.layer_sizes)):
            kind = WEIGHT_TYPES[self.dtype] if index else number
            shapes[f"layers.{index}.weight"] = (kind, (cells, fan_in, fan_out))
            shapes[f"layers.{index}.bias"] = (number, (cells, fan_out))
            if kind == "I8":
                shapes[f"layers.{index}.scale"] = (number, (cells, fan_out))
        if self.icc_bytes:
            shapes["icc_profile"] = ("U8", (self.icc_bytes,))
        return shapes

    def table(self) -> dict[str, Any]:
        """Return the header as the JSON object of the file, without its digest."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "requires": [],
            "tool": self.tool,
            "picture": _picture_table(self.facts),
            "grid": _grid_table(self.grid),
            "network": {
                "layers": self.layer_sizes,
                "activation": self.stored_activation,
                "input": "cell",
                "form": "folded",
                "dtype": self.dtype,
            },
            "settings": self.settings,
            "result": {
                "epochs": self.epochs,
                "psnr_db": self.psnr,
                "identical": self.psnr is None,
            },
        }

    @property
    def stored_activation(self) -> str:
        """The one name that the file has for the activation and the encoding."""
        return stored_name(self.activation, self.encoding)

    @property
    def parameters(self) -> int:
        """Number of weights and biases of all cells."""
        return self.grid.cells * parameter_count(self.layer_sizes)

    @property
    def tensor_bytes(self) -> int:
        """Size of the file without its header."""
        return sum(
            TYPE_BYTES[kind] * math.prod(shape) for kind, shape in self.shapes().values()
        )


def _picture_table(facts: PictureFacts) -> dict[str, Any]:
    return {
        "width": facts.width,
        "height": facts.height,
        "color": facts.color,
        "bit_depth": facts.bit_depth,
        "premultiplied": facts.has_alpha,
        "value_range": [-1, 1],
    }


def _grid_table(grid: Grid) -> dict[str, Any]:
    return {
        "rows": grid.y.cells,
        "columns": grid.x.cells,
        "cell_height": grid.y.cell_size,
        "cell_width": grid.x.cell_size,
        "margin_y": grid.y.margin,
        "margin_x": grid.x.margin,
        "ramp": "smoothstep",
    }
