"""The plan of a pyramid's fit: everything that follows from a picture and the settings."""

from dataclasses import dataclass
from functools import cached_property

from siren_cli.config import Config
from siren_cli.model.pyramid.networks import NetworkSizes
from siren_cli.model.pyramid.shape import PyramidShape
from siren_cli.pictures.picture import PictureFacts
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.common_header import common_facts
from siren_cli.pyramid_config import PyramidConfig
from siren_cli.representation.header import PyramidHeader


@dataclass(frozen=True)
class PyramidPlan:
    """How one picture will be fitted.

    Attributes:
        facts: Size, channels and depth of the picture.
        config: The settings; they have a table [pyramid].
    """

    facts: PictureFacts
    config: Config

    @property
    def pyramid(self) -> PyramidConfig:
        """The settings of the pyramid."""
        if self.config.pyramid is None:
            raise ValueError("the settings are those of a mosaic")
        return self.config.pyramid

    @cached_property
    def shape(self) -> PyramidShape:
        """The grids and tiles."""
        return PyramidShape(self.facts.height, self.facts.width)

    @cached_property
    def sizes(self) -> NetworkSizes:
        """The widths of the networks."""
        hidden, context = self.pyramid.widths
        return NetworkSizes(hidden, context, self.facts.channels)

    @property
    def values(self) -> int:
        """Number of values of the picture: pixels times channels."""
        return self.facts.pixels * self.facts.channels

    @property
    def steps(self) -> int:
        """Steps of the fit; each sees every pixel once."""
        return self.config.fit.epochs

    def header(self, picture: PixelSource) -> PyramidHeader:
        """Return the header of the fit's file; its PSNR is not known yet."""
        facts = common_facts(picture, self.config)
        return PyramidHeader(**facts, sizes=self.sizes)
