"""Everything in a .siren file but its weights.

`version_1`, `version_2` and `version_3` say how files hold it.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from siren_cli.config import StoredType
from siren_cli.function_names import (
    NO_ENCODING,
    SINE,
    ActivationName,
    EncodingName,
    stored_name,
)
from siren_cli.model.cell_classes import CellClasses
from siren_cli.model.grid import Grid
from siren_cli.model.pyramid.networks import NetworkSizes, parameter_count
from siren_cli.model.pyramid.shape import PyramidShape
from siren_cli.pictures.picture import PictureFacts, Resolution

# What a pixel of the picture is of the function: its value at the pixel's center, or its
# mean over the pixel's area.
PixelKind = Literal["center", "area"]
# The color space of the picture where it is named without a profile.
ColorSpace = Literal["", "sRGB"]


@dataclass(frozen=True, kw_only=True)
class Header(ABC):
    """What every kind of fit says of itself.

    Attributes:
        facts: Size and color of the picture.
        settings: The tables of the fit's settings, and [picture] if the picture was changed
            before it.
        tool: Version of the program that made the file.
        epochs: Number of epochs of the fit.
        psnr: PSNR at the picture's pixels, in dB; None is a perfect match.
        icc_bytes: Size of the color profile in bytes; 0 without a profile.
        pixels: What a pixel of the picture is of the function.
        tone_mapped_psnr: PSNR of light as 8 bits show it, in dB; None is a perfect match,
            or a picture of other values.
        color_space: The color space, if it is named without a profile.
        resolution: Pixels of the picture per inch, or None.
        exif_bytes: Size of the EXIF block in bytes; 0 without one.
        xmp_bytes: Size of the XMP packet in bytes; 0 without one.
    """

    facts: PictureFacts
    settings: dict[str, Any]
    tool: str
    epochs: int
    psnr: float | None
    icc_bytes: int = 0
    pixels: PixelKind = "center"
    tone_mapped_psnr: float | None = None
    color_space: ColorSpace = ""
    resolution: Resolution | None = None
    exif_bytes: int = 0
    xmp_bytes: int = 0

    @property
    @abstractmethod
    def parameters(self) -> int:
        """Number of all that was learned."""

    @property
    @abstractmethod
    def stored_activation(self) -> str:
        """The one name that the file has for the activation and the encoding."""


@dataclass(frozen=True, kw_only=True)
class MosaicHeader(Header):
    """The header of a mosaic of networks, one for each cell.

    Attributes:
        grid: Division of the picture into cells.
        classes: The shape of every cell's network.
        dtype: Type of the weights.
        activation: Name of the function after every layer but the last.
        encoding: Name of the function of the coordinates before the first layer.
    """

    grid: Grid
    classes: CellClasses
    dtype: StoredType
    activation: ActivationName = SINE
    encoding: EncodingName = NO_ENCODING

    @property
    def stored_activation(self) -> str:
        """The one name that the file has for the activation and the encoding."""
        return stored_name(self.activation, self.encoding)

    @property
    def parameters(self) -> int:
        """Number of weights and biases of all cells."""
        return self.classes.parameters


@dataclass(frozen=True, kw_only=True)
class PyramidHeader(Header):
    """The header of a pyramid of splines under one network.

    Attributes:
        sizes: Widths of its networks.
    """

    sizes: NetworkSizes

    @cached_property
    def shape(self) -> PyramidShape:
        """Its grids and tiles."""
        return PyramidShape(self.facts.height, self.facts.width)

    @property
    def parameters(self) -> int:
        """Number of latents, and of weights and biases of both networks."""
        return self.shape.latents + parameter_count(self.sizes)

    @property
    def stored_activation(self) -> str:
        """Its networks have sines."""
        return SINE
