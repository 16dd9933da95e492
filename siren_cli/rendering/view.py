"""What a drawing shows: which region of which quantity, at which size, by how many samples."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from siren_cli.pictures.picture import Color, PictureFacts
from siren_cli.rendering.geometry import Region, Size
from siren_cli.representation.header import PixelKind

# A ratio of sizes may be this much above a whole number by rounding alone.
RATIO_TOLERANCE = 1e-9


class Quantity(StrEnum):
    """The quantity that a drawing shows: the picture, or one of its derivatives."""

    IMAGE = "image"
    GRADIENT = "gradient"
    LAPLACIAN = "laplacian"


# Derivatives are shown in these colors, whatever those of the picture.
DERIVATIVE_COLORS: dict[Quantity, Color] = {Quantity.GRADIENT: "RGB", Quantity.LAPLACIAN: "L"}


@dataclass(frozen=True)
class View:
    """A region of a picture at a size.

    Attributes:
        region: The region, in pixels of the picture.
        size: The size of the drawing.
        supersample: Samples of a pixel along each axis; None is as many as the
            picture has pixels there, so that shrinking shows no aliasing.
        linear_light: Whether amounts of light are averaged instead of stored values, by
            the curves of the picture's color profile, or those of sRGB.
        what: The picture itself, its gradient, or its Laplacian.
        pixels: What a pixel of the picture is of the function. Where it is the mean over
            its area, a pixel of the drawing is a mean, too, until it is as small as a
            quarter: a drawing at twice the size shows the points whose means were learned.
    """

    region: Region
    size: Size
    supersample: int | None = None
    linear_light: bool = False
    what: Quantity = Quantity.IMAGE
    pixels: PixelKind = "center"

    @property
    def samples(self) -> tuple[int, int]:
        """Samples of a pixel of the drawing, down and across."""
        if self.supersample:
            return self.supersample, self.supersample
        down, across = self._ratios
        return self._samples(down), self._samples(across)

    @property
    def is_smaller(self) -> bool:
        """Whether a pixel of the drawing has more than one of the picture."""
        return max(self._ratios) > 1.0 + RATIO_TOLERANCE

    @property
    def _ratios(self) -> tuple[float, float]:
        """Pixels of the picture for one of the drawing, down and across."""
        return self.region.height / self.size.height, self.region.width / self.size.width

    def _samples(self, ratio: float) -> int:
        has_means = self.pixels == "area" and self.what == Quantity.IMAGE
        least = 2 if has_means and ratio > 0.5 + RATIO_TOLERANCE else 1
        return max(least, math.ceil(ratio - RATIO_TOLERANCE))

    @property
    def work(self) -> int:
        """Number of samples of the whole drawing."""
        return self.size.pixels * math.prod(self.samples)

    def facts(self, own: PictureFacts) -> PictureFacts:
        """Return the facts of the drawing, from those of the picture."""
        color = DERIVATIVE_COLORS.get(self.what, own.color)
        mapping = own.mapping if self.what == Quantity.IMAGE else None
        size = {"height": self.size.height, "width": self.size.width}
        return replace(own, color=color, mapping=mapping, **size)


def whole(facts: PictureFacts, size: Size) -> View:
    """Return the view of a whole picture."""
    return View(Region(0.0, 0.0, facts.width, facts.height), size)
